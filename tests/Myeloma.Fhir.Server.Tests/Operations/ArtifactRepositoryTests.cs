using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Each SHALL of the three levels of artifact repositories that CRMI has, for each of its types.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-repository-service.html</remarks>
[Trait("Category", "Postgres")]
public sealed partial class ArtifactRepositoryTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] All = ["ActivityDefinition", "Library", "Measure", "PlanDefinition", "Questionnaire"];

    /// <summary>Of the types that have them in R4: what they are related to, and about.</summary>
    private const string Related = """,'author':[{'name':'A'}],'topic':[{'text':'T'}],'relatedArtifact':[{'type':'documentation','display':'D','url':'http://x/doc'}]""";

    public static TheoryData<string> Types() => new(All);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_what_an_artifact_says_of_itself_is_kept(string type) => await KeptAsync(Artifact(type, "sh-info"));

    [Fact]
    public async Task Shareable_computable_content_is_kept()
    {
        await KeptAsync(Json("""{'resourceType':'Library','id':'sh-computable','url':'http://x/sh-computable','version':'1.0.0','status':'active','type':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/library-type','code':'logic-library'}]},'parameter':[{'name':'P','use':'in','type':'integer'}],'dataRequirement':[{'type':'Condition','codeFilter':[{'path':'code','valueSet':'http://x/v|1'}]}],'content':[{'contentType':'text/cql','data':'bGlicmFyeSBY'}]}"""));
        await KeptAsync(Json("""{'resourceType':'PlanDefinition','id':'sh-computable','url':'http://x/sh-computable-plan','version':'1.0.0','status':'active','library':['http://x/sh-computable|1.0.0'],'action':[{'title':'T','condition':[{'kind':'applicability','expression':{'language':'text/cql-identifier','expression':'X'}}]}]}"""));
    }

    [Fact]
    public async Task Shareable_executable_content_is_kept() =>
        await KeptAsync(Json("""{'resourceType':'Library','id':'sh-executable','url':'http://x/sh-executable','version':'1.0.0','status':'active','type':{'text':'any'},'content':[{'contentType':'application/elm+json','data':'e30='},{'contentType':'application/elm+xml','data':'PGEvPg=='}]}"""));

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_what_is_published_with_an_artifact_is_kept(string type) => await KeptAsync(Artifact(
        type, "sh-published", Json(",'purpose':'Why','copyright':'C','approvalDate':'2026-01-02','lastReviewDate':'2026-01-03','effectivePeriod':{'start':'2026-02-01'}" + (type == "Questionnaire" ? "" : Related))));

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_an_artifact_is_retrieved_by_its_id(string type)
    {
        await server.PutAsync(Artifact(type, "sh-read"));

        Assert.Equal("http://x/sh-read", (await server.GetAsync($"/{type}/sh-read")).Json.GetProperty("url").GetString());
        Assert.Equal(["sh-read"], (await server.GetAsync($"/{type}?_id=sh-read")).Matches);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_a_url_finds_all_versions_and_a_version_with_it_that_one(string type)
    {
        await server.PutAsync(Artifact(type, "sh-v1", url: "sh-v"));
        await server.PutAsync(Artifact(type, "sh-v2", url: "sh-v", version: "2.0.0"));

        Assert.Equal(["sh-v1", "sh-v2"], (await server.GetAsync($"/{type}?url=http://x/sh-v&_sort=_id")).Matches);
        Assert.Equal(["sh-v2"], (await server.GetAsync($"/{type}?url=http://x/sh-v&version=2.0.0")).Matches);
        Assert.Equal([], (await server.GetAsync($"/{type}?url=http://x/sh-v&version=3.0.0")).Matches);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_an_artifact_is_found_by_identifier_name_title_description_and_status(string type)
    {
        await server.PutAsync(Artifact(type, "sh-found"));

        foreach (var criterion in new[] { "identifier=http://x/ids|sh-found", "identifier=sh-found", "name=NameOfsh-found", "title=Title%20of%20sh-found", "description=Description%20of%20sh-found", "status=active&_id=sh-found" })
            Assert.Equal((criterion, "sh-found"), (criterion, string.Join(' ', (await server.GetAsync($"/{type}?{criterion}")).Matches)));
        Assert.Equal([], (await server.GetAsync($"/{type}?status=draft&_id=sh-found")).Matches);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_every_string_parameter_takes_contains_and_exact(string type)
    {
        await server.PutAsync(Artifact(type, "sh-text"));

        foreach (var (name, value) in new[] { ("name", "NameOfsh-text"), ("title", "Title of sh-text"), ("description", "Description of sh-text"), ("publisher", "Publisher of sh-text") })
        {
            Assert.Equal(["sh-text"], (await server.GetAsync($"/{type}?{name}:contains=OF{(name == "name" ? "" : "%20")}SH-text")).Matches);
            Assert.Equal(["sh-text"], (await server.GetAsync($"/{type}?{name}:exact={Uri.EscapeDataString(value)}")).Matches);
            Assert.Equal([], (await server.GetAsync($"/{type}?{name}:exact={Uri.EscapeDataString(value.ToLowerInvariant())}")).Matches);
        }

        foreach (var name in await ParametersAsync(type, "string"))
            foreach (var modifier in new[] { "contains", "exact" }) Assert.Equal((name, 200), (name, (await server.GetAsync($"/{type}?{name}:{modifier}=a", ("Prefer", "handling=strict"))).Status));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Shareable_every_parameter_is_combined_by_and_and_or(string type)
    {
        await server.PutAsync(Artifact(type, "sh-a"));
        await server.PutAsync(Artifact(type, "sh-b"));

        Assert.Equal(["sh-a", "sh-b"], (await server.GetAsync($"/{type}?url=http://x/sh-a,http://x/sh-b&status=active,draft&_sort=_id")).Matches);
        Assert.Equal([], (await server.GetAsync($"/{type}?url=http://x/sh-a&url=http://x/sh-b")).Matches);
        Assert.Equal(["sh-b"], (await server.GetAsync($"/{type}?title=title,other&title:contains=sh-b")).Matches);
        foreach (var (kind, value) in new[] { ("token", "a"), ("string", "a"), ("uri", "http://a"), ("date", "2026"), ("reference", "http://a"), ("quantity", "1"), ("number", "1") })
            foreach (var name in await ParametersAsync(type, kind))
                Assert.Equal((name, 200), (name, (await server.GetAsync($"/{type}?{name}={value},{value}&{name}={value}", ("Prefer", "handling=strict"))).Status));
    }

    [Theory]
    [InlineData("ValueSet")]
    [InlineData("CodeSystem")]
    [InlineData("ConceptMap")]
    [InlineData("StructureDefinition")]
    [InlineData("SearchParameter")]
    [InlineData("OperationDefinition")]
    [InlineData("CapabilityStatement")]
    [InlineData("ImplementationGuide")]
    [InlineData("ResearchDefinition")]
    [InlineData("EventDefinition")]
    public async Task Shareable_other_types_follow_the_same_pattern(string type)
    {
        var parameters = (await ParametersAsync(type)).ToHashSet();

        Assert.Superset(new HashSet<string> { "url", "version", "name", "title", "status", "description" }.Where(name => name != "title" || type != "SearchParameter").ToHashSet(), parameters);
    }

    [Theory]
    [InlineData("application/fhir+json", "{")]
    [InlineData("application/fhir+xml", "<")]
    public async Task Shareable_artifacts_are_given_as_JSON_and_as_XML(string format, string begins)
    {
        await server.PutAsync(Artifact("Library", "sh-format"));

        var answer = await server.GetAsync("/Library/sh-format", ("Accept", format));

        Assert.StartsWith(format, answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.StartsWith(begins, answer.Body.TrimStart('\uFEFF'), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Publishable_an_artifact_is_packaged_by_its_url_and_version(string type)
    {
        await server.PutAsync(Artifact(type, "pu-1", url: "pu"));
        await server.PutAsync(Artifact(type, "pu-2", url: "pu", version: "2.0.0"));

        var latest = await server.GetAsync($"/{type}/$package?url=http://x/pu");
        var first = await server.GetAsync($"/{type}/$package?url=http://x/pu&version=1.0.0");

        Assert.Equal([$"{type}/pu-2", $"{type}/pu-1"], new[] { latest, first }.Select(answer => answer.Entries[1].GetProperty("request").GetProperty("url").GetString()));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Publishable_the_requirements_of_an_artifact_are_told_by_its_url_and_version(string type)
    {
        await server.PutAsync(Artifact(type, "re-1", url: "re"));
        await server.PutAsync(Artifact(type, "re-2", url: "re", version: "2.0.0", more: Json(Needs(type))));

        foreach (var (query, depends) in new[] { ("url=http://x/re", "http://x/re-other|7"), ("url=http://x/re&version=1.0.0", "") })
        {
            var library = (await server.GetAsync($"/{type}/$data-requirements?{query}")).Json;
            Assert.Equal("module-definition", library.GetProperty("type").GetProperty("coding")[0].GetProperty("code").GetString());
            Assert.Equal(
                (query, depends),
                (query, string.Join(' ', library.TryGetProperty("relatedArtifact", out var related) ? related.EnumerateArray().Select(each => each.GetProperty("resource").GetString()!).Where(each => each.StartsWith("http://x/", StringComparison.Ordinal)) : [])));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_a_draft_is_submitted_by_create_and_by_update(string type)
    {
        var created = await server.SendAsync("POST", $"/{type}", Artifact(type, "au-created", status: "draft"));
        var updated = await server.SendAsync("PUT", $"/{type}/au-updated", Artifact(type, "au-updated", status: "draft"));

        Assert.Equal((201, 201), (created.Status, updated.Status));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_a_draft_is_revised_by_update_and_deleted_by_delete(string type)
    {
        await server.PutAsync(Artifact(type, "au-revised", status: "draft"));

        var revised = await server.SendAsync("PUT", $"/{type}/au-revised", Artifact(type, "au-revised", status: "draft", more: Json(",'purpose':'Another'")));
        var deleted = await server.SendAsync("DELETE", $"/{type}/au-revised");

        Assert.Equal((200, "draft", "Another"), (revised.Status, revised.Json.GetProperty("status").GetString(), revised.Json.GetProperty("purpose").GetString()));
        Assert.Equal(204, deleted.Status);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_an_active_artifact_is_drafted_by_id_and_by_url_and_version(string type)
    {
        await server.PutAsync(Artifact(type, "au-active"));

        var byId = await server.SendAsync("POST", $"/{type}/$draft?id=au-active&version=1.1.0");
        var byUrl = await server.SendAsync("POST", $"/{type}/$draft?url=http://x/au-active&version=1.0.0&draftVersion=1.2.0");

        Assert.Equal(
            ["http://x/au-active 1.1.0 draft", "http://x/au-active 1.2.0 draft"],
            new[] { byId, byUrl }.Select(answer => answer.Entries[0].GetProperty("resource")).Select(made => $"{made.GetProperty("url").GetString()} {made.GetProperty("version").GetString()} {made.GetProperty("status").GetString()}"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_a_draft_is_released_by_id_and_by_url_and_version(string type)
    {
        await server.PutAsync(Artifact(type, "au-release-1", url: "au-release", version: "1.0.0-beta", status: "draft"));
        await server.PutAsync(Artifact(type, "au-release-2", url: "au-release", version: "2.0.0-beta", status: "draft"));

        var byId = await server.SendAsync("POST", $"/{type}/$release?id=au-release-1&version=1.0.0&versionBehavior=force");
        var byUrl = await server.SendAsync("POST", $"/{type}/$release?url=http://x/au-release&version=2.0.0-beta&releaseVersion=2.0.0&versionBehavior=force");

        Assert.Equal(
            ["au-release-1 1.0.0 active", "au-release-2 2.0.0 active"],
            new[] { byId, byUrl }.Select(answer => answer.Entries[0].GetProperty("resource")).Select(made => $"{made.GetProperty("id").GetString()} {made.GetProperty("version").GetString()} {made.GetProperty("status").GetString()}"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_an_artifact_is_approved(string type)
    {
        await server.PutAsync(Artifact(type, "au-approve"));

        var answer = await server.SendAsync("POST", $"/{type}/au-approve/$approve?approvalDate=2026-03-04");

        Assert.Equal("2026-03-04", answer.Entries[0].GetProperty("resource").GetProperty("approvalDate").GetString());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_two_artifacts_are_compared_by_source_and_target(string type)
    {
        await server.PutAsync(Artifact(type, "au-before", more: Json(",'purpose':'One'")));
        await server.PutAsync(Artifact(type, "au-after", url: "au-before", version: "1.1.0", more: Json(",'purpose':'Two'")));

        var answer = await server.GetAsync($"/{type}/$artifact-diff?source=http://x/au-before|1.0.0&target=http://x/au-before|1.1.0");

        Assert.Equal((200, true), (answer.Status, answer.Body.Contains($"{type}.purpose", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Authoring_a_status_never_goes_back_and_a_version_is_one_resource(string type)
    {
        await server.PutAsync(Artifact(type, "au-rules"));

        var draft = await server.SendAsync("PUT", $"/{type}/au-rules", Artifact(type, "au-rules", status: "draft"));
        var twice = await server.SendAsync("POST", $"/{type}", Artifact(type, "au-rules"));
        await server.PutAsync(Artifact(type, "au-rules", status: "retired"));
        var active = await server.SendAsync("PUT", $"/{type}/au-rules", Artifact(type, "au-rules"));

        Assert.Equal((422, 409, 422), (draft.Status, twice.Status, active.Status));
    }

    [Fact]
    public async Task The_CapabilityStatement_states_the_three_levels()
    {
        var stated = (await server.GetAsync("/metadata")).Json.GetProperty("instantiates").EnumerateArray().Select(each => each.GetString());

        Assert.Equal(
            ["shareable", "publishable", "authoring"],
            stated.Where(each => each!.Contains("/crmi/", StringComparison.Ordinal)).Select(each => Level().Match(each!).Groups[1].Value));
    }

    /// <summary>An element by which the type depends on something.</summary>
    private static string Needs(string type) => type switch
    {
        "Questionnaire" => ",'derivedFrom':['http://x/re-other|7']",
        "Library" => ",'relatedArtifact':[{'type':'depends-on','resource':'http://x/re-other|7'}]",
        _ => ",'library':['http://x/re-other|7']",
    };

    private async Task KeptAsync(string resource)
    {
        await server.PutAsync(resource);
        var sent = JsonDocument.Parse(resource).RootElement;
        var kept = await server.GetAsync($"/{sent.GetProperty("resourceType").GetString()}/{sent.GetProperty("id").GetString()}");
        Assert.Equal(Elements(sent), Elements(kept.Json));
    }

    private static IEnumerable<string> Elements(JsonElement resource) => resource.EnumerateObject().Where(each => each.Name != "meta").Select(each => each.ToString());

    private async Task<IEnumerable<string>> ParametersAsync(string type, string? kind = null) => (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0].GetProperty("resource").EnumerateArray()
        .Single(resource => resource.GetProperty("type").GetString() == type).GetProperty("searchParam").EnumerateArray()
        .Where(parameter => kind is null || parameter.GetProperty("type").GetString() == kind).Select(parameter => parameter.GetProperty("name").GetString()!).Where(name => name[0] != '_');

    private static string Artifact(string type, string id, string more = "", string? url = null, string version = "1.0.0", string status = "active") => Json($$"""
        {'resourceType':'{{type}}','id':'{{id}}','url':'http://x/{{url ?? id}}','identifier':[{'system':'http://x/ids','value':'{{id}}'}],'version':'{{version}}','name':'NameOf{{id}}','title':'Title of {{id}}','status':'{{status}}','experimental':false,
         {{(type == "Library" ? "'type':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/library-type','code':'asset-collection'}]}," : "")}}'date':'2026-01-01','publisher':'Publisher of {{id}}','contact':[{'name':'C','telecom':[{'system':'url','value':'http://x'}]}],
         'description':'Description of {{id}}','useContext':[{'code':{'system':'http://terminology.hl7.org/CodeSystem/usage-context-type','code':'focus'},'valueCodeableConcept':{'text':'f'} }],'jurisdiction':[{'coding':[{'system':'urn:iso:std:iso:3166','code':'NZ'}]}]{{more}} }
        """);

    private static string Json(string text) => text.Replace('\'', '"');

    [GeneratedRegex("crmi-([a-z]+)-artifact-repository$")]
    private static partial Regex Level();
}
