using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#sort, https://hl7.org/fhir/R4/search.html#total, https://hl7.org/fhir/R4/search.html#include</remarks>
[Trait("Category", "Postgres")]
public sealed class PageTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Pages_hold_every_match_once_newest_first(int count)
    {
        var search = await MarkedAsync(7, count);

        Assert.Equal(["m6", "m5", "m4", "m3", "m2", "m1", "m0"], await fixture.IdsAsync(search));
    }

    [Fact]
    public async Task Resources_that_come_while_somebody_pages_repeat_nothing_and_hide_nothing()
    {
        var search = await MarkedAsync(9, 2);
        List<string> seen = [];
        string? cursor = null;
        var round = 0;
        do
        {
            var page = await fixture.Store.SearchAsync(search with { Cursor = cursor }, default);
            seen.AddRange(page.Matches.Select(match => match.Key.Id));
            cursor = page.NextCursor;
            await fixture.AddAsync($"late{round++}", Mark(search));
        }
        while (cursor is not null);

        Assert.Equal(["m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1", "m0"], seen);
    }

    [Fact]
    public async Task The_total_is_exact_up_to_the_limit_and_beyond_it_when_asked()
    {
        var search = await MarkedAsync(7, 2);
        var store = fixture.WithOptions(fixture.Inner.Options with { CountLimit = 5 });

        async Task<int?> TotalAsync(ResourceStore of, BoundSearch search) => (await of.SearchAsync(search, default)).Total;
        Assert.Equal(7, await TotalAsync(fixture.Store, search));
        Assert.Null(await TotalAsync(store, search));
        Assert.Equal(7, await TotalAsync(store, search with { Total = TotalMode.Accurate }));
        Assert.Null(await TotalAsync(fixture.Store, search with { Total = TotalMode.None }));
        Assert.Equal(7, await TotalAsync(store, search with { Count = 7 }));
        var first = await fixture.Store.SearchAsync(search, default);
        Assert.Equal(7, await TotalAsync(fixture.Store, search with { Cursor = first.NextCursor }));
    }

    [Fact]
    public async Task Count_only_gives_the_number_and_no_match()
    {
        var search = await MarkedAsync(3, 2);
        var page = await fixture.Store.SearchAsync(search with { CountOnly = true, Count = 0 }, default);

        Assert.Empty(page.Matches);
        Assert.Equal((3, null), (page.Total, page.NextCursor));
    }

    [Fact]
    public async Task A_cursor_of_another_search_or_of_nobody_is_refused()
    {
        var search = await MarkedAsync(3, 1);
        var cursor = (await fixture.Store.SearchAsync(search, default)).NextCursor!;
        var other = search with { SelfParameters = [new("code", "x")], Cursor = cursor };
        var countOnly = search with { SelfParameters = [new("_count", "2")], Count = 2, Cursor = cursor };

        async Task RefusedAsync(BoundSearch search) =>
            Assert.Equal(IssueType.Invalid, Assert.Single((await Assert.ThrowsAsync<FhirException>(() => fixture.Store.SearchAsync(search, default))).Issues).Type);
        await RefusedAsync(other);
        var forged = cursor.ToCharArray();
        for (var at = 0; at < forged.Length; at += 5)
        {
            var letter = forged[at];
            forged[at] = letter == 'A' ? 'B' : 'A';
            await RefusedAsync(search with { Cursor = new string(forged) });
            forged[at] = letter;
        }

        // Another server on the same database has the same key.
        Assert.Single((await fixture.WithOptions(fixture.Inner.Options).SearchAsync(search with { Cursor = cursor }, default)).Matches);
        foreach (var damaged in new[] { "", "%", "abc", "e30", "WyJhIl0", "WzEsMiwzXQ", "WyJhIiwiYiIsMV0" }) await RefusedAsync(search with { Cursor = damaged });
        Assert.Equal(2, (await fixture.Store.SearchAsync(countOnly, default)).Matches.Count);
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_refused_and_the_setting_named()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.String);
        await using var slow = StoreSetup.Open(fixture.Inner.ConnectionString, fixture.Inner.Options with { StatementTimeout = TimeSpan.FromMilliseconds(1) });
        var store = new ResourceStore(slow, fixture.Inner.Options with { StatementTimeout = TimeSpan.FromMilliseconds(1) }, fixture.Inner.Time, _ => new IndexRows());
        var search = new BoundSearch { ResourceType = "Basic", Criteria = [new Criterion.AnyOf([.. Enumerable.Range(0, 300).Select(at => new Criterion.String(p, StringMatch.Contains, [$"x{at}"]))])] };

        var issue = Assert.Single((await Assert.ThrowsAsync<FhirException>(() => store.SearchAsync(search, default))).Issues);

        Assert.Equal(IssueType.TooCostly, issue.Type);
        Assert.Contains("Fhir:StatementTimeoutSeconds", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_is_explained_by_statement_values_and_plan()
    {
        var search = await MarkedAsync(3, 2);
        var page = await fixture.Store.SearchAsync(search, default);

        var explanation = await fixture.Store.ExplainAsync(search with { Cursor = page.NextCursor }, default);

        Assert.Contains("index_token", explanation.Statement, StringComparison.Ordinal);
        Assert.NotEmpty(explanation.Values);
        Assert.Contains(explanation.Plan, line => line.Contains("actual", StringComparison.Ordinal));
        Assert.Contains("count(*)", (await fixture.Store.ExplainAsync(search with { CountOnly = true, Count = 0 }, default)).Statement, StringComparison.Ordinal);
    }

    public static TheoryData<SearchParameterType, bool, string> Orders => new()
    {
        { SearchParameterType.String, false, "k1 k3 k2 k5 k4" },
        { SearchParameterType.String, true, "k3 k2 k1 k5 k4" },
        { SearchParameterType.Token, false, "k1 k3 k2 k5 k4" },
        { SearchParameterType.Token, true, "k3 k2 k1 k5 k4" },
        { SearchParameterType.Date, false, "k1 k3 k2 k5 k4" },
        { SearchParameterType.Date, true, "k3 k2 k1 k5 k4" },
        { SearchParameterType.Number, false, "k1 k3 k2 k5 k4" },
        { SearchParameterType.Quantity, true, "k3 k2 k1 k5 k4" },
        { SearchParameterType.Uri, false, "k1 k3 k2 k5 k4" },
        { SearchParameterType.Reference, true, "k3 k2 k1 k5 k4" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Sorting_takes_the_lowest_value_going_up_the_highest_going_down_and_puts_missing_ones_last(
        SearchParameterType type, bool descending, string expected)
    {
        var mark = await fixture.ParameterAsync(SearchParameterType.Token);
        var key = await fixture.ParameterAsync(type);
        async Task AddAsync(string id, params int[] values) => await fixture.AddAsync(id, rows =>
        {
            rows.Tokens.Add(new TokenRow(mark.Id, null, "m"));
            foreach (var value in values) AddValue(rows, key, value);
        });
        await AddAsync("k4");
        await AddAsync("k5");
        await AddAsync("k2", 5);
        await AddAsync("k1", 1);
        await AddAsync("k3", 3, 9);

        foreach (var count in new[] { 1, 2, 10 })
        {
            var ids = await fixture.IdsAsync(new BoundSearch
            {
                ResourceType = "Basic", Count = count, Sort = [new SortKey(key, SortColumn.None, descending)],
                Criteria = [new Criterion.Token(mark, [new TokenValue.AnySystem("m")])],
            });
            Assert.Equal(expected, string.Join(' ', ids));
            Assert.Equal(expected, string.Join(' ', await BackAsync(new BoundSearch
            {
                ResourceType = "Basic", Count = count, Sort = [new SortKey(key, SortColumn.None, descending)],
                Criteria = [new Criterion.Token(mark, [new TokenValue.AnySystem("m")])],
            })));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Every_page_leads_back_to_the_one_before(int count)
    {
        var search = await MarkedAsync(7, count);

        Assert.Equal(["m6", "m5", "m4", "m3", "m2", "m1", "m0"], await BackAsync(search));
        Assert.Equal(["m0", "m1", "m2", "m3", "m4", "m5", "m6"], await BackAsync(search with { Sort = [new SortKey(null, SortColumn.LastUpdated, false)] }));
        Assert.Equal(["m6", "m5", "m4", "m3", "m2", "m1", "m0"], await BackAsync(search with { Sort = [new SortKey(null, SortColumn.Id, true)] }));
    }

    [Fact]
    public async Task A_page_before_has_its_own_way_forward_and_what_it_includes()
    {
        var search = await MarkedAsync(5, 2);
        var first = await fixture.Store.SearchAsync(search, default);
        var second = await fixture.Store.SearchAsync(search with { Cursor = first.NextCursor }, default);
        var back = await fixture.Store.SearchAsync(search with { Cursor = second.PreviousCursor }, default);
        var again = await fixture.Store.SearchAsync(search with { Cursor = back.NextCursor }, default);

        Assert.Null(first.PreviousCursor);
        Assert.Null(back.PreviousCursor);
        Assert.Equal(["m4", "m3"], back.Matches.Select(match => match.Key.Id));
        Assert.Equal(["m2", "m1"], again.Matches.Select(match => match.Key.Id));
        Assert.Equal((5, 5), (back.Total, again.Total));
    }

    /// <summary>Goes to the last page and back to the first: what is there, in its order.</summary>
    private async Task<string[]> BackAsync(BoundSearch search)
    {
        var page = await fixture.Store.SearchAsync(search, default);
        while (page.NextCursor is { } next) page = await fixture.Store.SearchAsync(search with { Cursor = next }, default);
        List<string> ids = [.. page.Matches.Select(match => match.Key.Id)];
        while (page.PreviousCursor is { } previous)
        {
            page = await fixture.Store.SearchAsync(search with { Cursor = previous }, default);
            ids.InsertRange(0, page.Matches.Select(match => match.Key.Id));
        }

        return [.. ids];
    }

    [Fact]
    public async Task Several_keys_sort_one_after_the_other_also_by_id_and_instant()
    {
        var mark = await fixture.ParameterAsync(SearchParameterType.Token);
        var key = await fixture.ParameterAsync(SearchParameterType.String);
        foreach (var (id, value) in new[] { ("z", 1), ("y", 2), ("x", 1), ("w", 2) })
            await fixture.AddAsync(id, rows => { rows.Tokens.Add(new TokenRow(mark.Id, null, "m")); AddValue(rows, key, value); });

        async Task<string> OrderAsync(params SortKey[] sort) => string.Join(' ', await fixture.IdsAsync(new BoundSearch
        {
            ResourceType = "Basic", Count = 1, Sort = sort, Criteria = [new Criterion.Token(mark, [new TokenValue.AnySystem("m")])],
        }));
        var byKey = new SortKey(key, SortColumn.None, true);
        Assert.Equal("w y x z", await OrderAsync(byKey, new SortKey(null, SortColumn.Id, false)));
        Assert.Equal("y w z x", await OrderAsync(byKey, new SortKey(null, SortColumn.LastUpdated, false)));
        Assert.Equal("w y x z", await OrderAsync(byKey));
        Assert.Equal("z y x w", await OrderAsync(new SortKey(null, SortColumn.Id, true)));
        Assert.Equal("z y x w", await OrderAsync(new SortKey(null, SortColumn.LastUpdated, false), byKey));
        Assert.Equal("w x y z", await OrderAsync(new SortKey(null, SortColumn.LastUpdated, true)));
    }

    [Fact]
    public async Task Includes_follow_references_and_canonicals_and_iterate()
    {
        var web = await WebAsync();
        var definition = new IncludeRule("Basic", [web.Definition], null, Reverse: false, Iterate: false) { Canonicals = [web.Activity] };
        var product = new IncludeRule("ActivityDefinition", [web.Product], null, Reverse: false, Iterate: true);

        Assert.Equal("", await IncludedAsync(web.Plan));
        Assert.Equal("ActivityDefinition/new", await IncludedAsync(web.Plan, definition));
        Assert.Equal("ActivityDefinition/new Medication/m1", await IncludedAsync(web.Plan, definition, product));
        Assert.Equal("ActivityDefinition/new", await IncludedAsync(web.Plan, definition, product with { Iterate = false }));
        Assert.Equal("ActivityDefinition/new", await IncludedAsync(web.Plan, definition, product with { TargetType = "Substance" }));
        Assert.Equal("ActivityDefinition/old", await IncludedAsync(web.Versioned, definition));
        Assert.Equal("", await IncludedAsync(web.Plan, definition with { TargetType = "Measure" }));
    }

    [Fact]
    public async Task Reverse_includes_find_who_points_here()
    {
        var web = await WebAsync();
        var users = new IncludeRule("ActivityDefinition", [web.Product], null, Reverse: true, Iterate: false);
        var plans = new IncludeRule("Basic", [web.Definition], null, Reverse: true, Iterate: true) { Canonicals = [web.Activity] };
        var medication = new BoundSearch { ResourceType = "Medication", Criteria = [new Criterion.Id(["m1"])] };

        Assert.Equal("ActivityDefinition/new ActivityDefinition/old", await IncludedAsync(medication, users));
        Assert.Equal($"ActivityDefinition/new ActivityDefinition/old {web.PlanKeys}", await IncludedAsync(medication, users, plans));
        Assert.Equal("", await IncludedAsync(medication, users with { TargetType = "Substance" }));
    }

    [Fact]
    public async Task Past_the_limit_of_includes_the_page_says_so()
    {
        var web = await WebAsync();
        var users = new IncludeRule("ActivityDefinition", [web.Product], null, Reverse: true, Iterate: false);
        var search = new BoundSearch { ResourceType = "Medication", Criteria = [new Criterion.Id(["m1"])], Includes = [users] };
        var page = await fixture.WithOptions(fixture.Inner.Options with { MaxIncludes = 1 }).SearchAsync(search, default);

        Assert.Single(page.Includes);
        Assert.True(page.IncludesTruncated);
        Assert.False((await fixture.Store.SearchAsync(search, default)).IncludesTruncated);
    }

    private sealed record Web(CanonicalTarget Activity, SearchParameter Definition, SearchParameter Product, BoundSearch Plan, BoundSearch Versioned, string PlanKeys);

    /// <summary>Two plans name an activity by canonical, one with the version; two versions of the activity use a medication.</summary>
    private async Task<Web> WebAsync()
    {
        var url = await fixture.ParameterAsync(SearchParameterType.Uri, "ActivityDefinition", "url");
        var version = await fixture.ParameterAsync(SearchParameterType.Token, "ActivityDefinition", "version");
        var product = await fixture.ParameterAsync(SearchParameterType.Reference, "ActivityDefinition", "product");
        var definition = await fixture.ParameterAsync(SearchParameterType.Reference, "Basic", "definition");
        await fixture.AddAsync("m1", _ => { }, "Medication");
        foreach (var (id, number) in new[] { ("new", "1.10.0"), ("old", "1.9.0") })
            await fixture.AddAsync(id, rows =>
            {
                rows.Uris.Add(new UriRow(url.Id, "http://x/ad"));
                rows.Tokens.Add(new TokenRow(version.Id, null, number));
                rows.References.Add(new ReferenceRow(product.Id, "Medication", "m1", null, null));
            }, "ActivityDefinition");
        await fixture.AddAsync("plan", rows => rows.References.Add(new ReferenceRow(definition.Id, null, null, "http://x/ad", null)));
        await fixture.AddAsync("versioned", rows => rows.References.Add(new ReferenceRow(definition.Id, null, null, "http://x/ad", "1.9.0")));
        BoundSearch By(string id) => new() { ResourceType = "Basic", Criteria = [new Criterion.Id([id])] };
        return new Web(new CanonicalTarget("ActivityDefinition", url, version), definition, product, By("plan"), By("versioned"), "Basic/plan Basic/versioned");
    }

    private async Task<string> IncludedAsync(BoundSearch search, params IncludeRule[] rules)
    {
        var page = await fixture.Store.SearchAsync(search with { Includes = rules }, default);
        Assert.Single(page.Matches);
        return string.Join(' ', page.Includes.Select(version => version.Key.ToString()).Order(StringComparer.Ordinal));
    }

    private static void AddValue(IndexRows rows, SearchParameter key, int value)
    {
        var day = new DateTimeOffset(2024, 1, value, 0, 0, 0, TimeSpan.Zero);
        switch (key.Type)
        {
            case SearchParameterType.String: rows.Strings.Add(new StringRow(key.Id, $"v{value}", $"V{value}")); break;
            case SearchParameterType.Token: rows.Tokens.Add(new TokenRow(key.Id, null, $"v{value}")); break;
            case SearchParameterType.Date: rows.Dates.Add(new DateRow(key.Id, day, day.AddDays(1))); break;
            case SearchParameterType.Number: rows.Numbers.Add(new NumberRow(key.Id, value, value)); break;
            case SearchParameterType.Quantity: rows.Quantities.Add(new QuantityRow(key.Id, null, null, value, value)); break;
            case SearchParameterType.Uri: rows.Uris.Add(new UriRow(key.Id, $"http://x/{value}")); break;
            default: rows.References.Add(new ReferenceRow(key.Id, "Patient", $"p{value}", null, null)); break;
        }
    }

    private async Task<BoundSearch> MarkedAsync(int resources, int count)
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Token);
        var search = new BoundSearch { ResourceType = "Basic", Count = count, Criteria = [new Criterion.Token(p, [new TokenValue.AnySystem("m")])] };
        for (var at = 0; at < resources; at++) await fixture.AddAsync($"m{at}", Mark(search));
        return search;
    }

    private static Action<IndexRows> Mark(BoundSearch search) =>
        rows => rows.Tokens.Add(new TokenRow(((Criterion.Token)search.Criteria[0]).Parameter.Id, null, "m"));
}
