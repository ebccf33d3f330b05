using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Terminology.Members;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Sets of codes: stored once, joined with the postings of any parameter, made anew when what codes mean has changed.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#modifiers</remarks>
[Trait("Category", "Postgres")]
public sealed class CodeSetTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    private const string System = "http://example.org/s";

    private static readonly ConcurrentDictionary<string, CodeMembers> Sets = new();

    private static int listed;

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(5_000)]
    public async Task A_set_of_any_size_finds_what_has_one_of_its_codes(int size)
    {
        var (p, other) = (await ParameterAsync(), await ParameterAsync());
        await AddAsync($"first{size}", p, "c0");
        await AddAsync($"last{size}", p, $"c{size - 1}");
        await AddAsync($"beyond{size}", p, $"c{size}");
        await AddAsync($"both{size}", p, $"c{size}", "c1");
        await AddAsync($"foreign{size}", other, "c0");
        await fixture.AddAsync($"elsewhere{size}", rows => { rows.Tokens.Add(new TokenRow(p.Id, "http://example.org/t", "c0")); rows.Present.Add(p.Id); });
        Define($"of-{size}", Codes(size));
        Define($"next-{size}", [(System, $"c{size}")]);
        Criterion has = new Criterion.Missing(p, false);

        Assert.Equal($"both{size} first{size} last{size}", await fixture.FindAsync(In(p, $"of-{size}")));
        Assert.Equal($"both{size} first{size} last{size}", await fixture.FindAsync(has, In(p, $"of-{size}")));
        Assert.Equal($"beyond{size} elsewhere{size}", await fixture.FindAsync(has, In(p, $"of-{size}") with { Negated = true }));
        Assert.Equal($"beyond{size} both{size} first{size} last{size}", await fixture.FindAsync(In(p, $"of-{size}", $"next-{size}")));
        Assert.Equal($"both{size}", await fixture.FindAsync(In(p, $"of-{size}"), In(p, $"next-{size}")));
        Assert.Equal($"foreign{size}", await fixture.FindAsync(In(other, $"of-{size}")));
        Assert.Equal($"beyond{size} both{size} foreign{size}", await fixture.FindAsync(new Criterion.AnyOf([In(p, $"next-{size}"), In(other, $"of-{size}")])));
    }

    [Fact]
    public async Task Resources_without_a_value_are_in_no_set()
    {
        var (p, mark) = (await ParameterAsync(), await ParameterAsync());
        Criterion marked = new Criterion.Token(mark, [new TokenValue.AnySystem("m")]);
        await fixture.AddAsync("with", rows => { rows.Tokens.Add(new TokenRow(mark.Id, null, "m")); rows.Tokens.Add(new TokenRow(p.Id, System, "c1")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("without", rows => rows.Tokens.Add(new TokenRow(mark.Id, null, "m")));
        Define("one", Codes(2));

        Assert.Equal("with", await fixture.FindAsync(marked, In(p, "one")));
        Assert.Equal("without", await fixture.FindAsync(marked, In(p, "one") with { Negated = true }));
    }

    [Fact]
    public async Task All_codes_of_a_system_may_be_a_member()
    {
        var p = await ParameterAsync();
        await AddAsync("grammar", p, "anything");
        await fixture.AddAsync("listed", rows => { rows.Tokens.Add(new TokenRow(p.Id, "http://example.org/t", "x")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("neither", rows => { rows.Tokens.Add(new TokenRow(p.Id, "http://example.org/t", "y")); rows.Present.Add(p.Id); });
        Sets["whole"] = new CodeMembers([System], [("http://example.org/t", "x")], 1);

        Assert.Equal("grammar listed", await fixture.FindAsync(In(p, "whole")));
    }

    [Fact]
    public async Task A_set_is_found_behind_references_within_elements_and_over_types()
    {
        var (p, target, reference, composite) =
            (await ParameterAsync(), await fixture.ParameterAsync(SearchParameterType.Token, "Condition"), await fixture.ParameterAsync(SearchParameterType.Reference), await fixture.ParameterAsync(SearchParameterType.Composite));
        var parts = Enumerable.Range(1, 2).Select(at => p with { Id = composite.Id + at, IsComponent = true }).ToArray();
        await fixture.AddAsync("chained", rows => { rows.Tokens.Add(new TokenRow(target.Id, System, "c1")); rows.Present.Add(target.Id); }, "Condition");
        await fixture.AddAsync("chain", rows => { rows.References.Add(new ReferenceRow(reference.Id, "Condition", "chained", null, null)); rows.Tokens.Add(new TokenRow(p.Id, System, "c1")); });
        await fixture.AddAsync("same", rows => { rows.Tokens.Add(new TokenRow(parts[0].Id, System, "c1", 0)); rows.Tokens.Add(new TokenRow(parts[1].Id, System, "c2", 0)); });
        await fixture.AddAsync("apart", rows => { rows.Tokens.Add(new TokenRow(parts[0].Id, System, "c1", 0)); rows.Tokens.Add(new TokenRow(parts[1].Id, System, "c2", 1)); });
        Define("three", Codes(3));

        Assert.Equal("chain", await fixture.FindAsync(new Criterion.Chain(reference, [new ChainTarget("Condition", In(target, "three"))])));
        Assert.Equal("same", await fixture.FindAsync(new Criterion.Composite(composite, [[In(parts[0], "three"), In(parts[1], "three")]])));
        Assert.Equal(["chained"], await fixture.IdsAsync(new BoundSearch { ResourceType = "Condition", Criteria = [new Criterion.Has(reference, "Condition", In(p, "three"))] }));
        Assert.Equal(["chain", "chained"], await fixture.IdsAsync(new BoundSearch { ResourceType = null, Criteria = [new Criterion.OverTypes([In(p, "three"), In(target, "three")])] }));
    }

    [Fact]
    public async Task A_set_is_listed_once_until_the_terminology_changes_and_kept_when_its_members_did_not()
    {
        var p = await ParameterAsync();
        await AddAsync("old", p, "c1");
        await AddAsync("new", p, "c6000");
        Define("changing", Codes(5_000));
        var before = listed;

        Assert.Equal("old", await fixture.FindAsync(In(p, "changing")));
        Assert.Equal(before + 1, listed);

        await ChangeTerminologyAsync();
        Assert.Equal("old", await fixture.FindAsync(In(p, "changing")));
        Assert.Equal(before + 2, listed);
        Assert.Equal(1L, await CountAsync("changing"));

        Define("changing", [(System, "c6000")]);
        await ChangeTerminologyAsync();
        Assert.Equal("new", await fixture.FindAsync(In(p, "changing")));
        Assert.Equal(2L, await CountAsync("changing"));
    }

    [Fact]
    public async Task Searches_that_ask_for_a_set_at_once_store_it_once()
    {
        var p = await ParameterAsync();
        await AddAsync("at-once", p, "c4999");
        Define("at-once", Codes(5_000));
        var search = new BoundSearch { ResourceType = "Basic", Criteria = [In(p, "at-once")] };
        var stores = Enumerable.Range(0, 8).Select(_ => WithMembers(fixture.WithOptions(fixture.Inner.Options))).ToList();

        var pages = await Task.WhenAll(stores.Select(store => store.SearchAsync(search, default)));

        Assert.All(pages, page => Assert.Equal("at-once", Assert.Single(page.Matches).Key.Id));
        Assert.Equal(1L, await CountAsync("at-once"));
        Assert.Equal(5_000L, await fixture.Inner.ScalarAsync("SELECT count(*) FROM code_set_member m JOIN code_set s ON s.id = m.set_id WHERE s.name = 'ValueSet/at-once'"));
    }

    [Fact]
    public async Task What_nobody_used_for_long_is_removed_and_made_again_when_it_is_asked_for()
    {
        var p = await ParameterAsync();
        await AddAsync("kept", p, "c1");
        Define("unused", Codes(100));
        Define("used", Codes(100));
        Assert.Equal("kept", await fixture.FindAsync(In(p, "unused", "used")));

        await fixture.Inner.ScalarAsync("UPDATE code_set SET used = used - interval '25 hours' WHERE name IN ('ValueSet/unused', 'ValueSet/used')");
        Assert.Equal("kept", await fixture.FindAsync(In(p, "used")));
        await fixture.Store.ForgetUnusedCodeSetsAsync(default);

        Assert.Equal((0L, 1L), (await CountAsync("unused"), await CountAsync("used")));
        Assert.Equal(0L, await fixture.Inner.ScalarAsync("SELECT count(*) FROM code_set_member WHERE set_id NOT IN (SELECT id FROM code_set)"));
        Assert.Equal("kept", await fixture.FindAsync(In(p, "unused")));
    }

    [Fact]
    public async Task A_snapshot_finds_by_a_set_that_is_younger_than_itself()
    {
        var p = await ParameterAsync();
        await AddAsync("in-snapshot", p, "c1");
        Define("younger", Codes(5_000));
        var search = new BoundSearch { ResourceType = "Basic", Criteria = [In(p, "younger")] };
        await using var snapshot = await fixture.Store.OpenSnapshotAsync(followsChanges: false, default);
        Assert.Empty((await snapshot.Store.SearchAsync(search with { Criteria = [new Criterion.Id(["none"])] }, default)).Matches);
        await AddAsync("after-snapshot", p, "c1");

        Assert.Equal("after-snapshot in-snapshot", await fixture.FindAsync(In(p, "younger")));
        Assert.Equal("in-snapshot", Assert.Single((await snapshot.Store.SearchAsync(search, default)).Matches).Key.Id);
        Assert.Equal("in-snapshot", Assert.Single((await snapshot.Store.SearchAsync(search, default)).Matches).Key.Id);
        Assert.Equal(1L, await CountAsync("younger"));
    }

    [Fact]
    public async Task A_conditional_write_is_found_by_a_set()
    {
        var p = await ParameterAsync();
        await AddAsync("conditional", p, "c1");
        Define("condition", Codes(5_000));
        var condition = new WriteCondition(new BoundSearch { ResourceType = "Basic", Criteria = [In(p, "condition")], Count = 2 }, ["Basic?code:in"]);

        var results = await WithMembers(fixture.Store).WriteAsync(
            new ConditionalWrite([condition], matches => [new WriteOperation.Delete(Assert.Single(matches[0]).Key)]), default);

        Assert.Equal((new ResourceKey("Basic", "conditional"), WriteOutcome.Deleted), (Assert.Single(results).Version.Key, results[0].Outcome));
    }

    [Fact]
    public async Task A_set_that_is_too_large_is_refused_and_the_setting_named()
    {
        var p = await ParameterAsync();
        Define("large", Codes(11));
        var store = WithMembers(fixture.WithOptions(fixture.Inner.Options with { MaxCodeSetSize = 10 }));

        var fault = await Assert.ThrowsAsync<FhirException>(() => store.SearchAsync(new BoundSearch { ResourceType = "Basic", Criteria = [In(p, "large")] }, default));

        Assert.Equal(
            (IssueType.TooCostly, "http.code:in", "The set has 11 codes, and a search takes at most 10 (setting Fhir:MaxCodeSetSize); name a smaller set, or search by its parts."),
            (Assert.Single(fault.Issues).Type, fault.Issues[0].Expression, fault.Issues[0].Diagnostics));
        Assert.Equal(0L, await CountAsync("large"));
    }

    private static IEnumerable<(string System, string Code)> Codes(int count) => Enumerable.Range(0, count).Select(at => (System, $"c{at}"));

    private static void Define(string set, IEnumerable<(string System, string Code)> codes) => Sets[set] = new CodeMembers([], codes, codes.Count());

    private static Criterion.TokenIn In(SearchParameter parameter, params string[] sets) => new(parameter, [.. sets.Select(set => new CodeSetName.StoredValueSet(set))], "code:in");

    private static ResourceStore WithMembers(ResourceStore store)
    {
        store.ListMembers = (name, _) =>
        {
            Interlocked.Increment(ref listed);
            return Task.FromResult(Sets[((CodeSetName.StoredValueSet)name).Id]);
        };
        return store;
    }

    private Task<SearchParameter> ParameterAsync()
    {
        fixture.Prepare = WithMembers;
        WithMembers(fixture.Store);
        return fixture.ParameterAsync(SearchParameterType.Token);
    }

    private Task AddAsync(string id, SearchParameter parameter, params string[] codes) => fixture.AddAsync(id, rows =>
    {
        foreach (var code in codes) rows.Tokens.Add(new TokenRow(parameter.Id, System, code));
        rows.Present.Add(parameter.Id);
    });

    private Task ChangeTerminologyAsync() => fixture.AddAsync("changed", _ => { }, "ValueSet");

    private async Task<object?> CountAsync(string set) => await fixture.Inner.ScalarAsync($"SELECT count(*) FROM code_set WHERE name = 'ValueSet/{set}'");
}
