using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Reading;

[Trait("Category", "Postgres")]
public sealed class CutConnectionTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Reads_and_searches_outlive_connections_that_were_cut()
    {
        var key = new ResourceKey("Basic", "cut");
        await fixture.Store.WriteAsync([new WriteOperation.Create(key, Documents.Basic("x"))], default);

        await CutAsync();
        Assert.NotNull(await fixture.Store.FindAsync(key, default));
        await CutAsync();
        Assert.Single((await fixture.Store.SearchAsync(new BoundSearch { ResourceType = "Basic" }, default)).Matches);
        await CutAsync();
        Assert.NotNull(await fixture.Store.FindVersionAsync(key, 1, default));
    }

    [Fact]
    public async Task A_write_whose_connection_is_cut_says_try_again_and_leaves_nothing()
    {
        var key = new ResourceKey("Basic", "cut-write");
        await using var holder = new Npgsql.NpgsqlConnection(fixture.ConnectionString);
        await holder.OpenAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE resource IN SHARE MODE", holder)) await hold.ExecuteNonQueryAsync();
        var write = fixture.Store.WriteAsync([new WriteOperation.Create(key, Documents.Basic("x"))], default);
        await Task.Delay(300);
        await CutAsync();
        await using (var release = new Npgsql.NpgsqlCommand("COMMIT", holder)) await release.ExecuteNonQueryAsync();

        var fault = await Assert.ThrowsAsync<FhirException>(() => write);
        Assert.Equal(IssueType.Transient, Assert.Single(fault.Issues).Type);
        Assert.Null(await fixture.Store.FindAsync(key, default));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_passing_fault_for_every_method()
    {
        await using var nowhere = StoreSetup.Open("Host=127.0.0.1;Port=1;Username=nobody;Password=x;Database=none;Timeout=2", fixture.Options);
        var store = new ResourceStore(nowhere, fixture.Options, fixture.Time, _ => new IndexRows());
        var key = new ResourceKey("Basic", "x");

        foreach (var call in new Func<Task>[]
        {
            async () => await store.FindAsync(key, default),
            async () => await store.FindVersionAsync(key, 1, default),
            () => store.HistoryAsync(new HistoryQuery(null, null, null, 1, null), default),
            () => store.SearchAsync(new BoundSearch { ResourceType = "Basic" }, default),
            () => store.WriteAsync([new WriteOperation.Delete(key)], default),
            () => store.ReindexBatchAsync("Basic", 0, follows: false, default),
        })
            Assert.Equal(IssueType.Transient, Assert.Single((await Assert.ThrowsAsync<FhirException>(call)).Issues).Type);
    }

    /// <summary>Ends the sessions of the pool, as a restart of PostgreSQL does.</summary>
    private async Task CutAsync()
    {
        await using var connection = new Npgsql.NpgsqlConnection(fixture.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'Myeloma.Fhir'", connection);
        await command.ExecuteNonQueryAsync();
    }
}
