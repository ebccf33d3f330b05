using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Writing;

[Trait("Category", "Postgres")]
public sealed class ConcurrentWriteTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly ResourceStore store = fixture.Store;

    [Fact]
    public async Task Of_fifty_updates_with_the_same_If_Match_one_wins()
    {
        var key = new ResourceKey("Basic", "if-match");
        await store.WriteAsync([new WriteOperation.Create(key, Documents.Basic("start"))], default);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(at => TryAsync(new WriteOperation.Update(key, Documents.Basic($"by {at}"), 1))));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<Issue>(), issue => Assert.Equal("version-conflict", issue.MessageId));
        Assert.Equal(2, (await store.FindAsync(key, default))!.VersionId);
    }

    [Fact]
    public async Task Fifty_updates_without_If_Match_make_fifty_versions_in_a_row()
    {
        var key = new ResourceKey("Basic", "in-a-row");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(at => TryAsync(new WriteOperation.Update(key, Documents.Basic($"by {at}")))));

        var history = await store.HistoryAsync(new HistoryQuery("Basic", key.Id, null, 100, null), default);
        Assert.All(outcomes, Assert.Null);
        Assert.Equal(Enumerable.Range(1, 50).Reverse(), history.Versions.Select(version => version.VersionId));
        Assert.Equal(50, history.Versions.Select(version => version.LastUpdated).Distinct().Count());
        Assert.Equal(50, history.Versions.Select(version => version.CodeText()).Distinct().Count());
    }

    [Fact]
    public async Task Of_fifty_creates_of_the_same_key_one_wins()
    {
        var key = new ResourceKey("Basic", "created-once");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(at => TryAsync(new WriteOperation.Create(key, Documents.Basic($"by {at}")))));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<Issue>(), issue => Assert.Equal(IssueType.Duplicate, issue.Type));
        Assert.Equal(1, (await store.FindAsync(key, default))!.VersionId);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    public async Task Transactions_over_the_same_keys_in_opposite_orders_all_come_through(int size)
    {
        ResourceKey[] keys = [.. Enumerable.Range(0, size).Select(at => new ResourceKey("Basic", $"crossed-{size}-{at}"))];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => store.WriteAsync(
            [.. (writer % 2 == 0 ? keys : keys.Reverse()).Select(key => new WriteOperation.Update(key, Documents.Basic($"by {writer}")))], default)));

        var texts = new HashSet<string?>();
        foreach (var key in keys)
        {
            var version = await store.FindAsync(key, default);
            Assert.Equal(12, version!.VersionId);
            texts.Add(version.CodeText());
        }

        Assert.Single(texts);
    }

    [Fact]
    public async Task A_transaction_that_fails_in_the_middle_leaves_nothing()
    {
        await using var admin = await fixture.DataSource.OpenConnectionAsync();
        var before = await CountAsync();
        using var cancel = new CancellationTokenSource();

        // The lock on the last table of the transaction lets everything before it be written, and then the writer hang.
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE resource_history", admin)) await hold.ExecuteNonQueryAsync();
        await store.WriteAsync([], default);
        var key = new ResourceKey("Basic", "held");
        await using (var release = new Npgsql.NpgsqlCommand("COMMIT", admin)) await release.ExecuteNonQueryAsync();
        await store.WriteAsync([new WriteOperation.Create(key, Documents.Basic("first"))], default);
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE index_token", admin)) await hold.ExecuteNonQueryAsync();
        var write = store.WriteAsync(
            [new WriteOperation.Update(key, Documents.Basic("second")), new WriteOperation.Create(new ResourceKey("Basic", "beside"), Documents.Basic("new"))], cancel.Token);
        await Task.Delay(200);
        Assert.False(write.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await using (var release = new Npgsql.NpgsqlCommand("COMMIT", admin)) await release.ExecuteNonQueryAsync();

        Assert.Equal(before + 1, await CountAsync());
        Assert.Equal((1, "first"), ((await store.FindAsync(key, default))!.VersionId, (await store.FindAsync(key, default))!.CodeText()));
        Assert.Null(await store.FindAsync(new ResourceKey("Basic", "beside"), default));
    }

    private async Task<long> CountAsync() =>
        (long)(await fixture.ScalarAsync("SELECT (SELECT count(*) FROM resource) + (SELECT count(*) FROM resource_history)"))!;

    private async Task<Issue?> TryAsync(WriteOperation operation)
    {
        try
        {
            await store.WriteAsync([operation], default);
            return null;
        }
        catch (FhirException fault)
        {
            return Assert.Single(fault.Issues);
        }
    }
}
