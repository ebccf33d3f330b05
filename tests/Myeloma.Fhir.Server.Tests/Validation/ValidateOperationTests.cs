using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Validation;

/// <remarks>https://hl7.org/fhir/R4/resource-operation-validate.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ValidateOperationTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string AllOk = "information informational: All OK.";

    private const string Sound = """{"resourceType":"Patient","name":[{"family":"Roe"}]}""";

    private static readonly (string, string) Xml = ("Content-Type", "application/fhir+xml");

    [Theory]
    [InlineData("/$validate")]
    [InlineData("/Patient/$validate")]
    [InlineData("/Patient/never-used/$validate")]
    [InlineData("/Patient/$validate?mode=create")]
    public async Task A_sound_resource_is_all_right_at_every_level(string path)
    {
        var raw = await server.SendAsync("POST", path, Sound);
        var wrapped = await server.SendAsync("POST", path, $$"""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{Sound}}}]}""");

        Assert.Equal((200, AllOk), (raw.Status, Assert.Single(raw.Issues)));
        Assert.Equal((200, AllOk), (wrapped.Status, Assert.Single(wrapped.Issues)));
    }

    [Fact]
    public async Task Faults_of_every_kind_are_results_at_the_lines_of_the_body()
    {
        var answer = await server.SendAsync("POST", "/Observation/$validate", """
            {
              "resourceType": "Observation",
              "status": "done",
              "colour": "red",
              "code": {"text": "x"},
              "valueString": "a",
              "referenceRange": [{"text": ""}, {"id": "only"}],
              "subject": {"reference": "Medication/1"}
            }
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            [("error code-invalid Observation.status", 3), ("error structure Observation.colour", 4), ("error value Observation.referenceRange[0].text", 7),
             ("error structure Observation.referenceRange[1]", 7), ("error invariant Observation.referenceRange[1]", 7), ("error structure Observation.subject", 8), ("warning not-found Observation.subject.reference", 8)],
            Shown(answer));
    }

    [Fact]
    public async Task In_Parameters_the_expression_starts_at_the_resource_and_the_line_is_that_of_the_body()
    {
        var answer = await server.SendAsync("POST", "/$validate", """
            {"resourceType": "Parameters", "parameter": [
              {"name": "resource", "resource": {
                "resourceType": "Patient",
                "gender": "m"
              }}
            ]}
            """);

        Assert.Equal([("error code-invalid Patient.gender", 4)], Shown(answer));
    }

    [Fact]
    public async Task XML_is_answered_with_the_lines_of_the_XML()
    {
        var raw = await server.SendAsync("POST", "/Patient/$validate", """
            <Patient xmlns="http://hl7.org/fhir">
              <!-- here -->
              <gender value="m"/>
              <contact><gender value="male"/></contact>
              <animal/>
            </Patient>
            """, Xml);
        var wrapped = await server.SendAsync("POST", "/Patient/$validate", """
            <Parameters xmlns="http://hl7.org/fhir">
              <parameter><name value="resource"/><resource>
                <Patient>
                  <gender value="m"/>
                </Patient>
              </resource></parameter>
            </Parameters>
            """, Xml);

        Assert.Equal([("error code-invalid Patient.gender", 3), ("error invariant Patient.contact[0]", 4), ("error structure Patient.animal", 5)], Shown(raw));
        Assert.Equal([("error code-invalid Patient.gender", 4)], Shown(wrapped));
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\n \"name\": [,]}", "structure", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n \"resourceType\":\"Patient\"}", "structure", 2)]
    [InlineData("{\"resourceType\":\"Patiant\"}", "structure", 1)]
    public async Task What_can_t_be_read_at_all_is_a_result_too(string body, string code, int line)
    {
        var answer = await server.SendAsync("POST", "/Patient/$validate", body);

        Assert.Equal(200, answer.Status);
        var issue = answer.Json.GetProperty("issue")[0];
        Assert.Equal(("error", code, line), (issue.GetProperty("severity").GetString(), issue.GetProperty("code").GetString(), LineOf(issue)));
    }

    [Fact]
    public async Task Each_entry_of_a_bundle_is_validated_and_finds_the_others()
    {
        var answer = await server.SendAsync("POST", "/Bundle/$validate", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a90","resource":{"resourceType":"Patient","gender":"m"},"request":{"method":"POST","url":"Patient"}},
              {"fullUrl":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a91","request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
                "subject":{"reference":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a90"},
                "focus":[{"reference":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a99"}],
                "encounter":{"reference":"Encounter/nowhere"}}}]}
            """);

        Assert.Equal(
            [("error code-invalid Bundle.entry[0].resource.gender", 2), ("error not-found Bundle.entry[1].resource.focus[0].reference", 5),
             ("warning not-found Bundle.entry[1].resource.encounter.reference", 6)],
            Shown(answer));
    }

    [Fact]
    public async Task The_stored_resource_is_validated_where_none_is_sent()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"v-stored","contact":[{"gender":"male"}]}""");

        var got = await server.GetAsync("/Patient/v-stored/$validate");
        var posted = await server.SendAsync("POST", "/Patient/v-stored/$validate", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"update"}]}""");

        Assert.Equal("error invariant Patient.contact[0]", Assert.Single(Shown(got)).Item1);
        Assert.Equal(("error invariant Patient.contact[0]", 0), Assert.Single(Shown(posted)));
    }

    [Fact]
    public async Task An_id_that_was_never_used_has_nothing_to_validate_and_one_that_was_deleted_is_gone()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"v-gone"}""");
        await server.SendAsync("DELETE", "/Patient/v-gone");

        var never = await server.GetAsync("/Patient/v-never/$validate");
        var gone = await server.GetAsync("/Patient/v-gone/$validate");

        Assert.Equal((404, "error not-found: Patient/v-never is not known here."), (never.Status, Assert.Single(never.Issues)));
        Assert.Equal(410, gone.Status);
    }

    [Theory]
    [InlineData("POST", "/Patient/$validate", 400, "error required: There is nothing to validate: send a resource as the body, or as the parameter 'resource' of Parameters, or name a stored one: [base]/Patient/[id]/$validate.")]
    [InlineData("GET", "/$validate?mode=creat", 400, "error value: The mode of $validate is create, update, delete or profile, not 'creat'; did you mean 'create'?")]
    [InlineData("GET", "/Patient/1/$validate?mode=create", 400, "error invalid: Mode create asks about a new resource, and Patient/1 names one; ask at [base]/Patient/$validate.")]
    [InlineData("GET", "/Patient/1/$validate?mode=profile", 400, "error required: Mode profile needs the parameter 'profile', the canonical of the profile to conform to.")]
    [InlineData("GET", "/Patient/$validate?mode=delete", 400, "error required: Mode delete asks about a stored resource: name it as [base]/[type]/[id]/$validate.")]
    [InlineData("GET", "/Patiant/$validate", 404, "error not-found: 'Patiant' is not a resource type of FHIR R4.")]
    public async Task A_request_that_can_t_be_answered_says_why(string method, string path, int status, string issue)
    {
        var answer = await server.SendAsync(method, path);

        Assert.Equal((status, issue), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task A_resource_of_another_type_than_the_URL_names_is_a_fault_of_the_resource()
    {
        var answer = await server.SendAsync("POST", "/Observation/$validate", Sound);

        Assert.Equal((200, "error structure Patient: The type here is Patient, the URL names Observation."), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task Mode_update_looks_at_the_id_and_at_what_is_stored()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"v-update"}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"v-update","active":true}""");
        async Task<string> IssueAsync(string path, string body) => Assert.Single((await server.SendAsync("POST", path + "?mode=update", body)).Issues);

        Assert.Equal("error required Patient.id: An update carries the id in the body: 'v-update' was expected.", await IssueAsync("/Patient/v-update/$validate", """{"resourceType":"Patient"}"""));
        Assert.Equal("error invalid Patient.id: The body has the id 'x', the URL 'v-update'; they have to be the same.", await IssueAsync("/Patient/v-update/$validate", """{"resourceType":"Patient","id":"x"}"""));
        Assert.Equal("information informational Patient.id: Patient/v-new is not known here; an update would create it.", await IssueAsync("/Patient/$validate", """{"resourceType":"Patient","id":"v-new"}"""));
        Assert.Equal(
            "warning conflict Patient.meta.versionId: This is version 1 of Patient/v-update, the current one is 2: an update would be taken, but with If-Match it would be refused.",
            await IssueAsync("/Patient/v-update/$validate", """{"resourceType":"Patient","id":"v-update","meta":{"versionId":"1"}}"""));
        Assert.Equal(AllOk, await IssueAsync("/Patient/v-update/$validate", """{"resourceType":"Patient","id":"v-update","meta":{"versionId":"2"}}"""));
    }

    [Fact]
    public async Task Mode_create_tells_what_becomes_of_the_id_and_of_a_search_parameter_that_can_t_work()
    {
        var named = await server.SendAsync("POST", "/Patient/$validate?mode=create", """{"resourceType":"Patient","id":"mine"}""");
        const string parameter = """
            {"resourceType":"SearchParameter","url":"http://example.org/p","name":"P","status":"active","description":"d","code":"p","base":["Patient"],"type":"string","expression":"Patient.name.where("}
            """;
        var asked = await server.SendAsync("POST", "/SearchParameter/$validate?mode=create", parameter);
        var created = await server.SendAsync("POST", "/SearchParameter", parameter);

        Assert.Equal("information informational Patient.id: The id 'mine' would be passed over: a create gives a new one.", Assert.Single(named.Issues));
        Assert.Equal(400, created.Status);
        Assert.Contains(Assert.Single(created.Issues), asked.Issues);
    }

    [Fact]
    public async Task Mode_delete_looks_at_the_stored_resource_only()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"v-delete","contact":[{"gender":"male"}]}""");

        var there = await server.GetAsync("/Patient/v-delete/$validate?mode=delete");
        var nowhere = await server.GetAsync("/Patient/v-nowhere/$validate?mode=delete");

        Assert.Equal((200, "information informational: Patient/v-delete may be deleted. References to it would stay and lead nowhere."), (there.Status, Assert.Single(there.Issues)));
        Assert.Equal((200, "information informational: Patient/v-nowhere is not known here; a delete would be answered as done and change nothing."), (nowhere.Status, Assert.Single(nowhere.Issues)));
        Assert.Equal(200, (await server.GetAsync("/Patient/v-delete")).Status);
    }

    [Fact]
    public async Task Profiles_of_the_request_count_those_of_R4_those_stored_and_unknown_ones()
    {
        await server.PutAsync(Profile("v-named", "http://example.org/named", "1.0.0"));
        async Task<IReadOnlyList<(string, int)>> AskAsync(string query, string body) => Shown(await server.SendAsync("POST", "/$validate" + query, body));
        const string nameless = """{"resourceType":"Patient"}""";

        Assert.Equal([("error required Patient", 1)], await AskAsync("?mode=profile&profile=http://example.org/named", nameless));
        Assert.Equal([("error required Patient", 1)], await AskAsync("?profile=http://example.org/named|1.0.0", nameless));
        Assert.Equal([("error not-found Patient", 1)], await AskAsync("?profile=http://example.org/named|2.0.0", nameless));
        Assert.Equal(["information informational"], (await AskAsync("?profile=http://example.org/named", Sound)).Select(issue => issue.Item1));
        Assert.Contains(
            await AskAsync("?profile=http://hl7.org/fhir/StructureDefinition/bodyheight", """{"resourceType":"Observation","status":"final","code":{"text":"x"}}"""),
            issue => issue.Item1.StartsWith("error required Observation", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Definitions_count_as_soon_as_they_are_written_changed_or_deleted_also_by_another_server()
    {
        var other = await server.AnotherAsync();
        try
        {
            const string claims = """{"resourceType":"Patient","meta":{"profile":["http://example.org/moving"]}}""";
            async Task AssertAsync(string expected)
            {
                foreach (var each in new[] { server, other })
                    Assert.Equal(expected, Shown(await each.SendAsync("POST", "/Patient/$validate", claims))[0].Item1);
            }

            await AssertAsync("warning not-found Patient.meta.profile[0]");
            await server.PutAsync(Profile("v-moving", "http://example.org/moving", "1.0.0"));
            await AssertAsync("error required Patient");
            await other.PutAsync(Profile("v-moving-2", "http://example.org/moving", "1.10.0", min: 0));
            await AssertAsync("information informational");
            await server.PutAsync(Profile("v-moving-2", "http://example.org/moving", "1.10.0", min: 0, status: "retired"));
            await AssertAsync("error required Patient");
            await other.SendAsync("DELETE", "/StructureDefinition/v-moving");
            await AssertAsync("information informational");
            await server.SendAsync("DELETE", "/StructureDefinition/v-moving-2");
            await AssertAsync("warning not-found Patient.meta.profile[0]");
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_response_is_compared_with_the_questionnaire_stored_here_as_it_is_now()
    {
        const string response = """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://example.org/q","item":[{"linkId":"b"}]}""";
        string Questionnaire(string item) => $$"""{"resourceType":"Questionnaire","id":"v-q","url":"http://example.org/q","status":"active","item":[{"linkId":"{{item}}","text":"?","type":"string"}]}""";
        async Task<string> FirstAsync() => Shown(await server.SendAsync("POST", "/$validate", response))[0].Item1;

        Assert.Equal("warning not-found QuestionnaireResponse.questionnaire", await FirstAsync());
        await server.PutAsync(Questionnaire("a"));
        Assert.StartsWith("error ", await FirstAsync(), StringComparison.Ordinal);
        await server.PutAsync(Questionnaire("b"));
        Assert.Equal("information informational", await FirstAsync());
    }

    [Fact]
    public async Task References_lead_to_the_resources_of_this_server()
    {
        await server.PutAsync("""{"resourceType":"Organization","id":"v-here","name":"Here"}""");

        var answer = await server.SendAsync("POST", "/$validate", $$"""
            {"resourceType":"Patient","generalPractitioner":[
              {"reference":"Organization/v-here"},
              {"reference":"{{server.BaseUrl}}/Organization/v-here"},
              {"reference":"Organization/v-nowhere"},
              {"reference":"http://elsewhere.example.org/fhir/Organization/1"}]}
            """);

        Assert.Equal("warning not-found Patient.generalPractitioner[2].reference: Organization/v-nowhere is referred to, and is not here.", Assert.Single(answer.Issues));
    }

    [Fact]
    public async Task It_is_an_operation_of_batches_too()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"v-batch","contact":[{"gender":"male"}]}""");

        var answer = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"GET","url":"Patient/v-batch/$validate"}},
              {"request":{"method":"POST","url":"Patient/$validate"},"resource":{"resourceType":"Patient",
                "gender":"m"}}]}
            """);

        var outcomes = answer.Entries.Select(entry => entry.GetProperty("response")).ToList();
        Assert.Equal(["200 OK", "200 OK"], outcomes.Select(response => response.GetProperty("status").GetString()));
        Assert.Equal("Patient.contact[0]", outcomes[0].GetProperty("outcome").GetProperty("issue")[0].GetProperty("expression")[0].GetString());
        var posted = outcomes[1].GetProperty("outcome").GetProperty("issue")[0];
        Assert.Equal(("Patient.gender", 4), (posted.GetProperty("expression")[0].GetString(), LineOf(posted)));
    }

    [Fact]
    public async Task The_capability_statement_names_it()
    {
        var rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];

        Assert.Contains(rest.GetProperty("operation").EnumerateArray(), operation => operation.GetProperty("name").GetString() == "validate"
            && operation.GetProperty("definition").GetString() == "http://hl7.org/fhir/OperationDefinition/Resource-validate");
    }

    private static string Profile(string id, string url, string version, int min = 1, string status = "active") => $$$"""
        {"resourceType":"StructureDefinition","id":"{{{id}}}","url":"{{{url}}}","version":"{{{version}}}","name":"P","status":"{{{status}}}","kind":"resource","abstract":false,"type":"Patient",
         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":{{{min}}}}]}}
        """;

    private static List<(string, int)> Shown(Answer answer) =>
        [.. answer.Issues.Select(issue => issue.Split(": ")[0]).Zip(answer.Json.GetProperty("issue").EnumerateArray(), (text, issue) => (text, LineOf(issue)))];

    /// <summary>0 when there is none.</summary>
    private static int LineOf(JsonElement issue) =>
        issue.TryGetProperty("extension", out var extensions) ? extensions[0].GetProperty("valueInteger").GetInt32() : 0;
}
