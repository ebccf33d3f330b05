using System.Globalization;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Searching;
using Myeloma.Fhir.Terminology.Members;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Searches by one large set of codes, which a server answers from a list it has made, find what others find. src/decisions/code-sets.md</summary>
[Trait("Category", "Postgres")]
public sealed class ListedHitsTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    private const string System = "http://example.org/listed";

    [Fact]
    public async Task A_list_tells_what_the_database_tells_whatever_is_written_since()
    {
        var search = await SearchAsync();
        var (listing, asking) = (Store(1 << 20), Store(0));
        var random = new Random(7);
        for (var at = 0; at < 60; at++) await AddAsync(search, $"r{at}", at % 3 == 0 ? null : at);
        Assert.Equal(40, (await listing.SearchAsync(search, default)).Total);

        for (var round = 0; round < 60; round++)
        {
            var id = $"r{random.Next(70)}";
            if (random.Next(4) == 0) await fixture.Store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Basic", id))], default);
            else await AddAsync(search, id, random.Next(3) == 0 ? null : random.Next(90));
            var total = round % 2 == 0 ? TotalMode.None : TotalMode.Accurate;
            Assert.Equal(await WalkAsync(asking, search with { Total = total }), await WalkAsync(listing, search with { Total = total }));
        }
    }

    [Fact]
    public async Task Pages_of_a_list_see_what_the_first_one_saw_on_every_server()
    {
        var search = await SearchAsync();
        for (var at = 0; at < 40; at++) await AddAsync(search, $"w{at}", at);
        var (first, second) = (Store(1 << 20), Store(1 << 20));
        await second.SearchAsync(search, default);
        for (var at = 0; at < 40; at += 5) await AddAsync(search, $"w{at}", at);
        var expected = await WalkAsync(Store(0), search);

        search = search with { Count = 3 };
        var page = await first.SearchAsync(search, default);
        List<string> ids = [.. page.Matches.Select(match => match.Key.Id)];
        for (var at = 0; page.NextCursor is { } next; at++)
        {
            foreach (var ahead in new[] { 1, 12, 23 }) await AddAsync(search, $"w{(at + ahead) % 40}", at % 2 == 0 ? null : at);
            await fixture.Store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Basic", $"w{39 - at}"))], default);

            // The list of the third is made after the first page, and does not know what was current then.
            page = await (at % 3 == 0 ? second : at % 3 == 1 ? first : Store(1 << 20)).SearchAsync(search with { Cursor = next }, default);
            ids.AddRange(page.Matches.Select(match => match.Key.Id));
        }

        Assert.Equal(expected.Ids, string.Join(' ', ids));
    }

    [Fact]
    public async Task A_list_of_which_much_is_superseded_is_read_on_and_one_that_is_overtaken_is_not_used()
    {
        var search = await SearchAsync();
        var (listing, asking) = (Store(1 << 20), Store(0));
        await WriteManyAsync(search, 0, 1_200, isHit: true);
        await listing.SearchAsync(search, default);

        await WriteManyAsync(search, 300, 900, isHit: false);
        Assert.Equal(await WalkAsync(asking, search with { Total = TotalMode.None, Count = 100 }), await WalkAsync(listing, search with { Total = TotalMode.None, Count = 100 }));
        await WriteManyAsync(search, 0, 300, isHit: true);
        Assert.Equal(await WalkAsync(asking, search with { Count = 100 }), await WalkAsync(listing, search with { Count = 100 }));
    }

    [Fact]
    public void Lists_are_kept_up_to_a_number_of_bytes_and_made_by_one_at_a_time()
    {
        var cache = new ListedHitsCache(80 * sizeof(long), TimeProvider.System);
        ListKey Key(int at) => new(at.ToString(CultureInfo.InvariantCulture), 4, 0);
        ListedHits List(int length) => new(new long[length], 1, Snapshot.Parse("1:1:"), TimeProvider.System.GetTimestamp(), default);
        Assert.Equal(20, cache.MaxLength);
        Assert.Equal((null, true), cache.Find(Key(0), false));
        Assert.Equal((null, false), cache.Find(Key(0), false));

        for (var at = 0; at < 5; at++)
        {
            cache.Find(Key(at), false);
            cache.Keep(Key(at), List(20), default);
            Assert.NotNull(cache.Find(Key(0), false).List);
        }

        Assert.Equal((null, true), cache.Find(Key(1), false));
        Assert.NotNull(cache.Find(Key(4), false).List);
        Assert.False(cache.Find(Key(4), true).Make);
        cache.Forget();
        Assert.Equal((null, true), cache.Find(Key(4), false));
    }

    [Theory]
    [InlineData("10:12:10", "10:12:10", true)]
    [InlineData("10:12:10,11", "11:12:11", true)]
    [InlineData("11:12:11", "10:12:10,11", false)]
    [InlineData("12:12:", "12:15:13", true)]
    [InlineData("12:15:13", "12:12:", false)]
    [InlineData("10:14:10,12", "12:15:12,14", true)]
    public void Of_two_snapshots_one_is_not_after_the_other_when_all_it_saw_the_other_saw(string one, string other, bool expected) =>
        Assert.Equal(expected, Snapshot.Parse(one).IsNotAfter(Snapshot.Parse(other)));

    private async Task<BoundSearch> SearchAsync()
    {
        var parameter = await fixture.ParameterAsync(SearchParameterType.Token);
        return new BoundSearch { ResourceType = "Basic", Criteria = [new Criterion.TokenIn(parameter, [new CodeSetName.StoredValueSet("listed")], "code:in")], Count = 7 };
    }

    private ResourceStore Store(long bytes)
    {
        fixture.Prepare = store =>
        {
            store.ListMembers = (_, _) => Task.FromResult(new CodeMembers([], Enumerable.Range(0, 100).Select(at => (System, $"c{at}")), 100));
            return store;
        };
        return fixture.WithOptions(fixture.Inner.Options with { ListedHitBytes = bytes });
    }

    private static SearchParameter ParameterOf(BoundSearch search) => ((Criterion.TokenIn)search.Criteria[0]).Parameter;

    private Task AddAsync(BoundSearch search, string id, int? code) => fixture.AddAsync(id, rows =>
    {
        if (code is { } number) rows.Tokens.AddRange([new TokenRow(ParameterOf(search).Id, System, $"c{number}"), new TokenRow(ParameterOf(search).Id, System, $"c{(number + 1) % 100}")]);
    });

    private async Task WriteManyAsync(BoundSearch search, int start, int count, bool isHit)
    {
        for (var at = start; at < start + count; at += 300)
            await fixture.AddManyAsync([.. Enumerable.Range(at, 300).Select(number => $"m{number}")], rows => rows.Tokens.Add(new TokenRow(ParameterOf(search).Id, System, isHit ? "c1" : "other")));
    }

    private static async Task<(string Ids, int? Total)> WalkAsync(ResourceStore store, BoundSearch search)
    {
        var page = await store.SearchAsync(search, default);
        var total = page.Total;
        List<string> ids = [.. page.Matches.Select(match => match.Key.Id)];
        while (page.NextCursor is { } next)
        {
            page = await store.SearchAsync(search with { Cursor = next }, default);
            ids.AddRange(page.Matches.Select(match => match.Key.Id));
        }

        return (string.Join(' ', ids), total);
    }
}
