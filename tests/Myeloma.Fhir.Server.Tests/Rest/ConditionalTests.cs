using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #3.1.0.7.1</remarks>
[Trait("Category", "Postgres")]
public sealed class ConditionalTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static string Patient(string identifier, string more = "") =>
        $$"""{"resourceType":"Patient","identifier":[{"system":"urn:test","value":"{{identifier}}"}]{{more}}}""";

    private Task<Answer> CreateAsync(string identifier, string criteria, params (string, string)[] headers) =>
        server.SendAsync("POST", "/Patient", Patient(identifier), [("If-None-Exist", criteria), .. headers]);

    private async Task<int> CountAsync(string identifier) =>
        (await server.GetAsync($"/Patient?identifier=urn:test|{identifier}&_summary=count")).Json.GetProperty("total").GetInt32();

    [Fact]
    public async Task Conditional_create_creates_once_and_then_answers_with_what_is_there()
    {
        var first = await CreateAsync("cc-1", "identifier=urn:test|cc-1");
        var second = await CreateAsync("cc-1", "Patient?identifier=urn:test%7Ccc-1");

        Assert.Equal((201, "W/\"1\""), (first.Status, first.Header("ETag")));
        Assert.Equal((200, "W/\"1\"", first.Header("Location")), (second.Status, second.Header("ETag"), second.Header("Location")));
        Assert.Equal(first.Body, second.Body);
    }

    [Fact]
    public async Task Conditional_create_with_several_matches_is_412()
    {
        await server.SendAsync("POST", "/Patient", Patient("cc-2"));
        await server.SendAsync("POST", "/Patient", Patient("cc-2"));

        var answer = await CreateAsync("cc-2", "identifier=urn:test|cc-2");

        Assert.Equal(412, answer.Status);
        Assert.Equal(["error multiple-matches: More than one Patient matches the criteria of the conditional create; it has to be one at most."], answer.Issues);
        Assert.Equal(2, await CountAsync("cc-2"));
    }

    [Theory]
    [InlineData("", "A conditional create needs criteria")]
    [InlineData("identifier=", "has no value")]
    [InlineData("_count=1", "is no criterion")]
    [InlineData("identifer=x", "'identifer'")]
    [InlineData("Medication?code=x", "another type than Patient")]
    [InlineData("identifier=%zz", "can't be decoded")]
    public async Task Criteria_that_would_select_others_are_refused(string criteria, string words)
    {
        var answer = await CreateAsync("cc-3", criteria);

        Assert.Equal(400, answer.Status);
        Assert.Contains(words, answer.Issues[0], StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("cc-3"));
    }

    [Fact]
    public async Task Of_fifty_conditional_creates_at_once_one_creates()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => CreateAsync("cc-race", i % 2 == 0 ? "identifier=urn:test|cc-race" : "identifier=urn:test|cc-race&_lastUpdated=gt2000")));

        Assert.Equal((1, 49), (answers.Count(answer => answer.Status == 201), answers.Count(answer => answer.Status == 200)));
        Assert.Single(answers.Select(answer => answer.Header("Location")).Distinct());
        Assert.Equal(1, await CountAsync("cc-race"));
    }

    [Fact]
    public async Task Of_fifty_conditional_creates_on_two_servers_one_creates()
    {
        var other = await server.AnotherAsync();
        try
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
                (i % 2 == 0 ? server : other).SendAsync("POST", "/Patient", Patient("cc-two"), ("If-None-Exist", "identifier=urn:test|cc-two"))));

            Assert.Equal(1, answers.Count(answer => answer.Status == 201));
            Assert.Equal(1, await CountAsync("cc-two"));
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Of_fifty_updates_with_the_same_If_Match_one_wins_and_the_others_get_412()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"fifty"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => server.SendAsync(
            "PUT", "/Patient/fifty", $$"""{"resourceType":"Patient","id":"fifty","multipleBirthInteger":{{i}}}""", ("If-Match", "W/\"1\""))));

        Assert.Equal((1, 49), (answers.Count(answer => answer.Status == 200), answers.Count(answer => answer.Status == 412)));
        Assert.Equal("W/\"2\"", (await server.GetAsync("/Patient/fifty")).Header("ETag"));
    }

    [Fact]
    public async Task Conditional_update_creates_updates_and_leaves_alone()
    {
        const string path = "/Patient?identifier=urn:test|cu-1";
        var created = await server.SendAsync("PUT", path, Patient("cu-1"));
        var updated = await server.SendAsync("PUT", path, Patient("cu-1", ",\"active\":true"));
        var same = await server.SendAsync("PUT", path, Patient("cu-1", ",\"active\":true"));
        var id = created.Json.GetProperty("id").GetString();
        var own = await server.SendAsync("PUT", path, Patient("cu-1", $",\"active\":false,\"id\":\"{id}\""));

        Assert.Equal((201, $"{server.BaseUrl}/Patient/{id}/_history/1"), (created.Status, created.Header("Location")));
        Assert.Equal((200, $"{server.BaseUrl}/Patient/{id}/_history/2"), (updated.Status, updated.Header("Location")));
        Assert.Equal((200, "W/\"2\""), (same.Status, same.Header("ETag")));
        Assert.Equal((200, "W/\"3\""), (own.Status, own.Header("ETag")));
    }

    [Fact]
    public async Task Conditional_update_without_a_match_takes_the_id_of_the_body_if_it_is_free()
    {
        var created = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-2", Patient("cu-2", ",\"id\":\"cu-2\""));
        var taken = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-none", Patient("cu-none", ",\"id\":\"cu-2\""));
        var other = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-2", Patient("cu-2", ",\"id\":\"cu-other\""));

        Assert.Equal((201, $"{server.BaseUrl}/Patient/cu-2/_history/1"), (created.Status, created.Header("Location")));
        Assert.Equal(409, taken.Status);
        Assert.Equal(["error duplicate: Patient/cu-2 exists already, as version 1."], taken.Issues);
        Assert.Equal(400, other.Status);
        Assert.Equal(["error invalid Patient.id: The body has the id 'cu-other', but the criteria select Patient/cu-2; leave the id out, or send that one."], other.Issues);
    }

    [Fact]
    public async Task Conditional_update_heeds_If_Match()
    {
        await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-3", Patient("cu-3"));

        var wrong = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-3", Patient("cu-3", ",\"active\":true"), ("If-Match", "W/\"4\""));
        var none = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-3-none", Patient("cu-3-none"), ("If-Match", "W/\"1\""));
        var right = await server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-3", Patient("cu-3", ",\"active\":true"), ("If-Match", "W/\"1\""));

        Assert.Equal((412, 412, 200), (wrong.Status, none.Status, right.Status));
        Assert.Equal(["error conflict: A Patient is expected to be at version 1, but none matches the criteria."], none.Issues);
    }

    [Fact]
    public async Task Fifty_conditional_updates_at_once_make_one_resource_with_fifty_versions()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            server.SendAsync("PUT", "/Patient?identifier=urn:test|cu-race", Patient("cu-race", $",\"multipleBirthInteger\":{i}"))));

        Assert.Equal((1, 49), (answers.Count(answer => answer.Status == 201), answers.Count(answer => answer.Status == 200)));
        Assert.Equal(50, answers.Select(answer => answer.Header("ETag")).Distinct().Count());
        Assert.Equal(1, await CountAsync("cu-race"));
    }

    [Fact]
    public async Task Conditional_delete_takes_all_matches_and_says_which()
    {
        for (var i = 0; i < 3; i++) await server.PutAsync(Patient("cd-1", $",\"id\":\"cd-1-{i}\""));

        var answer = await server.SendAsync("DELETE", "/Patient?identifier=urn:test|cd-1", null, ("Prefer", "return=OperationOutcome"));
        var again = await server.SendAsync("DELETE", "/Patient?identifier=urn:test|cd-1");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["information informational: Deleted.", "information informational: 3 resources were deleted: Patient/cd-1-0, Patient/cd-1-1, Patient/cd-1-2."], answer.Issues);
        Assert.Equal(410, (await server.GetAsync("/Patient/cd-1-1")).Status);
        Assert.Equal((204, ""), (again.Status, again.Body));
    }

    [Fact]
    public async Task Conditional_delete_without_criteria_is_refused()
    {
        Assert.Equal(400, (await server.SendAsync("DELETE", "/Patient")).Status);
        Assert.Equal(400, (await server.SendAsync("DELETE", "/Patient?_sort=birthdate")).Status);
        Assert.Equal(400, (await server.SendAsync("DELETE", "/Patient?identifer=urn:test|x", null, ("Prefer", "handling=lenient"))).Status);
    }

    [Fact]
    public async Task Past_the_limit_a_conditional_delete_deletes_nothing()
    {
        var single = await RunningServer.StartAsync(("Fhir:MaxConditionalDeletes", "1"));
        try
        {
            await single.PutAsync(Patient("cd-2", ",\"id\":\"a\""));
            await single.PutAsync(Patient("cd-2", ",\"id\":\"b\",\"active\":true"));

            var several = await single.SendAsync("DELETE", "/Patient?identifier=urn:test|cd-2");
            var one = await single.SendAsync("DELETE", "/Patient?identifier=urn:test|cd-2&active=true");
            var statement = await single.GetAsync("/metadata");

            Assert.Equal(412, several.Status);
            Assert.Equal(
                ["error multiple-matches: More than one Patient matches the criteria of the conditional delete, and this server deletes one at most; nothing was deleted (setting Fhir:MaxConditionalDeletes)."],
                several.Issues);
            Assert.Equal((204, "W/\"2\""), (one.Status, one.Header("ETag")));
            Assert.Equal((200, 410), ((await single.GetAsync("/Patient/a")).Status, (await single.GetAsync("/Patient/b")).Status));
            Assert.Contains("\"conditionalDelete\":\"single\"", statement.Body, StringComparison.Ordinal);
        }
        finally
        {
            await single.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_batch_takes_conditional_entries()
    {
        var answer = await server.SendAsync("POST", "", $$$"""
            {"resourceType":"Bundle","type":"batch","entry":[
             {"resource":{{{Patient("cb-1")}}},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:test|cb-never"}},
             {"resource":{{{Patient("cb-2")}}},"request":{"method":"PUT","url":"Patient?identifier=urn:test|cb-2"}},
             {"request":{"method":"DELETE","url":"Patient?identifier=urn:test|cb-none"}},
             {"request":{"method":"DELETE","url":"Patient?identifer=x"}}]}
            """);

        Assert.Equal(["201 Created", "201 Created", "204 No Content", "400 Bad Request"], answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
    }
}
