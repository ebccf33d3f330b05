using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Server.Loading;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Review of what the loader read: decisions with who and when, and nothing active that nobody reviewed.</summary>
[Trait("Category", "Postgres")]
public sealed class ReviewTests : IAsyncLifetime
{
    private const string Document = """
        Drugs for multiple myeloma

        Bortezomib (Velcade) is a proteasome inhibitor. Bortezomib is usually given through a needle just under the skin.

        Drug combinations using bortezomib include:

          • Vd – bortezomib and low-dose dexamethasone
          • bortezomib and lenalidomide
        """;

    private static readonly (string, string) Jane = ("Authorization", "Bearer jane's token");
    private static readonly (string, string) John = ("Authorization", "Bearer john's token");

    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(
            ("Fhir:Review:Reviewers:0:Name", "Jane"), ("Fhir:Review:Reviewers:0:Reference", "Practitioner/jane"), ("Fhir:Review:Reviewers:0:TokenSha256", Hash("jane's token")), ("Fhir:Review:Reviewers:0:MayRelease", "true"),
            ("Fhir:Review:Reviewers:1:Name", "John"), ("Fhir:Review:Reviewers:1:TokenSha256", Hash("john's token")));
        await server.PutAsync("""{"resourceType":"Practitioner","id":"jane"}""");
        await LoadAsync(Document);
    }

    public Task DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task What_is_loaded_is_open_and_told_with_its_value_and_words_in_pages()
    {
        var all = await server.GetAsync("/$review-queue?count=500");
        var plan = await server.GetAsync("/$review-queue?resource=PlanDefinition/bortezomib-lenalidomide");

        Assert.Equal(Total(all), Statements(all).Count);
        Assert.All(Statements(all), statement => Assert.Equal("open", Part(statement, "state")));
        Assert.Equal(
            ["PlanDefinition.action[0]", "PlanDefinition.action[0].action[0]", "PlanDefinition.action[0].action[1]", "PlanDefinition.relatedArtifact[0].extension[0]"],
            Statements(plan).Select(statement => Part(statement, "element")));
        var route = Assert.Single(Statements(await server.GetAsync("/$review-queue?type=MedicationKnowledge&count=500")), statement => Part(statement, "element") == "MedicationKnowledge.intendedRoute[0].extension[0].value");
        Assert.Equal("\"usually\"", Part(route, "value"));
        Assert.Equal("usually", Part(Parts(route, "source").Single(), "words"));
        var second = await server.GetAsync("/$review-queue?count=3&offset=2");
        Assert.Equal(Statements(all).Skip(2).Take(3).Select(statement => Part(statement, "id")), Statements(second).Select(statement => Part(statement, "id")));
        Assert.Equal(0, Total(await server.GetAsync("/$review-queue?state=approved")));
        Assert.Equal(0, Total(await server.GetAsync("/$review-queue?document=other")));
        Assert.Equal(Total(all), Total(await server.GetAsync("/$review-queue?document=a")));
    }

    [Fact]
    public async Task A_decision_is_a_Provenance_with_who_and_when_and_a_new_one_is_its_next_version()
    {
        var id = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.doseForm", "MedicationKnowledge.synonym[0]");

        var answer = await DecideAsync(John, $"statement={id}&verdict=approve&note=as%20written");
        var provenance = (await server.GetAsync($"/Provenance/review-{id}")).Json;
        Assert.Equal(200, answer.Status);
        Assert.Equal("John", provenance.GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString());
        Assert.Equal("approved", provenance.GetProperty("activity").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal("MedicationKnowledge/bortezomib", provenance.GetProperty("target")[0].GetProperty("reference").GetString());

        await DecideAsync(Jane, $"statement={id}&verdict=approve");
        var history = await server.GetAsync($"/Provenance/review-{id}/_history");
        Assert.Equal(["Jane", "John"], history.Entries.Select(entry => entry.GetProperty("resource").GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString()));
        Assert.Equal("Practitioner/jane", history.Entries[0].GetProperty("resource").GetProperty("agent")[0].GetProperty("who").GetProperty("reference").GetString());
        Assert.Contains(id, Statements(await server.GetAsync("/$review-queue?state=approved")).Select(statement => Part(statement, "id")));
        var target = await server.GetAsync("/Provenance?target=MedicationKnowledge/bortezomib&_tag=http://myeloma-fhir.org/fhir/CodeSystem/resource-origin|review");
        Assert.Single(target.Entries);
        Assert.Equal(0, (await server.SendAsync("POST", "/Provenance/$validate", provenance.GetRawText())).Json.GetProperty("issue").EnumerateArray().Count(issue => issue.GetProperty("severity").GetString() == "error"));
    }

    [Fact]
    public async Task A_correction_and_a_rejection_change_the_resource_and_stay_when_the_document_is_loaded_again_until_its_words_change()
    {
        var route = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0].extension[0].value");
        var brand = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.synonym[0]");
        var other = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0]");

        var corrected = await server.SendAsync("POST", "/$review-decide", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"statement","valueId":"{{{route}}}"},{"name":"verdict","valueCode":"correct"},{"name":"correction","part":[{"name":"value","valueString":"mostly"}]}]}
            """, Jane);
        Assert.True(corrected.Status == 200, corrected.Body);
        Assert.Equal(200, (await DecideAsync(Jane, $"statement={brand}&verdict=reject")).Status);
        await AssertDecidedAsync();
        var source = await server.GetAsync("/MedicationKnowledge/bortezomib/$source?path=intendedRoute.extension.value");
        Assert.Contains($"Provenance/review-{route}", source.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("synonym", (await server.GetAsync("/Provenance/medicationknowledge-bortezomib")).Body, StringComparison.Ordinal);
        Assert.Equal([brand], Statements(await server.GetAsync("/$review-queue?state=rejected")).Select(statement => Part(statement, "id")));

        // The same again, and with an edit elsewhere that moves every place.
        Assert.Equal(0, await LoadAsync(Document));
        await LoadAsync(Document.Replace("Drugs for multiple myeloma", "Drugs for multiple myeloma\n\nSome more words stand here.", StringComparison.Ordinal));
        await AssertDecidedAsync();
        Assert.Equal(route, await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0].extension[0].value"));
        Assert.Equal(other, await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0]"));

        // Other words are another statement, which nobody has decided about.
        await LoadAsync(Document.Replace("Velcade", "Velcadex", StringComparison.Ordinal).Replace("usually given", "sometimes given", StringComparison.Ordinal));
        var knowledge = (await server.GetAsync("/MedicationKnowledge/bortezomib")).Json;
        Assert.Equal("Velcadex", knowledge.GetProperty("synonym")[0].GetString());
        Assert.Contains("\"sometimes\"", knowledge.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("MedicationKnowledge.synonym[0]", Statements(await server.GetAsync("/$review-queue?resource=MedicationKnowledge/bortezomib")).Select(statement => Part(statement, "element")));

        async Task AssertDecidedAsync()
        {
            var resource = (await server.GetAsync("/MedicationKnowledge/bortezomib")).Json;
            Assert.False(resource.TryGetProperty("synonym", out _) || resource.TryGetProperty("_synonym", out _), resource.GetRawText());
            var qualifier = resource.GetProperty("intendedRoute")[0].GetProperty("extension")[0];
            Assert.Equal("mostly", qualifier.GetProperty("valueString").GetString());
            Assert.Equal($"Provenance/review-{route}", qualifier.GetProperty("_valueString").GetProperty("extension").EnumerateArray().Last().GetProperty("valueReference").GetProperty("reference").GetString());
        }
    }

    [Fact]
    public async Task A_decision_taken_back_builds_the_element_as_it_was_read()
    {
        var before = (await server.GetAsync("/MedicationKnowledge/bortezomib")).Json;
        var brand = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.synonym[0]");
        await DecideAsync(Jane, $"statement={brand}&verdict=reject");

        Assert.Equal(200, (await DecideAsync(Jane, $"statement={brand}&verdict=approve")).Status);

        Assert.Equal(Content(before), Content((await server.GetAsync("/MedicationKnowledge/bortezomib")).Json));
    }

    [Fact]
    public async Task Who_rejects_what_a_plan_is_about_withdraws_it_and_it_stays_withdrawn()
    {
        var member = await IdAsync("PlanDefinition/bortezomib-lenalidomide", "PlanDefinition.action[0].action[1]");

        Assert.Equal(200, (await DecideAsync(Jane, $"statement={member}&verdict=reject")).Status);

        Assert.Equal("retired", (await server.GetAsync("/PlanDefinition/bortezomib-lenalidomide")).Json.GetProperty("status").GetString());
        Assert.Equal(0, await LoadAsync(Document));
    }

    [Fact]
    public async Task A_plan_becomes_active_when_all_of_it_was_reviewed_by_one_who_may_and_in_no_other_way()
    {
        const string plan = "/PlanDefinition/bortezomib-lenalidomide";
        var stored = (JsonObject)JsonNode.Parse((await server.GetAsync(plan)).Body)!;
        stored["status"] = "active";
        var ids = Statements(await server.GetAsync("/$review-queue?resource=PlanDefinition/bortezomib-lenalidomide")).Select(statement => Part(statement, "id")!).ToList();

        Assert.Equal(422, (await server.SendAsync("PUT", plan, stored.ToJsonString())).Status);
        Assert.Equal(422, (await server.SendAsync("PATCH", plan, """[{"op":"replace","path":"/status","value":"active"}]""", ("Content-Type", "application/json-patch+json"))).Status);
        Assert.Equal(422, (await server.SendAsync("POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{stored.ToJsonString()}}},"request":{"method":"PUT","url":"{{{plan[1..]}}}"}}]}""")).Status);
        Assert.Equal(403, (await server.SendAsync("POST", plan + "/$review-release", null, John)).Status);
        var open = await server.SendAsync("POST", plan + "/$review-release", null, Jane);
        Assert.Equal((422, ids.Count), (open.Status, open.Json.GetProperty("issue").GetArrayLength()));

        Assert.Equal(200, (await DecideAsync(John, string.Join('&', ids.Select(id => $"statement={id}")) + "&verdict=approve")).Status);
        var released = await server.SendAsync("POST", plan + "/$review-release", null, Jane);

        Assert.True(released.Status == 200, released.Body);
        var now = (await server.GetAsync(plan)).Json;
        Assert.Equal("active", now.GetProperty("status").GetString());
        Assert.Contains("machine-read and reviewed", (await server.GetAsync(server.BaseUrl[..^"/fhir".Length] + "/regimens/bortezomib-lenalidomide")).Body, StringComparison.Ordinal);
        Assert.Equal(now.GetProperty("approvalDate").GetString(), now.GetProperty("date").GetString());
        var release = Assert.Single((await server.GetAsync($"/Provenance?target={plan[1..]}&_tag=http://myeloma-fhir.org/fhir/CodeSystem/resource-origin|review")).Entries,
            entry => entry.GetProperty("resource").GetProperty("activity").GetProperty("coding")[0].GetProperty("code").GetString() == "released").GetProperty("resource");
        Assert.Equal("Jane", release.GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString());
        Assert.Equal(422, (await DecideAsync(Jane, $"statement={ids[0]}&verdict=reject")).Status);
        Assert.Equal(422, (await server.SendAsync("POST", plan + "/$review-release", null, Jane)).Status);
        Assert.Equal(0, await LoadAsync(Document));
    }

    [Fact]
    public async Task What_a_plan_is_composed_of_is_reviewed_and_becomes_active_with_it()
    {
        const string plan = "PlanDefinition/bortezomib-dexamethasone", activity = "ActivityDefinition/dexamethasone-low-dose";
        var ids = Statements(await server.GetAsync($"/$review-queue?resource={plan}")).Select(statement => Part(statement, "id")!);
        await DecideAsync(John, string.Join('&', ids.Select(id => $"statement={id}")) + "&verdict=approve");
        var open = Assert.Single(Statements(await server.GetAsync($"/$review-queue?resource={activity}")));

        var refused = await server.SendAsync("POST", $"/{plan}/$review-release", null, Jane);
        Assert.Equal((422, $"Nobody has reviewed this statement of {activity} yet: {Part(open, "id")}."), (refused.Status, Assert.Single(refused.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString()));

        await DecideAsync(John, $"statement={Part(open, "id")}&verdict=approve");
        Assert.Equal(200, (await server.SendAsync("POST", $"/{plan}/$review-release", null, Jane)).Status);
        foreach (var released in (string[])[plan, activity, "ActivityDefinition/bortezomib"]) Assert.Equal("active", (await server.GetAsync("/" + released)).Json.GetProperty("status").GetString());
        Assert.Equal("draft", (await server.GetAsync("/ActivityDefinition/lenalidomide")).Json.GetProperty("status").GetString());
        Assert.Equal(0, await LoadAsync(Document));
    }

    [Fact]
    public async Task What_somebody_wrote_over_what_was_read_is_neither_approved_nor_released_nor_said_to_be_read()
    {
        const string plan = "PlanDefinition/bortezomib-lenalidomide", knowledge = "MedicationKnowledge/bortezomib";
        var ids = Statements(await server.GetAsync($"/$review-queue?resource={plan}")).Select(statement => Part(statement, "id")!).ToList();
        var stored = (JsonObject)JsonNode.Parse((await server.GetAsync("/" + plan)).Body)!;
        stored["description"] = "Give ten times as much.";
        await server.PutAsync(stored.ToJsonString());
        Assert.Equal(200, (await DecideAsync(John, string.Join('&', ids.Select(id => $"statement={id}")) + "&verdict=approve")).Status);
        var release = await server.SendAsync("POST", $"/{plan}/$review-release", null, Jane);
        Assert.Equal(422, release.Status);
        Assert.Contains($"{plan} is not what its documents give", release.Body, StringComparison.Ordinal);

        var route = Assert.Single(Statements(await server.GetAsync($"/$review-queue?resource={knowledge}")), statement => Part(statement, "element") == "MedicationKnowledge.intendedRoute[0]");
        Assert.Contains("through a needle just under the skin", await WordsAsync(), StringComparison.Ordinal);
        var changed = (JsonObject)JsonNode.Parse((await server.GetAsync("/" + knowledge)).Body)!;
        changed["intendedRoute"]![0]!["text"] = "Oral";
        await server.PutAsync(changed.ToJsonString());

        Assert.DoesNotContain("needle", await WordsAsync(), StringComparison.Ordinal);
        Assert.Contains("This is not what the loader read", await WordsAsync(), StringComparison.Ordinal);
        Assert.Contains("\"usually\"", (await server.GetAsync($"/{knowledge}/$source")).Body.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var approved = await DecideAsync(John, $"statement={Part(route, "id")}&verdict=approve");
        Assert.Equal(422, approved.Status);
        Assert.Contains("is not what the loader read: somebody changed it afterwards", approved.Body, StringComparison.Ordinal);

        await LoadAsync(Document);
        Assert.Contains("through a needle just under the skin", await WordsAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await DecideAsync(John, $"statement={Part(route, "id")}&verdict=approve")).Status);
        Assert.Equal(200, (await server.SendAsync("POST", $"/{plan}/$review-release", null, Jane)).Status);

        async Task<string> WordsAsync() => (await server.GetAsync($"/{knowledge}/$source?path=intendedRoute[0]")).Body;
    }

    [Fact]
    public async Task A_release_by_the_lifecycle_of_artifacts_is_led_to_the_review()
    {
        var answer = await server.SendAsync("POST", "/PlanDefinition/bortezomib-lenalidomide/$release?version=1.0.0&versionBehavior=force");

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            [
                "error business-rule PlanDefinition.status: PlanDefinition/bortezomib-lenalidomide was made by the loader and becomes active by its review only: GET $review-queue?resource=PlanDefinition/bortezomib-lenalidomide lists the statements that are open, $review-decide decides about them, and POST PlanDefinition/bortezomib-lenalidomide/$review-release makes it active when none is open (setting Fhir:Review:Protect).",
            ],
            answer.Issues);
    }

    [Fact]
    public async Task A_changed_document_leaves_the_active_version_and_puts_a_draft_beside_it_whose_release_retires_it()
    {
        const string plan = "PlanDefinition/bortezomib-lenalidomide", next = "PlanDefinition/bortezomib-lenalidomide-0-1-1";
        var changed = Document.Replace("• bortezomib and lenalidomide", "• BL – bortezomib and lenalidomide", StringComparison.Ordinal);
        await ReleaseAsync(plan);
        var active = (await server.GetAsync("/" + plan)).Body;

        await LoadAsync(changed);

        Assert.Equal(active, (await server.GetAsync("/" + plan)).Body);
        var draft = (await server.GetAsync("/" + next)).Json;
        Assert.Equal(("draft", "0.1.1", "http://myeloma-fhir.org/fhir/" + plan), (draft.GetProperty("status").GetString(), draft.GetProperty("version").GetString(), draft.GetProperty("url").GetString()));
        Assert.Equal("BL", draft.GetProperty("identifier")[0].GetProperty("value").GetString());
        Assert.Equal(
            ["PlanDefinition.action[0]", "PlanDefinition.identifier[0]", "PlanDefinition.relatedArtifact[0].extension[0]"],
            Statements(await server.GetAsync($"/$review-queue?resource={next}")).Select(statement => Part(statement, "element")));
        Assert.Equal(2, Total(await server.GetAsync($"/$review-queue?resource={next}&state=approved")));
        Assert.Equal(0, await LoadAsync(changed));
        Assert.Equal(422, (await server.SendAsync("POST", $"/{next}/$review-release", null, Jane)).Status);

        // Who names no version goes on with what was reviewed, and is told what the draft would change.
        Assert.Equal("0.1.0", await MeantAsync());
        var changes = (await server.GetAsync($"/{next}/$regimen-diff")).Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "change");
        Assert.Contains("added abbreviation: BL", changes.Select(change => Part(change, "text")));
        Assert.Contains("status: active → draft", changes.Select(change => Part(change, "text")));

        await ReleaseAsync(next);

        Assert.Equal("active", (await server.GetAsync("/" + next)).Json.GetProperty("status").GetString());
        Assert.Equal("retired", (await server.GetAsync("/" + plan)).Json.GetProperty("status").GetString());
        Assert.Equal("0.1.1", await MeantAsync());
        Assert.Equal(0, await LoadAsync(changed));

        // What is taken back becomes a further draft, and none when it is said again.
        await LoadAsync(Document);
        Assert.Equal("draft", (await server.GetAsync("/PlanDefinition/bortezomib-lenalidomide-0-1-2")).Json.GetProperty("status").GetString());
        await LoadAsync(changed);
        Assert.Equal("retired", (await server.GetAsync("/PlanDefinition/bortezomib-lenalidomide-0-1-2")).Json.GetProperty("status").GetString());
        Assert.Equal("active", (await server.GetAsync("/" + next)).Json.GetProperty("status").GetString());
        Assert.Equal(0, await LoadAsync(changed));

        async Task<string?> MeantAsync()
        {
            var resolved = (await server.GetAsync($"/$resolve?canonical=http://myeloma-fhir.org/fhir/{plan}")).Json.GetProperty("version").GetString();
            var applied = await server.GetAsync($"/PlanDefinition/$apply?url=http://myeloma-fhir.org/fhir/{plan}&subject=Patient/p&useServerData=false");
            Assert.Equal($"http://myeloma-fhir.org/fhir/{plan}|{resolved}", applied.Json.GetProperty("instantiatesCanonical")[0].GetString());
            return resolved;
        }
    }

    [Fact]
    public async Task Decisions_are_made_by_reviewers_only_and_can_be_neither_forged_nor_deleted()
    {
        var id = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.synonym[0]");
        var nobody = await server.SendAsync("POST", $"/$review-decide?statement={id}&verdict=approve");
        var stranger = await DecideAsync(("Authorization", "Bearer wrong"), $"statement={id}&verdict=approve");
        await DecideAsync(Jane, $"statement={id}&verdict=approve");
        var provenance = (await server.GetAsync($"/Provenance/review-{id}")).Body.Replace("Jane", "Mallory", StringComparison.Ordinal);

        Assert.Equal((401, "Bearer realm=\"reviews\""), (nobody.Status, nobody.Header("WWW-Authenticate")));
        Assert.Equal(401, stranger.Status);
        Assert.Equal(405, (await server.GetAsync($"/$review-decide?statement={id}&verdict=approve", Jane)).Status);
        Assert.Equal(422, (await server.SendAsync("PUT", $"/Provenance/review-{id}", provenance)).Status);
        Assert.Equal(422, (await server.SendAsync("POST", "/Provenance", provenance)).Status);
        Assert.Equal(422, (await server.SendAsync("DELETE", $"/Provenance/review-{id}")).Status);
        Assert.Equal(422, (await server.SendAsync("DELETE", "/Provenance?_tag=http://myeloma-fhir.org/fhir/CodeSystem/resource-origin|review")).Status);
        Assert.Contains("Jane", (await server.GetAsync($"/Provenance/review-{id}")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verdict=maybe", "The parameter 'verdict' is approve, correct or reject, not 'maybe'.", 400)]
    [InlineData("verdict=correct", "A correction says what is right: give 'correction' with the parts 'path' and 'value'.", 400)]
    [InlineData("", "The operation '$review-decide' needs the parameter 'verdict', a code.", 400)]
    public async Task What_is_no_decision_is_refused_with_words(string query, string words, int status)
    {
        var answer = await DecideAsync(Jane, $"statement=00000000000000000000000000000000&{query}");

        Assert.Equal((status, words), (answer.Status, Assert.Single(answer.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString()));
    }

    [Fact]
    public async Task Unknown_statements_and_corrections_that_do_not_fit_are_refused_and_nothing_is_stored()
    {
        var id = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0]");
        var unknown = await DecideAsync(Jane, $"statement={id}&statement=ffffffffffffffffffffffffffffffff&verdict=approve");
        var misfit = await server.SendAsync("POST", "/$review-decide", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"statement","valueId":"{{{id}}}"},{"name":"verdict","valueCode":"correct"},
             {"name":"correction","part":[{"name":"path","valueString":"coding[9].code"},{"name":"value","valueString":"x"}]},
             {"name":"correction","part":[{"name":"path","valueString":"text"},{"name":"value","valueInteger":1}]}]}
            """, Jane);

        Assert.Equal((404, "No statement ffffffffffffffffffffffffffffffff is made by what is loaded now; if there was one, its words or what was read from them have changed."),
            (unknown.Status, unknown.Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString()));
        Assert.Equal(400, misfit.Status);
        Assert.Equal(["Parameters.parameter[2]", "Parameters.parameter[3]"], misfit.Json.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("expression")[0].GetString()));
        Assert.Equal("'text' is a text; the correction gives a number.", misfit.Json.GetProperty("issue")[1].GetProperty("diagnostics").GetString());
        Assert.Equal(0, Total(await server.GetAsync("/$review-queue?state=approved")));
    }

    [Fact]
    public async Task Reviewers_at_once_lose_no_decision()
    {
        var ids = Statements(await server.GetAsync("/$review-queue?resource=MedicationKnowledge/bortezomib")).Select(statement => Part(statement, "id")!).ToList();
        var brand = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.synonym[0]");
        var route = await IdAsync("MedicationKnowledge/bortezomib", "MedicationKnowledge.intendedRoute[0].extension[0].value");

        var answers = await Task.WhenAll(ids.Select(id => DecideAsync(id == brand ? Jane : John, $"statement={id}&verdict={(id == brand || id == route ? "reject" : "approve")}")));

        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body));
        var knowledge = (await server.GetAsync("/MedicationKnowledge/bortezomib")).Json;
        Assert.False(knowledge.TryGetProperty("synonym", out _));
        Assert.DoesNotContain("usually", knowledge.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, Total(await server.GetAsync("/$review-queue?resource=MedicationKnowledge/bortezomib")));
    }

    [Fact]
    public async Task Without_reviewers_a_decision_is_answered_with_how_to_name_one()
    {
        var none = await RunningServer.StartAsync();

        var answer = await none.SendAsync("POST", "/$review-decide?statement=00000000000000000000000000000000&verdict=approve");
        await none.DisposeAsync();

        Assert.Equal((403, "Nobody reviews on this server: no reviewer is configured. Name one, with the SHA-256 of a token, in the setting Fhir:Review:Reviewers."),
            (answer.Status, answer.Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString()));
    }

    /// <summary>Approves what is open, and releases.</summary>
    private async Task ReleaseAsync(string resource)
    {
        var ids = Statements(await server.GetAsync($"/$review-queue?resource={resource}")).Select(statement => Part(statement, "id")!).ToList();
        var decided = await DecideAsync(John, string.Join('&', ids.Select(id => $"statement={id}")) + "&verdict=approve");
        Assert.True(decided.Status == 200, decided.Body);
        var released = await server.SendAsync("POST", $"/{resource}/$review-release", null, Jane);
        Assert.True(released.Status == 200, released.Body);
    }

    private Task<Answer> DecideAsync((string, string) who, string query) => server.SendAsync("POST", "/$review-decide?" + query, null, who);

    /// <summary>The id of the first of these elements that there is.</summary>
    private async Task<string> IdAsync(string resource, params string[] elements)
    {
        var statements = Statements(await server.GetAsync($"/$review-queue?resource={resource}&state=all&count=500"));
        return elements.Select(element => statements.Where(statement => Part(statement, "element") == element).Select(statement => Part(statement, "id")).FirstOrDefault()).OfType<string>().First();
    }

    /// <returns>How many resources were written.</returns>
    private async Task<int> LoadAsync(string text)
    {
        using var target = new HttpTarget(server.BaseUrl);
        var (_, plan) = await DocumentLoad.PlanAsync([SourceDocument.Parse("a.txt", Encoding.UTF8.GetBytes(text), null)], target, default);
        if (plan.HasChanges) await target.WriteAsync(plan.Transaction, default);
        return plan.Created.Count + plan.Updated.Count + plan.Retired.Count;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Content(JsonElement resource)
    {
        var json = (JsonObject)JsonNode.Parse(resource.GetRawText())!;
        json.Remove("meta");
        return json.ToJsonString();
    }

    private static int Total(Answer answer) => answer.Json.GetProperty("parameter")[0].GetProperty("valueInteger").GetInt32();

    private static List<JsonElement> Statements(Answer answer) =>
        [.. answer.Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "statement")];

    private static IEnumerable<JsonElement> Parts(JsonElement parameter, string name) => parameter.GetProperty("part").EnumerateArray().Where(part => part.GetProperty("name").GetString() == name);

    private static string? Part(JsonElement parameter, string name) =>
        Parts(parameter, name).Select(part => part.EnumerateObject().First(property => property.Name != "name").Value.GetString()).FirstOrDefault();
}
