using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#trules</remarks>
[Trait("Category", "Postgres")]
public sealed class ConditionalTransactionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static string Patient(string identifier, string more = "") =>
        $$"""{"resourceType":"Patient","identifier":[{"system":"urn:test","value":"{{identifier}}"}]{{more}}}""";

    private static string Observation(string reference, string more = "") =>
        $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{reference}}"}{{more}}}""";

    private static string Entry(string method, string url, string? resource = null, string request = "", string? fullUrl = null) =>
        $"{{ {(fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",")} {(resource is null ? "" : $"\"resource\":{resource},")} \"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"{request}}} }}";

    private Task<Answer> TransactAsync(params string[] entries) => server.SendAsync(
        "POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""", ("Prefer", "return=representation"));

    private static string[] Statuses(Answer answer) => answer.Status == 200 ? [.. answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3])] : [answer.Body];

    private static JsonElement Resource(Answer answer, int at) => answer.Entries[at].GetProperty("resource");

    private static string? Subject(JsonElement observation) => observation.GetProperty("subject").GetProperty("reference").GetString();

    private static string Key(JsonElement resource) => $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}";

    [Fact]
    public async Task A_conditional_create_that_finds_its_resource_gives_the_others_its_id()
    {
        await server.PutAsync(Patient("ct-1", ",\"id\":\"ct-1\""));

        var answer = await TransactAsync(
            Entry("POST", "Patient", Patient("ct-1"), ",\"ifNoneExist\":\"identifier=urn:test|ct-1\"", "urn:uuid:00000000-0000-0000-0000-000000000001"),
            Entry("POST", "Patient", Patient("ct-1-new"), ",\"ifNoneExist\":\"identifier=urn:test|ct-1-new\"", "urn:uuid:00000000-0000-0000-0000-000000000002"),
            Entry("POST", "Patient", Patient("ct-1-new"), ",\"ifNoneExist\":\"identifier=urn:test|ct-1-new\"", "urn:uuid:00000000-0000-0000-0000-000000000003"),
            Entry("POST", "Observation", Observation("urn:uuid:00000000-0000-0000-0000-000000000001")),
            Entry("POST", "Observation", Observation("urn:uuid:00000000-0000-0000-0000-000000000003")));

        Assert.Equal(["200", "201", "200", "201", "201"], Statuses(answer));
        Assert.Equal("Patient/ct-1", Subject(Resource(answer, 3)));
        Assert.Equal(Key(Resource(answer, 1)), Subject(Resource(answer, 4)));
        Assert.Equal(Key(Resource(answer, 1)), Key(Resource(answer, 2)));
    }

    [Fact]
    public async Task Conditional_updates_and_deletes_go_with_the_rest()
    {
        await server.PutAsync(Patient("ct-2", ",\"id\":\"ct-2\""));
        await server.PutAsync(Patient("ct-2-old", ",\"id\":\"ct-2-a\""));
        await server.PutAsync(Patient("ct-2-old", ",\"id\":\"ct-2-b\""));

        var answer = await TransactAsync(
            Entry("PUT", "Patient?identifier=urn:test|ct-2", Patient("ct-2", ",\"active\":true"), fullUrl: "urn:uuid:00000000-0000-0000-0000-000000000011"),
            Entry("PUT", "Patient?identifier=urn:test|ct-2-new", Patient("ct-2-new"), fullUrl: "http://elsewhere.example/Patient/9"),
            Entry("DELETE", "Patient?identifier=urn:test|ct-2-old"),
            Entry("POST", "Observation", Observation("urn:uuid:00000000-0000-0000-0000-000000000011")),
            Entry("POST", "Observation", Observation("Patient/9"), fullUrl: "http://elsewhere.example/Observation/1"));

        Assert.Equal(["200", "201", "204", "201", "201"], Statuses(answer));
        Assert.Equal("Patient/ct-2", Subject(Resource(answer, 3)));
        Assert.Equal(Key(Resource(answer, 1)), Subject(Resource(answer, 4)));
        Assert.Equal((410, 410), ((await server.GetAsync("/Patient/ct-2-a")).Status, (await server.GetAsync("/Patient/ct-2-b")).Status));
    }

    [Fact]
    public async Task What_a_bundle_deletes_matches_no_more()
    {
        await server.PutAsync(Patient("ct-3", ",\"id\":\"ct-3\""));

        var answer = await TransactAsync(
            Entry("POST", "Patient", Patient("ct-3"), ",\"ifNoneExist\":\"identifier=urn:test|ct-3\""),
            Entry("DELETE", "Patient/ct-3"));

        Assert.Equal(["201", "204"], Statuses(answer));
    }

    [Fact]
    public async Task A_conditional_reference_finds_what_is_stored_and_what_the_bundle_brings()
    {
        await server.PutAsync(Patient("ct-4", ",\"id\":\"ct-4\""));

        var answer = await TransactAsync(
            Entry("POST", "Observation", Observation("Patient?identifier=urn:test|ct-4")),
            Entry("POST", "Observation", Observation("Patient?identifier=urn:test|ct-4-new")),
            Entry("POST", "Patient", Patient("ct-4-new")));

        Assert.Equal(["201", "201", "201"], Statuses(answer));
        var created = Key(Resource(answer, 2));
        Assert.Equal(("Patient/ct-4", created), (Subject(Resource(answer, 0)), Subject(Resource(answer, 1))));
        var stored = await server.GetAsync($"/Observation?subject={created}");
        Assert.Equal(1, stored.Json.GetProperty("total").GetInt32());
        Assert.Equal(created, Subject(stored.Entries[0].GetProperty("resource")));
        Assert.Equal("1", stored.Entries[0].GetProperty("resource").GetProperty("meta").GetProperty("versionId").GetString());
    }

    [Fact]
    public async Task An_update_with_a_conditional_reference_makes_no_version_when_nothing_differs()
    {
        await server.PutAsync(Patient("ct-5", ",\"id\":\"ct-5\""));
        var entry = Entry("PUT", "Observation/ct-5", Observation("Patient?identifier=urn:test|ct-5", ",\"id\":\"ct-5\""));

        Assert.Equal(["201"], Statuses(await TransactAsync(entry)));
        var again = await TransactAsync(entry);

        Assert.Equal(["200"], Statuses(again));
        Assert.Equal("W/\"1\"", again.Entries[0].GetProperty("response").GetProperty("etag").GetString());
    }

    [Fact]
    public async Task References_that_find_none_or_several_refuse_the_bundle_and_are_told_together()
    {
        await server.PutAsync(Patient("ct-6", ",\"id\":\"ct-6-a\""));
        await server.PutAsync(Patient("ct-6", ",\"id\":\"ct-6-b\""));

        var several = await TransactAsync(Entry("PUT", "Patient/ct-6-c", """{"resourceType":"Patient","id":"ct-6-c"}"""), Entry("POST", "Observation", Observation("Patient?identifier=urn:test|ct-6")));
        var none = await TransactAsync(
            Entry("PUT", "Patient/ct-6-c", """{"resourceType":"Patient","id":"ct-6-c"}"""),
            Entry("POST", "Observation", Observation("Patient?identifier=urn:test|ct-6-none")),
            Entry("POST", "Observation", Observation("Patient?identifier=urn:test|ct-6-nobody")));

        Assert.Equal(412, several.Status);
        Assert.Equal(
            ["error multiple-matches Bundle.entry[1].resource.subject.reference: More than one resource matches the conditional reference 'Patient?identifier=urn:test|ct-6'; it has to be one."],
            several.Issues);
        Assert.Equal(400, none.Status);
        Assert.Equal(
            [
                "error invalid Bundle.entry[1].resource.subject.reference: Nothing matches the conditional reference 'Patient?identifier=urn:test|ct-6-none', neither on this server nor in the bundle.",
                "error invalid Bundle.entry[2].resource.subject.reference: Nothing matches the conditional reference 'Patient?identifier=urn:test|ct-6-nobody', neither on this server nor in the bundle.",
            ],
            none.Issues);
        Assert.Equal(404, (await server.GetAsync("/Patient/ct-6-c")).Status);
    }

    [Fact]
    public async Task Faults_of_criteria_stand_at_their_entries()
    {
        var answer = await TransactAsync(
            Entry("POST", "Patient", Patient("x"), ",\"ifNoneExist\":\"identifer=x\""),
            Entry("DELETE", "Patient?_count=3"),
            Entry("POST", "Observation", Observation("Patient?nme=x")));

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["Bundle.entry[0].request.ifNoneExist", "Bundle.entry[1].request.url", "Bundle.entry[2].resource.subject.reference"],
            answer.Issues.Select(issue => issue.Split(' ')[2].TrimEnd(':')));
    }

    [Fact]
    public async Task Of_fifty_bundles_with_the_same_conditional_create_one_creates_the_resource()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TransactAsync(
            Entry("POST", "Observation", Observation("urn:uuid:00000000-0000-0000-0000-000000000021")),
            Entry("POST", "Patient", Patient("ct-race"), ",\"ifNoneExist\":\"identifier=urn:test|ct-race\"", "urn:uuid:00000000-0000-0000-0000-000000000021"))));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers.Select(answer => Key(Resource(answer, 1))).Distinct());
        Assert.Equal(50, (await server.GetAsync($"/Observation?subject={Key(Resource(answers[0], 1))}&_summary=count")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_versioned_reference_to_a_new_entry_names_its_first_version()
    {
        var answer = await TransactAsync(
            Entry("POST", "Patient", Patient("ct-7"), fullUrl: "http://elsewhere.example/Patient/7"),
            Entry("POST", "Observation", Observation("http://elsewhere.example/Patient/7/_history/3")));

        Assert.Equal(["201", "201"], Statuses(answer));
        Assert.Equal($"{Key(Resource(answer, 0))}/_history/1", Subject(Resource(answer, 1)));
    }
}
