using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$dependents</c> and its pages over a running server.</summary>
[Trait("Category", "Postgres")]
public sealed class DependentsTests(SeededServer seeded) : IClassFixture<SeededServer>, IAsyncLifetime
{
    private const string Base = "http://example.org/dep/";

    private readonly RunningServer server = seeded.Server;

    public async Task InitializeAsync()
    {
        await server.PutAsync($$$"""{"resourceType":"CodeSystem","id":"dep-codes","url":"{{{Base}}}CodeSystem/codes","version":"1","status":"active","content":"complete","hierarchyMeaning":"is-a","concept":[{"code":"top","concept":[{"code":"x"},{"code":"y"}]}]}""");
        foreach (var version in new[] { 1, 2 })
            await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"dep-set-{{{version}}}","url":"{{{Base}}}ValueSet/set","version":"{{{version}}}","status":"active","compose":{"include":[{"system":"{{{Base}}}CodeSystem/codes","concept":[{"code":"x"}]}]}}""");
        await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"dep-below","url":"{{{Base}}}ValueSet/below","version":"1","status":"active","compose":{"include":[{"system":"{{{Base}}}CodeSystem/codes","filter":[{"property":"concept","op":"descendent-of","value":"top"}]}]}}""");
        await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"dep-imports","url":"{{{Base}}}ValueSet/imports","version":"1","status":"active","compose":{"include":[{"valueSet":["{{{Base}}}ValueSet/set"]}]}}""");
        await server.PutAsync($$$"""{"resourceType":"ConceptMap","id":"dep-map","url":"{{{Base}}}ConceptMap/map","status":"active","group":[{"source":"{{{Base}}}CodeSystem/codes","target":"urn:other","element":[{"code":"y","target":[{"code":"o","equivalence":"equivalent"}]},{"code":"x","target":[{"code":"p","equivalence":"equivalent"}]}]}]}""");
        await server.PutAsync($$$"""
            {"resourceType":"PlanDefinition","id":"dep-plan","url":"{{{Base}}}PlanDefinition/plan","version":"1","status":"active","title":"The plan",
             "contained":[{"resourceType":"ActivityDefinition","id":"a","status":"active","code":{"coding":[{"system":"{{{Base}}}CodeSystem/codes","code":"x"}]}}],
             "relatedArtifact":[{"type":"predecessor","resource":"{{{Base}}}ValueSet/below"}],
             "action":[{"title":"one","input":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"{{{Base}}}ValueSet/set|1"}]}],"definitionCanonical":"#a",
               "condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"%c.coding.where(system = '{{{Base}}}CodeSystem/codes' and code = 'x').exists()"}},
                            {"kind":"applicability","expression":{"language":"text/fhirpath","expression":"%c.memberOf('{{{Base}}}ValueSet/set')"}}]}]}
            """);
        await server.PutAsync($$$"""{"resourceType":"PlanDefinition","id":"dep-outer","url":"{{{Base}}}PlanDefinition/outer","status":"active","action":[{"definitionCanonical":"{{{Base}}}PlanDefinition/plan"}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_code_is_told_where_it_is_listed_held_by_a_filter_mapped_coded_in_contained_resources_and_named_by_conditions()
    {
        var answer = await server.GetAsync($"/$dependents?system={Base}CodeSystem/codes&code=x");

        Assert.Equal(
            [
                "target http://example.org/dep/CodeSystem/codes|x", "total 5", "breaks 5",
                "ConceptMap/dep-map 1: map ConceptMap.group[0].element[1] (breaks: translates a code that would be retired)",
                "PlanDefinition/dep-plan 1: code PlanDefinition.contained[0].code.coding[0] (breaks: would name a code that is retired); expression PlanDefinition.action[0].condition[0].expression.expression (breaks: names the code and would be met by nothing that is recorded with another one)",
                "ValueSet/dep-below 1: filter ValueSet.compose.include[0] (breaks: holds x by a filter and would no longer hold it)",
                "ValueSet/dep-set-1 1: member ValueSet.compose.include[0].concept[0] (breaks: lists the code and would hold one that is retired)",
                "ValueSet/dep-set-2 1: member ValueSet.compose.include[0].concept[0] (breaks: lists the code and would hold one that is retired)",
            ],
            Lines(answer));
        Assert.Equal(
            "ValueSet/dep-below 1: filter ValueSet.compose.include[0].filter[0] (breaks: starts from the code and would start from one that is retired)",
            Lines(await server.GetAsync($"/$dependents?system={Base}CodeSystem/codes&code=top"))[^1]);
        Assert.Equal(["target urn:none|x", "total 0", "breaks 0"], Lines(await server.GetAsync("/$dependents?system=urn:none&code=x")));
    }

    [Fact]
    public async Task A_version_of_a_value_set_is_told_by_canonicals_that_name_it_and_those_without_a_version_when_they_mean_it()
    {
        Assert.Equal(
            ["target http://example.org/dep/ValueSet/set|1", "total 1", "breaks 1",
             "PlanDefinition/dep-plan 1: canonical PlanDefinition.action[0].input[0].codeFilter[0].valueSet (breaks: names this version and would be left with one that is retired); expression PlanDefinition.action[0].condition[1].expression.expression (breaks: names it and would ask what is retired)"],
            Lines(await server.GetAsync("/ValueSet/dep-set-1/$dependents")));
        Assert.Equal(
            ["target http://example.org/dep/ValueSet/set|2", "total 2", "breaks 1",
             "PlanDefinition/dep-plan 1: expression PlanDefinition.action[0].condition[1].expression.expression (breaks: names it and would ask what is retired)",
             "ValueSet/dep-imports 1: canonical ValueSet.compose.include[0].valueSet[0] (names no version and would mean 1 from then on)"],
            Lines(await server.GetAsync($"/$dependents?url={Base}ValueSet/set|2")));
        Assert.Equal(["target http://example.org/dep/ValueSet/below|1", "total 0", "breaks 0"], Lines(await server.GetAsync("/ValueSet/dep-below/$dependents")));
    }

    [Fact]
    public async Task Through_others_everything_is_told_once_nearer_ones_first_and_in_pages()
    {
        var all = Lines(await server.GetAsync("/ValueSet/dep-set-1/$dependents?transitive=true"));

        Assert.Equal("total 2", all[1]);
        Assert.Equal("PlanDefinition/dep-outer 2 through PlanDefinition/dep-plan: canonical PlanDefinition.action[0].definition (breaks: names no version and would be left with one that is retired, since there is no other)", all[^1]);
        Assert.Equal([.. all.Take(3), all[^1]], Lines(await server.GetAsync("/ValueSet/dep-set-1/$dependents?transitive=true&offset=1&count=1")));
        Assert.Equal(all.Take(3), Lines(await server.GetAsync("/ValueSet/dep-set-1/$dependents?transitive=true&count=0")));
    }

    [Fact]
    public async Task A_drug_is_told_by_references_and_by_its_codes_and_every_regimen_with_it_is_there()
    {
        var answer = await server.GetAsync("/Medication/selinexor/$dependents");

        var found = Lines(answer).Skip(3).Select(line => line.Split(' ')[0]).ToList();
        Assert.Equal(
            ["ActivityDefinition/selinexor", "ConceptMap/to-atc", "ConceptMap/to-ncit", "ConceptMap/to-rxnorm", "ConceptMap/to-unii", "MedicationKnowledge/selinexor", "PlanDefinition/bortezomib-dexamethasone-selinexor",
             "ValueSet/selective-inhibitor-of-nuclear-export"], found);
        Assert.Contains("reference ActivityDefinition.product (breaks: would refer to what is retired)", Lines(answer)[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_system_is_told_by_codings_value_sets_maps_and_supplements()
    {
        var lines = Lines(await server.GetAsync("/CodeSystem/dep-codes/$dependents"));

        Assert.Equal(["ConceptMap/dep-map", "PlanDefinition/dep-plan", "ValueSet/dep-below", "ValueSet/dep-set-1", "ValueSet/dep-set-2"], lines.Skip(3).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Pages_of_plans_drugs_and_value_sets_have_it_as_a_part_and_there_is_a_page_of_its_own()
    {
        Assert.Contains("""<a href="/regimens/dep-outer">""", await PageAsync("/regimens/dep-plan"), StringComparison.Ordinal);
        Assert.Contains("""<h2 id="dependents">What rests on this</h2>""", await PageAsync("/drugs/selinexor"), StringComparison.Ordinal);
        Assert.Contains("goes on</span> names no version and would mean 1 from then on", await PageAsync("/terminology/ValueSet/dep-set-2"), StringComparison.Ordinal);
        Assert.Contains("""href="/dependents/CodeSystem/dep-codes">""", await PageAsync("/terminology/CodeSystem/dep-codes"), StringComparison.Ordinal);
        Assert.Contains("PlanDefinition, through PlanDefinition/dep-plan", await PageAsync("/dependents/ValueSet/dep-set-1"), StringComparison.Ordinal);
        Assert.Contains("Nothing that is stored here.", await PageAsync("/regimens/dep-outer"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/$dependents", 400, "error required: Nothing is asked about: give 'system' and 'code', or 'url', or invoke '$dependents' on a resource.")]
    [InlineData("/$dependents?code=x&count=-1", 400, "error required: The parameter 'code' needs 'system', the code system it is of.", "error invalid: The parameter 'count' is not negative.")]
    [InlineData("/$dependents?system=urn:a", 400, "error required: Nothing is asked about: give 'system' and 'code', or 'url', or invoke '$dependents' on a resource.", "error required: The parameter 'system' needs 'code'; what rests on the whole code system is asked by 'url'.")]
    [InlineData("/ValueSet/dep-set-1/$dependents?url=urn:b", 400, "error invalid: More than one thing is asked about: give 'system' and 'code', or 'url', or invoke '$dependents' on a resource.")]
    [InlineData("/ValueSet/dep-none/$dependents", 404, "error not-found: ValueSet/dep-none is not known here.")]
    public async Task What_can_not_be_asked_is_told(string path, int status, params string[] issues)
    {
        var answer = await server.GetAsync(path);

        Assert.Equal(status, answer.Status);
        Assert.Equal(issues, answer.Issues);
    }

    [Fact]
    public async Task Definitions_are_found_by_what_they_name()
    {
        Assert.Equal(["dep-plan"], (await server.GetAsync($"/PlanDefinition?uses={Base}ValueSet/set")).Matches);
        Assert.Equal(["dep-plan"], (await server.GetAsync($"/PlanDefinition?uses-code={Base}CodeSystem/codes|x")).Matches);
        Assert.Equal(["dep-plan"], (await server.GetAsync($"/PlanDefinition?expression:contains={Base}ValueSet/set")).Matches);
    }

    private async Task<string> PageAsync(string path)
    {
        using var response = await server.Client.GetAsync(new Uri(new Uri(server.BaseUrl), path));
        Assert.Equal(200, (int)response.StatusCode);
        return System.Net.WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
    }

    private static List<string> Lines(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return [.. answer.Json.GetProperty("parameter").EnumerateArray().Select(parameter => parameter.TryGetProperty("part", out _) ? Line(parameter) : $"{parameter.GetProperty("name").GetString()} {Value(parameter)}")];
    }

    private static string Line(JsonElement dependent)
    {
        var parts = dependent.GetProperty("part").EnumerateArray().ToLookup(part => part.GetProperty("name").GetString()!);
        var through = parts["through"].Select(part => $" through {part.GetProperty("valueReference").GetProperty("reference").GetString()}").SingleOrDefault();
        var places = parts["place"].Select(place =>
        {
            var told = place.GetProperty("part").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!, Value);
            return $"{told["how"]} {told["path"]} ({(told["breaks"] == "True" ? "breaks: " : "")}{told["impact"]})";
        });
        return $"{parts["resource"].Single().GetProperty("valueReference").GetProperty("reference").GetString()} {Value(parts["depth"].Single())}{through}: {string.Join("; ", places)}";
    }

    private static string Value(JsonElement parameter) => parameter.EnumerateObject().Single(each => each.Name.StartsWith("value", StringComparison.Ordinal)).Value.ToString();
}
