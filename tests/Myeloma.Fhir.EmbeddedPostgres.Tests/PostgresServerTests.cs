using Myeloma.Fhir.TestSupport;
using Npgsql;
using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>The test fixture itself: databases made from a template, apart from each other.</summary>
[Trait("Category", "Postgres")]
public sealed class PostgresServerTests : IAsyncLifetime
{
    /// <summary>Each test's own: another process of the same build may run the same test on the same server.</summary>
    private readonly string name = Guid.NewGuid().ToString("N")[..20];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        var server = await PostgresServer.GetAsync();
        var left = await Sql.ScalarAsync(server.AdminConnectionString, $"SELECT datname FROM pg_database WHERE datname LIKE 'myeloma_test_{name}%'");
        if (left is string template)
            await Sql.RunAsync(server.AdminConnectionString, $"DROP DATABASE {template}");
    }

    [Fact]
    public async Task Databases_of_one_template_begin_alike_and_do_not_see_each_other()
    {
        var server = await PostgresServer.GetAsync();
        var template = await server.TemplateAsync(name, connection => Sql.RunAsync(connection, "CREATE TABLE animal (name text); INSERT INTO animal VALUES ('cat')"));
        await using var first = await server.CreateDatabaseAsync(template);
        await using var second = await server.CreateDatabaseAsync(template);

        await Sql.RunAsync(first.ConnectionString, "INSERT INTO animal VALUES ('dog')");

        Assert.Equal(2L, await Sql.ScalarAsync(first.ConnectionString, "SELECT count(*) FROM animal"));
        Assert.Equal(1L, await Sql.ScalarAsync(second.ConnectionString, "SELECT count(*) FROM animal"));
    }

    [Fact]
    public async Task A_template_is_filled_once_even_when_many_ask_at_once()
    {
        var server = await PostgresServer.GetAsync();
        var fills = 0;

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.TemplateAsync(name, connection =>
        {
            Interlocked.Increment(ref fills);
            return Sql.RunAsync(connection, "CREATE TABLE t ()");
        })));

        Assert.Single(names.Distinct());
        Assert.Equal(1, fills);
    }

    [Fact]
    public async Task A_template_whose_fill_failed_is_filled_again()
    {
        var server = await PostgresServer.GetAsync();
        await Assert.ThrowsAsync<PostgresException>(() => server.TemplateAsync(name, connection => Sql.RunAsync(connection, "CREATE TABLE t (); SELECT 1/0")));

        var template = await server.TemplateAsync(name, connection => Sql.RunAsync(connection, "CREATE TABLE t (n int)"));

        await using var database = await server.CreateDatabaseAsync(template);
        Assert.Equal(0L, await Sql.ScalarAsync(database.ConnectionString, "SELECT count(n) FROM t"));
    }

    [Fact]
    public async Task A_disposed_database_is_gone_although_a_session_is_open_in_it()
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.CreateDatabaseAsync();
        await using var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync();

        await database.DisposeAsync();

        Assert.Equal(0L, await Sql.ScalarAsync(server.AdminConnectionString, $"SELECT count(*) FROM pg_database WHERE datname = '{database.Name}'"));
    }
}
