using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>An artifact from its draft to its end, by the operations of CRMI, over a running server.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/operations.html</remarks>
[Trait("Category", "Postgres")]
public sealed class LifecycleTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Writing = ["draft", "clone", "release", "approve", "review", "retire", "withdraw", "revise"];

    private static readonly string Today = DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_draft_is_a_new_version_of_the_artifact_and_of_its_components_and_forgets_what_was_said_of_the_published_one()
    {
        await server.PutAsync(Activity("d-own", "d-own", "1.0.0", "active"));
        await server.PutAsync(Activity("d-drafted", "d-drafted", "0.9.0", "draft"));
        await server.PutAsync(Activity("d-other", "d-other", "1.0.0", "active"));
        await server.PutAsync("""
            {"resourceType":"Library","id":"d","meta":{"tag":[{"code":"t"}],"profile":["http://x/p"]},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-releaseLabel","valueString":"spring"},{"url":"http://x/own","valueString":"stays"}],
             "url":"http://x/d","version":"1.0.0","status":"active","type":{"text":"any"},"date":"2020-01-01","approvalDate":"2020-01-02","lastReviewDate":"2020-01-03","effectivePeriod":{"start":"2020"},
             "relatedArtifact":[{"type":"composed-of","resource":"http://x/d-own|1.0.0"},{"type":"composed-of","resource":"http://x/d-drafted"},
              {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-isOwned","valueBoolean":false}],"type":"composed-of","resource":"http://x/d-other|1.0.0"},{"type":"depends-on","resource":"http://x/d-own|1.0.0"}]}
            """);

        var answer = await server.SendAsync("POST", "/Library/d/$draft?version=2.0.0");

        Assert.Equal((200, "transaction-response"), (answer.Status, answer.Json.GetProperty("type").GetString()));
        Assert.Equal(["Library http://x/d|2.0.0 draft", "ActivityDefinition http://x/d-own|2.0.0 draft"], Written(answer));
        var draft = answer.Entries[0].GetProperty("resource");
        Assert.NotEqual("d", draft.GetProperty("id").GetString());
        Assert.Equal(
            $$$"""{"extension":[{"url":"http://x/own","valueString":"stays"}],"url":"http://x/d","version":"2.0.0","status":"draft","type":{"text":"any"},"date":"{{{Today}}}","relatedArtifact":[{"type":"composed-of","resource":"http://x/d-own|2.0.0"},{"type":"composed-of","resource":"http://x/d-drafted"},{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-isOwned","valueBoolean":false}],"type":"composed-of","resource":"http://x/d-other|1.0.0"},{"type":"depends-on","resource":"http://x/d-own|1.0.0"}]}""",
            Without(draft, "resourceType", "id", "meta"));
        Assert.Equal(["profile"], draft.GetProperty("meta").EnumerateObject().Select(each => each.Name).Except(["versionId", "lastUpdated"]));
        Assert.Equal(("W/\"1\"", "active"), ((await server.GetAsync("/Library/d")).Header("ETag"), (await server.GetAsync("/Library/d")).Json.GetProperty("status").GetString()));
        Assert.Equal(2, (await server.GetAsync("/Library?url=http://x/d")).Matches.Count);
    }

    [Fact]
    public async Task An_artifact_is_drafted_by_its_url_and_version_too()
    {
        await server.PutAsync(Activity("dv-1", "dv", "1.0.0", "active", "one"));
        await server.PutAsync(Activity("dv-2", "dv", "2.0.0", "retired", "two"));

        var first = await server.SendAsync("POST", "/ActivityDefinition/$draft?url=http://x/dv&version=1.0.0&draftVersion=1.1.0-beta");
        var latest = await server.SendAsync("POST", "/ActivityDefinition/$draft", Parameters(("url", "valueUri", "http://x/dv"), ("version", "valueString", "3.0.0")));
        var retired = await server.SendAsync("POST", "/ActivityDefinition/$draft", Parameters(("id", "valueString", "dv-2"), ("version", "valueString", "4.0.0")));

        Assert.Equal(["ActivityDefinition http://x/dv|1.1.0-beta draft"], Written(first));
        Assert.Equal("one", first.Entries[0].GetProperty("resource").GetProperty("title").GetString());
        Assert.Equal(["ActivityDefinition http://x/dv|3.0.0 draft"], Written(latest));
        Assert.Equal("two", retired.Entries[0].GetProperty("resource").GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("/Library/r-active/$draft?version=1.0.0", 409, "error duplicate Library.version: Library/* has the url http://x/r-active and the version 1.0.0, which Library/r-active has already; give it another version, or change that one (setting Fhir:Artifacts:UniqueVersions).")]
    [InlineData("/Library/r-draft/$draft?version=1.1.0", 422, "error business-rule Library.status: Library/r-draft is draft; a draft is made of what is active or retired. Change it as it is, or make a copy with $clone.")]
    [InlineData("/Library/r-active/$draft", 400, "error required: The operation '$draft' needs the version to be given: 'version', or 'draftVersion' where 'version' tells which artifact is meant.")]
    [InlineData("/Library/r-active/$draft?version=new", 400, "error value: A version is of the form major.minor.patch or major.minor.patch-label, like 1.2.0 or 1.2.0-rc1, not 'new'.")]
    [InlineData("/Library/r-none/$draft?version=1.1.0", 404, "error not-found: Library/r-none is not known here.")]
    [InlineData("/Library/r-whole/$draft?version=1.1.0", 422, "error business-rule Library.relatedArtifact[0].resource: Library/r-whole is composed of http://x/r-gone, which is not known here; store it first, or say that it is not owned (extension http://hl7.org/fhir/StructureDefinition/artifact-isOwned).")]
    [InlineData("/Library/r-active/$release?version=1.1.0&versionBehavior=default", 422, "error business-rule Library.status: Library/r-active is active; only a draft is released. Use $draft for a new version of it.")]
    [InlineData("/Library/r-draft/$release?version=1.1.0", 400, "error required: The operation '$release' needs the parameter 'versionBehavior', a code.")]
    [InlineData("/Library/r-draft/$release?version=1.1.0&versionBehavior=any", 422, "error code-invalid: The parameter 'versionBehavior' is one of default, check, force, not 'any'.")]
    [InlineData("/Library/r-draft/$release?version=1.1.0&versionBehavior=check", 422, "error business-rule Library.version: Library/r-draft has the version 1.0.0, not 1.1.0 (versionBehavior check).")]
    [InlineData("/Library/r-draft/$retire", 422, "error business-rule Library.status: Library/r-draft is draft; only what is active is retired. A draft ends by $withdraw.")]
    [InlineData("/Library/r-active/$withdraw", 422, "error business-rule Library.status: Library/r-active is active; only a draft is withdrawn. What is active ends by $retire.")]
    [InlineData("/Library/r-active/$approve?artifactAssessmentType=praise", 422, "error code-invalid: The parameter 'artifactAssessmentType' is one of comment, classifier, rating, container, response, change-request, not 'praise'.")]
    [InlineData("/Library/r-active/$review?artifactAssessmentTarget=http://x/r-active|2", 422, "error business-rule: The target http://x/r-active|2 is not the artifact, which is http://x/r-active|1.0.0; an assessment is about one version.")]
    public async Task What_can_not_be_done_is_refused_with_the_way_to_go(string target, int status, string issue)
    {
        await server.PutAsync(Library("r-active", "1.0.0", "active"));
        await server.PutAsync(Library("r-draft", "1.0.0", "draft"));
        await server.PutAsync(Library("r-whole", "1.0.0", "active", """{"type":"composed-of","resource":"http://x/r-gone"}"""));

        var answer = await server.SendAsync("POST", target);

        Assert.Equal(status, answer.Status);
        Assert.Equal(issue, System.Text.RegularExpressions.Regex.Replace(Assert.Single(answer.Issues), "Library/[0-9a-f-]{36}", "Library/*"));
    }

    [Fact]
    public async Task Operations_that_change_something_are_not_invoked_by_GET() =>
        Assert.All(
            await Task.WhenAll(Writing.Select(name => server.GetAsync($"/Library/any/${name}"))),
            answer => Assert.Equal(405, answer.Status));

    [Fact]
    public async Task A_copy_is_made_of_an_artifact_in_any_status_with_another_url_where_one_is_given()
    {
        await server.PutAsync(Activity("c-part", "c-part", "1.0.0", "draft"));
        await server.PutAsync(Library("c", "1.0.0", "draft", """{"type":"composed-of","resource":"http://x/c-part"}"""));

        var answer = await server.SendAsync("POST", "/Library/c/$clone?version=1.0.1&newUrl=http://x/copy");

        Assert.Equal(["Library http://x/copy|1.0.1 draft", "ActivityDefinition http://x/c-part|1.0.1 draft"], Written(answer));
        Assert.Equal("http://x/c-part|1.0.1", answer.Entries[0].GetProperty("resource").GetProperty("relatedArtifact")[0].GetProperty("resource").GetString());
    }

    [Fact]
    public async Task A_release_makes_the_artifact_and_its_components_active_and_their_references_certain()
    {
        await server.PutAsync("""{"resourceType":"ValueSet","id":"rel-set-1","url":"http://x/rel-set","version":"1.0.0","status":"active"}""");
        await server.PutAsync("""{"resourceType":"ValueSet","id":"rel-set-2","url":"http://x/rel-set","version":"2.0.0","status":"active"}""");
        await server.PutAsync("""{"resourceType":"CodeSystem","id":"rel-codes","url":"http://x/rel-codes","version":"5","status":"active","content":"complete","valueSet":"http://x/rel-set"}""");
        await server.PutAsync(Activity("rel-act", "rel-act", null, "draft"));
        await server.PutAsync(Activity("rel-active", "rel-active", "3.0.0", "active"));
        await server.PutAsync("""
            {"resourceType":"PlanDefinition","id":"rel","url":"http://x/rel","version":"1.0.0-draft","status":"draft","action":[{"definitionCanonical":"http://x/rel-act","input":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"http://x/rel-set","code":[]}]}]},
             {"definitionCanonical":"http://x/rel-active","code":[{"coding":[{"system":"http://x/rel-codes","code":"a"}]}]}],"library":["http://x/rel-gone"],
             "relatedArtifact":[{"type":"composed-of","resource":"http://x/rel-act"},{"type":"composed-of","resource":"http://x/rel-active"},{"type":"predecessor","resource":"http://x/rel-set"}]}
            """.Replace(""","code":[]""", "", StringComparison.Ordinal));

        var answer = await server.SendAsync("POST", "/PlanDefinition/rel/$release?version=1.0.0&versionBehavior=force&releaseDate=2026-01-31&releaseLabel=winter");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["PlanDefinition http://x/rel|1.0.0 active", "ActivityDefinition http://x/rel-act|1.0.0 active"], Written(answer));
        var plan = answer.Entries[0].GetProperty("resource");
        Assert.Equal(
            "http://x/rel-act|1.0.0 http://x/rel-set|2.0.0 http://x/rel-active|3.0.0 http://x/rel-gone",
            string.Join(' ', plan.GetProperty("action")[0].GetProperty("definitionCanonical").GetString(), plan.GetProperty("action")[0].GetProperty("input")[0].GetProperty("codeFilter")[0].GetProperty("valueSet").GetString(),
             plan.GetProperty("action")[1].GetProperty("definitionCanonical").GetString(), plan.GetProperty("library")[0].GetString()));
        Assert.Equal(
            ["composed-of http://x/rel-act|1.0.0", "composed-of http://x/rel-active|3.0.0", "predecessor http://x/rel-set", "depends-on http://x/rel-set|2.0.0", "depends-on http://x/rel-codes|5"],
            plan.GetProperty("relatedArtifact").EnumerateArray().Select(each => $"{each.GetProperty("type").GetString()} {each.GetProperty("resource").GetString()}"));
        Assert.Equal(("2026-01-31", "winter"), (plan.GetProperty("date").GetString(), plan.GetProperty("extension")[0].GetProperty("valueString").GetString()));
        Assert.Equal(
            ["PlanDefinition/rel names http://x/rel-gone, which is not known here."],
            answer.Entries[0].GetProperty("response").GetProperty("outcome").GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("diagnostics").GetString()));
        Assert.Equal("W/\"1\"", (await server.GetAsync("/ActivityDefinition/rel-active")).Header("ETag"));
    }

    [Fact]
    public async Task Everything_that_keeps_an_artifact_from_being_released_is_told_together_and_nothing_is_changed()
    {
        await server.PutAsync(Activity("n-draft", "n-draft", "1.0.0", "draft"));
        await server.PutAsync(Activity("n-exp", "n-exp", "1.0.0", "active", experimental: true));
        await server.PutAsync(Activity("n-old", "n-old", "1.0.0", "retired"));
        await server.PutAsync(Activity("n-part", "n-part", "1.0.0", "draft"));
        await server.PutAsync(Library("n", "1.0.0", "draft", """
            {"type":"composed-of","resource":"http://x/n-part|1.0.0"},{"type":"composed-of","resource":"http://x/n-old|1.0.0"},{"type":"depends-on","resource":"http://x/n-draft"},{"type":"depends-on","resource":"http://x/n-exp|1.0.0"}
            """));

        var answer = await server.SendAsync("POST", "/Library/n/$release?version=2.0.0&versionBehavior=check&requireActiveReferences=true&requireVersionSpecificReferences=true&experimentalBehavior=error");

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            ["error business-rule Library.relatedArtifact: ActivityDefinition/n-old is a component and retired; it can't be released again. Use another version of it.",
             "error business-rule Library.version: Library/n has the version 1.0.0, not 2.0.0 (versionBehavior check).",
             "error business-rule Library: Library/n depends on ActivityDefinition/n-draft, which is draft (requireActiveReferences).",
             "error business-rule Library: Library/n is not experimental and depends on ActivityDefinition/n-exp, which is (experimentalBehavior).",
             "error business-rule Library.relatedArtifact[2].resource: Library/n refers to http://x/n-draft without a version, and the manifest has none for it (requireVersionSpecificReferences)."],
            answer.Issues);
        Assert.Equal(("W/\"1\"", "W/\"1\""), ((await server.GetAsync("/Library/n")).Header("ETag"), (await server.GetAsync("/ActivityDefinition/n-part")).Header("ETag")));
    }

    [Fact]
    public async Task A_component_whose_version_is_taken_keeps_the_whole_from_being_released()
    {
        await server.PutAsync(Activity("w-there", "w-part", "1.0.0", "active"));
        await server.PutAsync(Activity("w-part", "w-part", "1.0.0-beta", "draft"));
        await server.PutAsync(Library("w", "0.1.0", "draft", """{"type":"composed-of","resource":"http://x/w-part|1.0.0-beta"}"""));

        var answer = await server.SendAsync("POST", "/Library/w/$release?version=1.0.0&versionBehavior=force");

        Assert.Equal(409, answer.Status);
        Assert.Contains("which ActivityDefinition/w-there has already", Assert.Single(answer.Issues), StringComparison.Ordinal);
        Assert.Equal("draft", (await server.GetAsync("/Library/w")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_manifest_names_versions_and_keeps_its_parameters_through_release_and_draft()
    {
        await server.PutAsync("""{"resourceType":"ValueSet","id":"m-set-1","url":"http://x/m-set","version":"1.0.0","status":"active"}""");
        await server.PutAsync("""{"resourceType":"ValueSet","id":"m-set-2","url":"http://x/m-set","version":"2.0.0","status":"active"}""");
        await server.PutAsync("""
            {"resourceType":"Library","id":"m","contained":[{"resourceType":"Parameters","id":"p","parameter":[{"name":"default-valueset-version","valueCanonical":"http://x/m-set|1.0.0"}]}],
             "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters","valueReference":{"reference":"#p"}}],"url":"http://x/m","status":"draft","type":{"text":"any"},"dataRequirement":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"http://x/m-set"}]}]}
            """);

        var released = (await server.SendAsync("POST", "/Library/m/$release?version=1.0.0&versionBehavior=default&requireVersionSpecificReferences=true")).Entries[0].GetProperty("resource");
        var drafted = (await server.SendAsync("POST", "/Library/m/$draft?version=1.1.0")).Entries[0].GetProperty("resource");

        Assert.Equal("http://x/m-set|1.0.0", released.GetProperty("dataRequirement")[0].GetProperty("codeFilter")[0].GetProperty("valueSet").GetString());
        Assert.Equal(["cqf-expansionParameters #p", "cqf-inputParameters #inputParameters"], Pointers(released));
        Assert.Equal(["p", "inputParameters"], released.GetProperty("contained").EnumerateArray().Select(each => each.GetProperty("id").GetString()));
        Assert.Equal(["cqf-expansionParameters #inputParameters"], Pointers(drafted));
        Assert.Equal(["inputParameters"], drafted.GetProperty("contained").EnumerateArray().Select(each => each.GetProperty("id").GetString()));

        static IEnumerable<string> Pointers(JsonElement library) => library.GetProperty("extension").EnumerateArray()
            .Select(each => $"{each.GetProperty("url").GetString()!.Split('/')[^1]} {each.GetProperty("valueReference").GetProperty("reference").GetString()}");
    }

    [Fact]
    public async Task Of_clients_that_release_at_once_one_does()
    {
        await server.PutAsync(Library("at-once", "1.0.0", "draft"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.SendAsync("POST", "/Library/at-once/$release?version=1.0.0&versionBehavior=default")));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(7, answers.Count(answer => answer.Status == 422));
        Assert.Equal("W/\"2\"", (await server.GetAsync("/Library/at-once")).Header("ETag"));
    }

    [Theory]
    [InlineData("approve", "approvalDate", "approvalDate", "ApprovalDate", 2)]
    [InlineData("review", "reviewDate", "lastReviewDate", "LastReviewDate", 1)]
    public async Task An_assessment_sets_its_date_and_is_stored_with_who_and_what(string operation, string parameter, string element, string extension, int artifacts)
    {
        await server.PutAsync("""{"resourceType":"Practitioner","id":"assessor"}""");
        await server.PutAsync(Activity($"{operation}-part", $"{operation}-part", "1.0.0", "draft"));
        await server.PutAsync(Library(operation, "1.0.0", "draft", $$"""{"type":"composed-of","resource":"http://x/{{operation}}-part"}"""));

        var answer = await server.SendAsync("POST", $"/Library/{operation}/${operation}", Parameters(
            (parameter, "valueDate", "2026-02-03"), ("artifactAssessmentType", "valueCode", "comment"), ("artifactAssessmentSummary", "valueString", "Sound."),
            ("artifactAssessmentTarget", "valueCanonical", $"http://x/{operation}|1.0.0"), ("artifactAssessmentRelatedArtifact", "valueUri", "http://x/why"), ("artifactAssessmentAuthor", "valueReference", """{"reference":"Practitioner/assessor"}""")));

        Assert.Equal(200, answer.Status);
        Assert.Equal(artifacts + 1, answer.Entries.Count);
        Assert.All(answer.Entries.Take(artifacts), entry => Assert.Equal(
            ("2026-02-03", Today, "draft"),
            (Dated(entry), entry.GetProperty("resource").GetProperty("date").GetString(), entry.GetProperty("resource").GetProperty("status").GetString())));
        Assert.Equal(
            $$$"""{"extension":[{"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-artifactAssessmentArtifact","valueCanonical":"http://x/{{{operation}}}|1.0.0"},{"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-artifactAssessmentDate","valueDateTime":"{{{Today}}}"},{"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-artifactAssessment{{{extension}}}","valueDate":"2026-02-03"},{"extension":[{"url":"informationType","valueCode":"comment"},{"url":"summary","valueMarkdown":"Sound."},{"url":"author","valueReference":{"reference":"Practitioner/assessor"}},{"url":"relatedArtifact","valueRelatedArtifact":{"type":"citation","resource":"http://x/why"}}],"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-artifactAssessmentContent"}],"code":{"coding":[{"system":"http://hl7.org/fhir/fhir-types","code":"ArtifactAssessment"}]},"subject":{"reference":"Library/{{{operation}}}"},"created":"{{{Today}}}"}""",
            Without(answer.Entries[artifacts].GetProperty("resource"), "resourceType", "id", "meta"));

        string? Dated(JsonElement entry) => entry.GetProperty("resource").GetProperty(element).GetString();
    }

    [Fact]
    public async Task An_approval_by_somebody_who_is_not_here_is_refused_whole()
    {
        await server.PutAsync(Library("stranger", "1.0.0", "draft"));

        var answer = await server.SendAsync("POST", "/Library/stranger/$approve", Parameters(("artifactAssessmentAuthor", "valueReference", """{"reference":"Practitioner/nobody"}""")));

        Assert.Equal(422, answer.Status);
        Assert.Contains("Practitioner/nobody, which does not exist on this server", Assert.Single(answer.Issues), StringComparison.Ordinal);
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Library/stranger")).Header("ETag"));
    }

    [Fact]
    public async Task What_an_artifact_owns_ends_with_it()
    {
        const string isOwned = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-isOwned","valueBoolean":true}],"type":"composed-of","resource":"http://x/""";
        foreach (var (id, status) in new[] { ("e", "active"), ("f", "draft") })
        {
            await server.PutAsync(Activity($"{id}-own", $"{id}-own", "1.0.0", status));
            await server.PutAsync(Activity($"{id}-shared", $"{id}-shared", "1.0.0", status));
            await server.PutAsync(Library(id, "1.0.0", status, $$"""{{isOwned}}{{id}}-own"},{"type":"composed-of","resource":"http://x/{{id}}-shared"}"""));
        }

        var retired = await server.SendAsync("POST", "/Library/e/$retire");
        var withdrawn = await server.SendAsync("POST", "/Library/$withdraw?url=http://x/f&version=1.0.0");

        Assert.Equal(["Library http://x/e|1.0.0 retired", "ActivityDefinition http://x/e-own|1.0.0 retired"], Written(retired));
        Assert.Equal("active", (await server.GetAsync("/ActivityDefinition/e-shared")).Json.GetProperty("status").GetString());
        Assert.Equal(["204 No Content", "204 No Content"], withdrawn.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        Assert.Equal((410, 410, 200), ((await server.GetAsync("/Library/f")).Status, (await server.GetAsync("/ActivityDefinition/f-own")).Status, (await server.GetAsync("/ActivityDefinition/f-shared")).Status));
    }

    [Fact]
    public async Task A_draft_is_revised_and_stays_a_draft()
    {
        await server.PutAsync(Library("v", "1.0.0", "draft"));
        await server.PutAsync(Library("v-active", "1.0.0", "active"));

        var revised = await server.SendAsync("POST", "/Library/$revise", Library("v", "1.0.1", "draft"));
        var active = await server.SendAsync("POST", "/Library/v/$revise", Library("v", "1.0.1", "active"));
        var published = await server.SendAsync("POST", "/Library/v-active/$revise", Library("v-active", "1.0.1", "draft"));
        var other = await server.SendAsync("POST", "/Library/v/$revise", Library("v-active", "1.0.1", "draft"));

        Assert.Equal(["Library http://x/v|1.0.1 draft"], Written(revised));
        Assert.Equal(["error business-rule Library.status: Library/v is to be active; what is revised stays a draft. Use $release to make it active."], active.Issues);
        Assert.Equal(["error business-rule Library.status: Library/v-active is active; only a draft is revised. Use $draft for a new version of it."], published.Issues);
        Assert.Equal(["error invalid Library.id: The resource has the id 'v-active', the URL 'v'; they have to be the same."], other.Issues);
    }

    [Fact]
    public async Task A_canonical_is_resolved_to_the_version_that_it_means()
    {
        foreach (var (id, version, status) in new[] { ("res-1", "1.2.0", "active"), ("res-2", "1.10.0", "active"), ("res-3", "2.0.0", "retired") }) await server.PutAsync(Activity(id, "res", version, status));
        await server.PutAsync(Library("res-manifest", "1.0.0", "active", """{"type":"depends-on","resource":"http://x/res|1.2.0"}"""));

        async Task<string?> IdAsync(string query) => (await server.GetAsync(query)).Json.GetProperty("id").GetString();
        Assert.Equal("res-2", await IdAsync("/$resolve?canonical=http://x/res"));
        Assert.Equal("res-3", await IdAsync("/$resolve?canonical=http://x/res|2.0.0"));
        Assert.Equal("res-2", await IdAsync("/ActivityDefinition/$resolve?canonical=http://x/res&duplicateBehavior=most-recent"));
        Assert.Equal("res-1", await IdAsync("/$resolve?canonical=http://x/res&manifest=http://x/res-manifest"));
        Assert.Equal("res-1", await IdAsync("/$resolve?canonical=http://x/res&default-canonical-version=http://x/res|1.2.0"));
        Assert.Equal("res-1", await IdAsync("/$resolve?canonical=http://x/res|2.0.0&force-canonical-version=http://x/res|1.2.0"));
        var all = await server.GetAsync("/$resolve?canonical=http://x/res&duplicateBehavior=all");
        Assert.Equal(["return res-2", "return res-1", "return res-3"], all.Json.GetProperty("parameter").EnumerateArray().Select(each => $"{each.GetProperty("name").GetString()} {each.GetProperty("resource").GetProperty("id").GetString()}"));
        Assert.Equal(
            ["error multiple-matches: 3 versions of http://x/res are known here: 1.10.0, 1.2.0, 2.0.0; name one of them."], (await server.GetAsync("/$resolve?canonical=http://x/res&duplicateBehavior=error")).Issues);
        Assert.Equal(["error not-found: No Library with the url http://x/res is known here."], (await server.GetAsync("/$resolve?canonical=http://x/res&resourceType=Library")).Issues);
        Assert.Equal(
            ["error business-rule: http://x/res|2.0.0 names another version than the one to be checked, which is 1.2.0."],
            (await server.GetAsync("/$resolve?canonical=http://x/res|2.0.0&check-canonical-version=http://x/res|1.2.0")).Issues);
    }

    [Fact]
    public async Task Licences_are_told_of_an_artifact_and_of_all_it_depends_on()
    {
        await server.PutAsync("""{"resourceType":"ValueSet","id":"lic-set","meta":{"extension":[{"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-license","valueCode":"CC0-1.0"},{"url":"http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-license-detail","valueMarkdown":"Free."}]},"url":"http://x/lic-set","version":"1.0.0","status":"active","publisher":"P"}""");
        await server.PutAsync("""{"resourceType":"Library","id":"lic","url":"http://x/lic","version":"1.0.0","status":"active","type":{"text":"any"},"copyright":"C","relatedArtifact":[{"type":"depends-on","resource":"http://x/lic-set"}]}""");

        var answer = await server.GetAsync("/Library/$license-requirements?url=http://x/lic&version=1.0.0");

        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"http://x/lic","part":[{"name":"copyright","valueMarkdown":"C"},{"name":"canonical","valueCanonical":"http://x/lic|1.0.0"}]},{"name":"http://x/lic-set","part":[{"name":"license","valueCode":"CC0-1.0"},{"name":"license-details","valueMarkdown":"Free."},{"name":"publisher","valueString":"P"},{"name":"canonical","valueCanonical":"http://x/lic-set|1.0.0"}]}]}""",
            answer.Body);
    }

    [Fact]
    public async Task A_manifest_is_made_of_what_an_artifact_depends_on_and_names_those_versions()
    {
        foreach (var version in new[] { "1.0.0", "2.0.0" })
        {
            await server.PutAsync($$"""{"resourceType":"ValueSet","id":"im-set-{{version}}","url":"http://x/im-set","version":"{{version}}","status":"active"}""");
            await server.PutAsync(Activity($"im-act-{version}", "im-act", version, "active"));
        }

        await server.PutAsync(Library("im", "1.0.0", "active", """
            {"type":"depends-on","resource":"http://x/im-set|1.0.0"},{"type":"depends-on","resource":"http://x/im-act|1.0.0"},{"type":"depends-on","resource":"urn:im|3"},{"type":"depends-on","resource":"http://x/im-none"},{"type":"predecessor","resource":"http://x/im|0"}
            """));

        var made = await server.GetAsync("/Library/im/$infer-manifest-parameters");
        var first = await server.SendAsync("POST", "/Library/$infer-manifest-parameters?v1Compatible=true", (await server.GetAsync("/Library/im")).Body);

        Assert.Equal(
            """{"resourceType":"Library","contained":[{"resourceType":"Parameters","id":"expansion","parameter":[{"name":"default-valueset-version","valueUri":"http://x/im-set|1.0.0"},{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-resourceType","valueCode":"ActivityDefinition"}],"name":"default-canonical-version","valueUri":"http://x/im-act|1.0.0"},{"name":"default-system-version","valueUri":"urn:im|3"}]}],"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters","valueReference":{"reference":"#expansion"}}],"url":"http://x/im","version":"1.0.0","status":"draft","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/library-type","code":"asset-collection"}]}}""",
            made.Body);
        Assert.Equal(
            ["canonicalVersion", "canonicalVersion", "system-version"],
            first.Json.GetProperty("contained")[0].GetProperty("parameter").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        await server.PutAsync(made.Body.Replace("{\"resourceType\":\"Library\"", "{\"resourceType\":\"Library\",\"id\":\"im-manifest\"", StringComparison.Ordinal).Replace("http://x/im\"", "http://x/im-manifest\"", StringComparison.Ordinal));
        Assert.Equal("im-act-1.0.0", (await server.GetAsync("/$resolve?canonical=http://x/im-act&manifest=http://x/im-manifest")).Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("Medication")]
    [InlineData("MedicationKnowledge")]
    public async Task A_medication_is_an_artifact_by_its_extensions(string type)
    {
        var id = type.ToLowerInvariant();
        await server.PutAsync($$"""
            {"resourceType":"{{type}}","id":"{{id}}-1","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-url","valueUri":"http://x/{{id}}"},{"url":"http://hl7.org/fhir/StructureDefinition/artifact-version","valueString":"1.0.0"},
             {"url":"http://hl7.org/fhir/StructureDefinition/artifact-status","valueCode":"active"}],"code":{"text":"d"},"status":"active"}
            """);

        var draft = await server.SendAsync("POST", $"/{type}/$draft?url=http://x/{id}&version=2.0.0");
        var made = draft.Entries[0].GetProperty("resource");

        Assert.Equal(
            $$$"""{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-url","valueUri":"http://x/{{{id}}}"},{"url":"http://hl7.org/fhir/StructureDefinition/artifact-version","valueString":"2.0.0"},{"url":"http://hl7.org/fhir/StructureDefinition/artifact-status","valueCode":"draft"},{"url":"http://hl7.org/fhir/StructureDefinition/artifact-date","valueDateTime":"{{{Today}}}"}],"code":{"text":"d"},"status":"active"}""",
            Without(made, "resourceType", "id", "meta"));
        Assert.Equal(2, (await server.GetAsync($"/{type}?url=http://x/{id}")).Matches.Count);
        Assert.Equal([$"{id}-1"], (await server.GetAsync($"/{type}?url=http://x/{id}&version=1.0.0")).Matches);
        Assert.Equal($"{id}-1", (await server.GetAsync($"/{type}/$resolve?canonical=http://x/{id}|1.0.0")).Json.GetProperty("id").GetString());
        Assert.Equal(200, (await server.SendAsync("POST", $"/{type}/{made.GetProperty("id").GetString()}/$release?version=2.0.0&versionBehavior=check")).Status);
        Assert.Equal(409, (await server.SendAsync("POST", $"/{type}/{id}-1/$draft?version=2.0.0")).Status);
    }

    private static string Library(string id, string version, string status, string related = "") =>
        $$"""{"resourceType":"Library","id":"{{id}}","url":"http://x/{{id}}","version":"{{version}}","status":"{{status}}","type":{"text":"any"}{{(related.Length == 0 ? "" : $",\"relatedArtifact\":[{related}]")}} }""";

    private static string Activity(string id, string url, string? version, string status, string title = "a", bool experimental = false) =>
        $$"""{"resourceType":"ActivityDefinition","id":"{{id}}","url":"http://x/{{url}}",{{(version is null ? "" : $"\"version\":\"{version}\",")}}"title":"{{title}}","status":"{{status}}","experimental":{{(experimental ? "true" : "false")}} }""";

    private static string Parameters(params (string Name, string Property, string Value)[] parameters) => $$"""
        {"resourceType":"Parameters","parameter":[{{string.Join(',', parameters.Select(each => $"{{\"name\":\"{each.Name}\",\"{each.Property}\":{(each.Value.StartsWith('{') ? each.Value : $"\"{each.Value}\"")}}}"))}}]}
        """;

    private static IEnumerable<string> Written(Answer answer) => answer.Entries.Select(entry => entry.GetProperty("resource")).Select(resource =>
        $"{resource.GetProperty("resourceType").GetString()} {resource.GetProperty("url").GetString()}|{resource.GetProperty("version").GetString()} {resource.GetProperty("status").GetString()}");

    private static string Without(JsonElement resource, params string[] names) =>
        $"{{{string.Join(',', resource.EnumerateObject().Where(each => !names.Contains(each.Name)).Select(each => $"\"{each.Name}\":{each.Value.GetRawText()}"))}}}";
}
