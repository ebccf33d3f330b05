using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$package</c> and <c>$data-requirements</c> over a running server, with the regimens of the seeds and with artifacts of the tests.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-package.html</remarks>
[Trait("Category", "Postgres")]
public sealed partial class PackageTests(SeededServer seeded) : IClassFixture<SeededServer>, IAsyncLifetime
{
    private const string Base = "http://example.org/";

    private readonly RunningServer server = seeded.Server;

    public async Task InitializeAsync()
    {
        foreach (var version in new[] { "1.0", "2.0" })
        {
            await server.PutAsync($$$"""{"resourceType":"CodeSystem","id":"codes-{{{Id(version)}}}","url":"{{{Base}}}CodeSystem/codes","version":"{{{version}}}","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b{{{version}}}"}]}""");
            await server.PutAsync($$$"""{"resourceType":"ActivityDefinition","id":"act-{{{Id(version)}}}","url":"{{{Base}}}ActivityDefinition/act","version":"{{{version}}}","status":"active","kind":"Task"}""");
        }

        await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"set","url":"{{{Base}}}ValueSet/set","version":"1.0","status":"active","compose":{"include":[{"system":"{{{Base}}}CodeSystem/codes"}]}}""");
        await server.PutAsync($$$"""{"resourceType":"Medication","id":"drug","code":{"text":"drug"}}""");
        await server.PutAsync($$$"""{"resourceType":"ActivityDefinition","id":"give","url":"{{{Base}}}ActivityDefinition/give","version":"1.0","status":"active","kind":"MedicationRequest","productReference":{"reference":"Medication/drug"}}""");
        await server.PutAsync($$$"""
            {"resourceType":"PlanDefinition","id":"plan","url":"{{{Base}}}PlanDefinition/plan","version":"1.0","status":"active","identifier":[{"system":"{{{Base}}}ids","value":"p1"}],
             "relatedArtifact":[{"type":"predecessor","resource":"{{{Base}}}PlanDefinition/older"},{"type":"depends-on","resource":"{{{Base}}}Library/gone|3"}],
             "action":[{"title":"x","definitionCanonical":"{{{Base}}}ActivityDefinition/act","input":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"{{{Base}}}ValueSet/set"},{"path":"code","code":[{"system":"urn:s","code":"c"}]}]}],
               "condition":[{"kind":"applicability","expression":{"name":"grown-up","language":"text/fhirpath","expression":"Patient.birthDate <= today() - 18 years"}}]},
              {"title":"y","definitionCanonical":"{{{Base}}}ActivityDefinition/give|1.0","condition":[{"kind":"applicability","expression":{"name":"treated","language":"text/fhirpath","expression":"%priorTreatments.exists()"}}]}]}
            """);
        await server.PutAsync($$$"""{"resourceType":"Library","id":"manifest","url":"{{{Base}}}Library/manifest","version":"1.0","status":"active","type":{"text":"manifest"},"relatedArtifact":[{"type":"depends-on","resource":"{{{Base}}}ActivityDefinition/act|1.0"}],"contained":[{"resourceType":"Parameters","id":"p","parameter":[{"name":"system-version","valueUri":"{{{Base}}}CodeSystem/codes|1.0"}]}],"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters","valueReference":{"reference":"#p"}}]}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_package_is_the_artifact_with_everything_it_depends_on_and_says_what_is_missing()
    {
        var answer = await server.GetAsync("/PlanDefinition/plan/$package");

        Assert.Equal((200, "transaction"), (answer.Status, answer.Json.GetProperty("type").GetString()));
        Assert.Equal(
            ["Library/package-plandefinition-plan", "PlanDefinition/plan", "ActivityDefinition/act-2-0", "ValueSet/set", "ActivityDefinition/give", "CodeSystem/codes-2-0", "Medication/drug"], Names(answer));
        Assert.Equal(Names(answer), answer.Entries.Select(entry => entry.GetProperty("request").GetProperty("url").GetString()));
        Assert.Equal(
            ["composed-of http://example.org/PlanDefinition/plan|1.0", "depends-on http://example.org/ActivityDefinition/act|2.0", "depends-on http://example.org/ValueSet/set|1.0",
             "depends-on http://example.org/ActivityDefinition/give|1.0", "depends-on http://example.org/CodeSystem/codes|2.0", $"depends-on {server.BaseUrl}/Medication/drug",
             "depends-on http://example.org/Library/gone|3", "depends-on urn:s"],
            Related(Manifest(answer)));
        Assert.Equal(
            ["warning not-found PlanDefinition.relatedArtifact[1].resource: PlanDefinition/plan names http://example.org/Library/gone|3, which is not known here.",
             "information not-found PlanDefinition.action[0].input[0].codeFilter[1].code[0].system: PlanDefinition/plan names urn:s, which is a code system whose content is not here."],
            Messages(Manifest(answer)));
    }

    [Theory]
    [InlineData("PlanDefinition/$package?url=http://example.org/PlanDefinition/plan")]
    [InlineData("PlanDefinition/$package?url=http://example.org/PlanDefinition/plan&version=1.0")]
    [InlineData("PlanDefinition/$package?url=http://example.org/PlanDefinition/plan|1.0")]
    [InlineData("PlanDefinition/$package?id=plan")]
    [InlineData("PlanDefinition/$package?identifier=http://example.org/ids|p1")]
    public async Task It_is_the_same_however_the_artifact_is_named(string target)
    {
        var (byId, answer) = (await server.GetAsync("/PlanDefinition/plan/$package"), await server.GetAsync("/" + target));

        Assert.Equal(byId.Body, answer.Body);
    }

    [Theory]
    [InlineData("include=artifact", "PlanDefinition/plan")]
    [InlineData("include=knowledge", "PlanDefinition/plan ActivityDefinition/act-2-0 ActivityDefinition/give")]
    [InlineData("include=terminology", "ValueSet/set CodeSystem/codes-2-0")]
    [InlineData("include=canonical", "PlanDefinition/plan ActivityDefinition/act-2-0 ValueSet/set ActivityDefinition/give CodeSystem/codes-2-0")]
    [InlineData("include=Medication&include=ValueSet", "ValueSet/set Medication/drug")]
    [InlineData("include=conformance", "")]
    [InlineData("include=tests", "")]
    [InlineData("exclude=terminology&exclude=Medication", "PlanDefinition/plan ActivityDefinition/act-2-0 ActivityDefinition/give")]
    [InlineData("include=knowledge&exclude=artifact", "ActivityDefinition/act-2-0 ActivityDefinition/give")]
    [InlineData("includeUri=http://example.org/ValueSet/set", "ValueSet/set")]
    [InlineData("includeUri=http://example.org/ValueSet/set|9", "")]
    [InlineData("excludeUri=http://example.org/ActivityDefinition/act|2.0&exclude=terminology", "PlanDefinition/plan ActivityDefinition/give Medication/drug")]
    [InlineData("packageOnly=true&exclude=terminology", "PlanDefinition/plan ActivityDefinition/act-2-0 ActivityDefinition/give Medication/drug")]
    [InlineData("artifactVersion=http://example.org/ActivityDefinition/act|1.0&include=ActivityDefinition", "ActivityDefinition/act-1-0 ActivityDefinition/give")]
    [InlineData("forceArtifactVersion=http://example.org/CodeSystem/codes|1.0&include=CodeSystem", "CodeSystem/codes-1-0")]
    [InlineData("checkArtifactVersion=http://example.org/ActivityDefinition/give|1.0&include=ActivityDefinition", "ActivityDefinition/act-2-0 ActivityDefinition/give")]
    [InlineData("manifest=http://example.org/Library/manifest|1.0&include=ActivityDefinition&include=CodeSystem", "ActivityDefinition/act-1-0 ActivityDefinition/give CodeSystem/codes-1-0")]
    [InlineData("manifest=http://example.org/Library/manifest&artifactVersion=http://example.org/ActivityDefinition/act|2.0&include=ActivityDefinition", "ActivityDefinition/act-2-0 ActivityDefinition/give")]
    public async Task What_goes_in_and_in_which_version_is_as_the_request_says(string query, string expected)
    {
        var answer = await server.GetAsync("/PlanDefinition/plan/$package?" + query);

        Assert.Equal(expected, string.Join(' ', Names(answer).Skip(1)));
    }

    [Fact]
    public async Task Pages_have_the_manifest_and_together_everything()
    {
        var size = await server.GetAsync("/PlanDefinition/plan/$package?count=0");
        var (first, second) = (await server.GetAsync("/PlanDefinition/plan/$package?count=4"), await server.GetAsync("/PlanDefinition/plan/$package?offset=4&count=4"));

        Assert.Equal("""{"resourceType":"Bundle","type":"searchset","total":6}""", size.Body);
        Assert.Equal(["collection", "collection"], new[] { first, second }.Select(page => page.Json.GetProperty("type").GetString()));
        Assert.Equal(["Library/package-plandefinition-plan", "PlanDefinition/plan", "ActivityDefinition/act-2-0", "ValueSet/set", "ActivityDefinition/give"], Names(first));
        Assert.Equal(["Library/package-plandefinition-plan", "CodeSystem/codes-2-0", "Medication/drug"], Names(second));
    }

    [Fact]
    public async Task An_executable_package_has_its_value_sets_expanded()
    {
        var answer = await server.GetAsync("/PlanDefinition/plan/$package?capability=executable&include=ValueSet");

        var set = answer.Entries[1].GetProperty("resource");
        Assert.Equal(["a", "b2.0"], set.GetProperty("expansion").GetProperty("contains").EnumerateArray().Select(code => code.GetProperty("code").GetString()));
        Assert.True(set.TryGetProperty("compose", out _));
    }

    [Theory]
    [InlineData("/PlanDefinition/$package", 400, "error required: There is no PlanDefinition to work on: name one by its id in the URL, or by 'id', 'url' (with 'version') or 'identifier'.")]
    [InlineData("/PlanDefinition/plan/$package?url=http://example.org/PlanDefinition/plan", 400, "error invalid: The PlanDefinition is named in more than one way; use one of the id in the URL, 'id', 'url' and 'identifier'.")]
    [InlineData("/PlanDefinition/never/$package", 404, "error not-found: PlanDefinition/never is not known here.")]
    [InlineData("/PlanDefinition/$package?url=http://example.org/PlanDefinition/plan&version=7", 404, "error not-found: No PlanDefinition with the url http://example.org/PlanDefinition/plan and the version 7 is known here.")]
    [InlineData("/ActivityDefinition/$package?identifier=nobody", 404, "error not-found: No ActivityDefinition with the identifier nobody is known here.")]
    [InlineData("/MedicationKnowledge/$package?identifier=nobody", 400, "error not-supported: A MedicationKnowledge has no identifier to be found by; use 'id' or 'url'.")]
    [InlineData("/PlanDefinition/plan/$package?include=everything", 400, "error invalid: The parameter 'include' is a resource type or one of all, artifact, canonical, terminology, conformance, profiles, extensions, knowledge, tests, examples, not 'everything'.")]
    [InlineData("/PlanDefinition/plan/$package?count=-1", 400, "error invalid: The parameter 'count' is not negative.")]
    [InlineData("/PlanDefinition/plan/$package?capability=flying", 400, "error invalid: The parameter 'capability' is one of computable, executable, publishable, not 'flying'.")]
    [InlineData("/PlanDefinition/plan/$package?artifactVersion=http://example.org/a", 400, "error invalid: The parameter 'artifactVersion' is a canonical with a version, like 'http://example.org/ValueSet/a|1.0', not 'http://example.org/a'.")]
    [InlineData("/PlanDefinition/plan/$package?manifest=http://example.org/Library/none", 404, "error not-found: The manifest http://example.org/Library/none is not known here as a Library.")]
    [InlineData("/PlanDefinition/plan/$package?checkArtifactVersion=http://example.org/ActivityDefinition/give|2.0", 422, "error business-rule PlanDefinition.action[1].definition: PlanDefinition/plan names http://example.org/ActivityDefinition/give|1.0, while the version to be checked is 2.0.")]
    [InlineData("/PlanDefinition/plan/$package?errorBehavior=strict", 422, "error business-rule PlanDefinition.relatedArtifact[1].resource: PlanDefinition/plan names http://example.org/Library/gone|3, which is not known here.")]
    [InlineData("/PlanDefinition/plan/$data-requirements?expression=other", 400, "error invalid: PlanDefinition/plan has no expression of the name 'other'.")]
    public async Task What_can_not_be_packaged_is_refused_with_words(string target, int status, string expected)
    {
        var answer = await server.GetAsync(target);

        Assert.Equal((status, expected), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task An_endpoint_is_refused_because_no_other_server_is_called()
    {
        var answer = await server.SendAsync("POST", "/PlanDefinition/plan/$package", """{"resourceType":"Parameters","parameter":[{"name":"artifactEndpointConfiguration","part":[{"name":"endpointUri","valueUri":"http://example.org"}]}]}""");

        Assert.Equal((400, "error not-supported Parameters.parameter[0]: The parameter 'artifactEndpointConfiguration' is not supported: this server calls no other. Store here what is needed."), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task More_dependencies_than_allowed_are_refused()
    {
        var small = await server.AnotherAsync(("Fhir:Artifacts:MaxResources", "3"));

        var answer = await small.GetAsync("/PlanDefinition/plan/$package");
        await small.DisposeAsync();

        Assert.Equal((422, "error too-costly: PlanDefinition/plan depends on more than 3 resources, the limit of this server (setting Fhir:Artifacts:MaxResources)."), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task Requirements_are_definitions_data_codes_and_what_expressions_read()
    {
        var whole = (await server.GetAsync("/PlanDefinition/plan/$data-requirements")).Json;
        var one = (await server.GetAsync("/PlanDefinition/plan/$data-requirements?expression=grown-up")).Json;

        Assert.Equal(
            ["depends-on http://example.org/ActivityDefinition/act|2.0", "depends-on http://example.org/ValueSet/set|1.0", "depends-on http://example.org/ActivityDefinition/give|1.0",
             "depends-on http://example.org/CodeSystem/codes|2.0", $"depends-on {server.BaseUrl}/Medication/drug", "depends-on http://example.org/Library/gone|3", "depends-on urn:s"],
            Related(whole));
        Assert.Equal(["Condition", "Patient", "CarePlan", "MedicationAdministration", "EpisodeOfCare", "Medication"], Data(whole));
        Assert.Equal("c", whole.GetProperty("extension")[0].GetProperty("valueCoding").GetProperty("code").GetString());
        Assert.Equal("module-definition", whole.GetProperty("type").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal(["Patient"], Data(one));
    }

    [Fact]
    public async Task Of_each_regimen_of_the_seeds_every_canonical_resolves_within_its_package()
    {
        var plans = (await server.GetAsync("/PlanDefinition?_count=100&_elements=id&url:below=http://myeloma-fhir.org/fhir")).Matches;
        foreach (var id in plans)
        {
            var answer = await server.GetAsync($"/PlanDefinition/{id}/$package?errorBehavior=strict");

            Assert.Equal(200, answer.Status);
            var resources = answer.Entries.Skip(1).Select(entry => entry.GetProperty("resource")).ToList();
            var known = resources.Where(resource => resource.TryGetProperty("url", out _)).SelectMany(Canonicals).ToHashSet();
            var named = resources.SelectMany(resource => OwnCanonical().Matches(resource.GetRawText()).Select(match => match.Groups[1].Value)).Distinct();
            Assert.Equal([], named.Where(canonical => !known.Contains(canonical)));
            var names = Names(answer).ToHashSet();
            Assert.Equal([], resources.SelectMany(resource => Reference().Matches(resource.GetRawText()).Select(match => match.Groups[1].Value)).Distinct().Where(reference => !names.Contains(reference)));
        }

        Assert.True(plans.Count >= 20);
    }

    [Fact]
    public async Task A_package_can_be_sent_to_another_server_and_is_the_same_there()
    {
        var package = await server.GetAsync("/PlanDefinition/carfilzomib-dexamethasone-isatuximab/$package");
        var other = await RunningServer.StartAsync();

        var stored = await other.SendAsync("POST", "", package.Body);
        var there = await other.GetAsync("/PlanDefinition/carfilzomib-dexamethasone-isatuximab/$package");
        await other.DisposeAsync();

        Assert.Equal((200, ""), (stored.Status, string.Join('\n', stored.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!).Where(status => status[0] != '2'))));
        Assert.Equal(Names(package), Names(there));
        Assert.Equal(package.Entries.Skip(1).Select(WithoutMeta), there.Entries.Skip(1).Select(WithoutMeta));
    }

    private static string Id(string version) => version.Replace('.', '-');

    private static IEnumerable<string> Names(Answer answer) => answer.Entries.Select(entry => string.Join('/', entry.GetProperty("fullUrl").GetString()!.Split('/')[^2..]));

    private static JsonElement Manifest(Answer answer) => answer.Entries[0].GetProperty("resource");

    private static IEnumerable<string> Related(JsonElement library) => library.GetProperty("relatedArtifact").EnumerateArray()
        .Select(related => $"{related.GetProperty("type")} {(related.TryGetProperty("resource", out var canonical) ? canonical : related.GetProperty("url"))}");

    private static IEnumerable<string> Messages(JsonElement library) => library.GetProperty("contained")[0].GetProperty("issue").EnumerateArray()
        .Select(issue => $"{issue.GetProperty("severity")} {issue.GetProperty("code")} {issue.GetProperty("expression")[0]}: {issue.GetProperty("diagnostics")}");

    private static IEnumerable<string> Data(JsonElement library) => library.GetProperty("dataRequirement").EnumerateArray().Select(requirement => requirement.GetProperty("type").GetString()!);

    private static IEnumerable<string> Canonicals(JsonElement resource)
    {
        var url = resource.GetProperty("url").GetString()!;
        yield return url;
        if (resource.TryGetProperty("version", out var version)) yield return $"{url}|{version}";
    }

    private static string WithoutMeta(JsonElement entry)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(entry.GetProperty("resource").GetRawText())!.AsObject();
        json["meta"]?.AsObject().Remove("versionId");
        json["meta"]?.AsObject().Remove("lastUpdated");
        json["meta"]?.AsObject().Remove("source");
        return json.ToJsonString();
    }

    /// <summary>Canonicals of this project; what FHIR itself defines is not in packages, and naming systems have no url.</summary>
    [GeneratedRegex("\"(http://myeloma-fhir\\.org/fhir/(?!NamingSystem/)[A-Za-z]+/[^\"#]+)\"")]
    private static partial Regex OwnCanonical();

    [GeneratedRegex("\"reference\":\\s*\"([A-Za-z]+/[^\"]+)\"")]
    private static partial Regex Reference();
}
