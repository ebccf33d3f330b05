using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Reading;

[Trait("Category", "Postgres")]
public sealed class HistoryTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly ResourceStore store = fixture.Store;

    [Fact]
    public async Task All_versions_of_a_resource_come_newest_first_with_the_deletion()
    {
        var key = new ResourceKey("Basic", "h1");
        await store.WriteAsync([new WriteOperation.Create(key, Documents.Basic("one"))], default);
        await store.WriteAsync([new WriteOperation.Update(key, Documents.Basic("two"))], default);
        await store.WriteAsync([new WriteOperation.Delete(key)], default);

        var page = await store.HistoryAsync(new HistoryQuery("Basic", "h1", null, 10, null), default);
        Assert.Equal([3, 2, 1], page.Versions.Select(version => version.VersionId));
        Assert.Equal(["DELETE", "PUT", "POST"], page.Versions.Select(version => version.Method));
        Assert.Equal((3, null), (page.Total, page.NextCursor));
    }

    [Fact]
    public async Task Who_follows_changes_misses_none_that_is_committed_late()
    {
        var late = new ResourceKey("Basic", "feed-late");
        await store.WriteAsync([new WriteOperation.Create(late, Documents.Basic("before"))], default);
        fixture.Time.Step(TimeSpan.FromSeconds(5));
        var since = fixture.Time.GetUtcNow();

        // The lock lets the late writer take its time and then hang; who only creates does not touch that table.
        await using var admin = await fixture.DataSource.OpenConnectionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE index_token", admin)) await hold.ExecuteNonQueryAsync();
        var slow = store.WriteAsync([new WriteOperation.Update(late, Documents.Basic("late"))], default);
        while ((long)(await fixture.ScalarAsync("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'index_token' AND NOT l.granted"))! == 0) await Task.Delay(5);
        fixture.Time.Step(TimeSpan.FromSeconds(5));
        await store.WriteAsync([new WriteOperation.Create(new ResourceKey("Basic", "feed-quick"), Documents.Basic("quick"))], default);

        var during = await store.HistoryAsync(new HistoryQuery("Basic", null, since, 100, null), default);
        var plain = await store.HistoryAsync(new HistoryQuery("Basic", null, null, 100, null), default);
        await using (var release = new Npgsql.NpgsqlCommand("COMMIT", admin)) await release.ExecuteNonQueryAsync();
        await slow;
        var after = await store.HistoryAsync(new HistoryQuery(null, null, since, 100, null), default);

        Assert.Equal((0, 0), (during.Versions.Count, during.Total));
        Assert.Contains(plain.Versions, version => version.Key.Id == "feed-quick");
        Assert.Equal(["feed-quick", "feed-late"], after.Versions.Select(version => version.Key.Id));
    }

    [Fact]
    public async Task At_gives_what_was_current_then()
    {
        var key = new ResourceKey("Basic", "at");
        List<DateTimeOffset> times = [];
        for (var version = 1; version <= 3; version++)
        {
            fixture.Time.Step(TimeSpan.FromMinutes(1));
            times.Add(fixture.Time.GetUtcNow());
            await store.WriteAsync([new WriteOperation.Update(key, Documents.Basic($"{version}"))], default);
        }

        Assert.Equal([2], await AtAsync(times[1], TimeSpan.FromSeconds(1)));
        Assert.Equal([2, 1], await AtAsync(times[1].AddSeconds(-1), TimeSpan.FromSeconds(2)));
        Assert.Equal([3, 2, 1], await AtAsync(times[0], TimeSpan.FromHours(1)));
        Assert.Equal([3], await AtAsync(times[2].AddDays(1), TimeSpan.FromDays(1)));
        Assert.Equal([], await AtAsync(times[0].AddDays(-1), TimeSpan.FromHours(1)));

        async Task<IEnumerable<int>> AtAsync(DateTimeOffset start, TimeSpan length)
        {
            var page = await store.HistoryAsync(new HistoryQuery("Basic", "at", null, 10, null) { At = (start, start + length) }, default);
            Assert.Equal(page.Total, page.Versions.Count);
            return page.Versions.Select(version => version.VersionId);
        }
    }

    [Fact]
    public async Task A_key_that_was_never_used_has_no_history()
    {
        var page = await store.HistoryAsync(new HistoryQuery("Basic", "never", null, 10, null), default);

        Assert.Empty(page.Versions);
        Assert.Equal((0, null), (page.Total, page.NextCursor));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(11)]
    public async Task Pages_walk_over_all_versions_of_a_type_once(int count)
    {
        var type = $"Flag";
        if ((await store.HistoryAsync(new HistoryQuery(type, null, null, 1, null), default)).Versions.Count == 0)
            for (var round = 0; round < 2; round++)
                for (var at = 0; at < 5; at++)
                    await store.WriteAsync([new WriteOperation.Update(new ResourceKey(type, $"f{at}"), Documents.Parse($$"""{"resourceType":"Flag","code":{"text":"{{round}}"} }"""))], default);

        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await store.HistoryAsync(new HistoryQuery(type, null, null, count, cursor), default);
            Assert.Equal(10, page.Total);
            seen.AddRange(page.Versions.Select(version => $"{version.Key.Id}/{version.VersionId}"));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(["f4/2", "f3/2", "f2/2", "f1/2", "f0/2", "f4/1", "f3/1", "f2/1", "f1/1", "f0/1"], seen);
    }

    [Fact]
    public async Task Since_takes_versions_of_that_instant_and_later_and_count_0_only_counts()
    {
        var key = new ResourceKey("Basic", "h2");
        await store.WriteAsync([new WriteOperation.Update(key, Documents.Basic("one"))], default);
        fixture.Time.Step(TimeSpan.FromSeconds(10));
        var second = (await store.WriteAsync([new WriteOperation.Update(key, Documents.Basic("two"))], default))[0].Version;

        var from = await store.HistoryAsync(new HistoryQuery("Basic", "h2", second.LastUpdated, 10, null), default);
        var after = await store.HistoryAsync(new HistoryQuery("Basic", "h2", second.LastUpdated.AddTicks(1), 10, null), default);
        var counted = await store.HistoryAsync(new HistoryQuery("Basic", "h2", null, 0, null), default);

        Assert.Equal([2], from.Versions.Select(version => version.VersionId));
        Assert.Empty(after.Versions);
        Assert.Empty(counted.Versions);
        Assert.Equal((2, null), (counted.Total, counted.NextCursor));
    }

    [Fact]
    public async Task The_history_of_the_system_holds_every_type()
    {
        await store.WriteAsync([new WriteOperation.Update(new ResourceKey("Basic", "h3"), Documents.Basic("one"))], default);
        await store.WriteAsync([new WriteOperation.Update(new ResourceKey("Goal", "h3"), Documents.Parse("""{"resourceType":"Goal"}"""))], default);

        var page = await store.HistoryAsync(new HistoryQuery(null, null, null, 2, null), default);
        Assert.Equal(["Goal/h3", "Basic/h3"], page.Versions.Select(version => version.Key.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAA=")]
    public async Task A_damaged_cursor_is_refused(string cursor)
    {
        var fault = await Assert.ThrowsAsync<FhirException>(() => store.HistoryAsync(new HistoryQuery(null, null, null, 1, cursor), default));

        Assert.Equal(IssueType.Invalid, Assert.Single(fault.Issues).Type);
    }
}
