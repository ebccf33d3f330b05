using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.TestSupport;
using Npgsql;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Setup;

[Trait("Category", "Postgres")]
public sealed class MigrationTests
{
    [Fact]
    public async Task Servers_that_start_at_once_set_an_empty_database_up_together()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StoreSetup.MigrateAsync(database.ConnectionString, default)));

        var known = typeof(StoreSetup).Assembly.GetManifestResourceNames().Count(name => name.EndsWith(".sql", StringComparison.Ordinal));
        Assert.Equal((long)known, await ScalarAsync(database.ConnectionString, "SELECT count(*) FROM schema_migration"));
        Assert.Equal(0L, await ScalarAsync(database.ConnectionString, "SELECT count(*) FROM resource"));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_stays_as_it_is()
    {
        var server = await PostgresServer.GetAsync();
        await using var database = await server.CreateDatabaseAsync();
        await StoreSetup.MigrateAsync(database.ConnectionString, default);
        await ScalarAsync(database.ConnectionString, "INSERT INTO schema_migration VALUES ('9999_future', '99')");

        var fault = await Assert.ThrowsAsync<FhirException>(() => StoreSetup.MigrateAsync(database.ConnectionString, default));

        Assert.Equal(IssueType.NotSupported, Assert.Single(fault.Issues).Type);
        Assert.Contains("9999_future", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_passing_fault()
    {
        var fault = await Assert.ThrowsAsync<FhirException>(() =>
            StoreSetup.MigrateAsync("Host=127.0.0.1;Port=1;Username=nobody;Password=x;Database=none;Timeout=2", default));

        Assert.Equal(IssueType.Transient, Assert.Single(fault.Issues).Type);
    }

    private static async Task<object?> ScalarAsync(string connectionString, string text)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand(text);
        return await command.ExecuteScalarAsync();
    }
}
