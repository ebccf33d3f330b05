using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.TestSupport;
using Npgsql;
using Xunit;

namespace Myeloma.Fhir.Store.Tests;

/// <summary>A database of its own with an empty store in it.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private TestDatabase? database;
    private NpgsqlDataSource? dataSource;

    public string ConnectionString => database!.ConnectionString;

    public NpgsqlDataSource DataSource => dataSource!;

    public SteppingTime Time { get; } = new();

    public StoreOptions Options { get; } = new() { MaxConnections = 16 };

    public ResourceStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var server = await PostgresServer.GetAsync();
        var template = await server.TemplateAsync("store", connectionString => StoreSetup.MigrateAsync(connectionString, CancellationToken.None));
        database = await server.CreateDatabaseAsync(template);
        dataSource = StoreSetup.Open(database.ConnectionString, Options);
        Store = new ResourceStore(dataSource, Options, Time, _ => new IndexRows());
    }

    public async Task DisposeAsync()
    {
        await dataSource!.DisposeAsync();
        await database!.DisposeAsync();
    }

    /// <summary>Another store on the same database.</summary>
    public ResourceStore Open(StoreOptions options) => new(DataSource, options, Time, _ => new IndexRows());

    public async Task<object?> ScalarAsync(string text)
    {
        await using var command = DataSource.CreateCommand(text);
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>A clock that stands still until told.</summary>
public sealed class SteppingTime : TimeProvider
{
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Step(TimeSpan by) => now += by;
}

/// <summary>Makes documents and reads versions.</summary>
internal static class Documents
{
    public static ResourceDocument Parse(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));

    public static ResourceDocument Basic(string text) => Parse($$"""{"resourceType":"Basic","code":{"text":"{{text}}"} }""");

    public static string TextOf(this ResourceVersion version) => Encoding.UTF8.GetString(version.Body.Span);

    public static string? CodeText(this ResourceVersion version) => (string?)JsonNode.Parse(version.Body.Span)!["code"]!["text"];
}
