using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>What nobody sends by good will: always a 4xx with an OperationOutcome that says where, never a 5xx.</summary>
[Trait("Category", "Postgres")]
public sealed class HostileInputTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Patient = """{"resourceType":"Patient"}""";

    /// <summary>Method, path, body, status, type and expression of the first issue.</summary>
    public static TheoryData<string, string, string?, int, string> Requests => new()
    {
        { "POST", "/Patient", "", 400, "structure" },
        { "POST", "/Patient", "[]", 400, "structure" },
        { "POST", "/Patient", "null", 400, "structure" },
        { "POST", "/Patient", "{}", 400, "structure" },
        { "POST", "/Patient", """{"resourceType":"Pat""", 400, "structure" },
        { "POST", "/Patient", Patient + "x", 400, "structure" },
        { "POST", "/Patient", """{"resourceType":["Patient"]}""", 400, "structure resourceType" },
        { "POST", "/Patient", """{"resourceType":"Patient","active":null}""", 400, "structure Patient.active" },
        { "POST", "/Patient", """{"resourceType":"Patient","active":true,"active":false}""", 400, "structure" },
        { "POST", "/Patient", """{"resourceType":"Patient","name":[{"family":"a\u0000b"}]}""", 400, "value Patient.name[0].family" },
        { "POST", "/Patient", """{"resourceType":"Patient","managingOrganization":{"reference":"Organization/\u0000"}}""", 400, "value Patient.managingOrganization.reference" },
        { "POST", "/Patient", """{"resourceType":"Patient","name":[{"family":"\ud800"}]}""", 400, "structure" },
        { "POST", "/Patient", """{"resourceType":"Patient","contact":""" + new string('[', 100_000) + new string(']', 100_000) + "}", 413, "too-long" },
        { "POST", "/RiskAssessment", """{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/x"},"prediction":[{"probabilityDecimal":1e999999999}]}""", 400, "value RiskAssessment.prediction[0].probability" },
        { "PUT", "/Patient/" + new string('a', 65), """{"resourceType":"Patient","id":"a"}""", 400, "invalid Patient.id" },
        { "GET", "/Patient?name=%zz", null, 400, "invalid" },
        { "GET", "/Patient?name=%00", null, 400, "invalid" },
        { "GET", "/Patient?name=%ff%fe", null, 400, "invalid" },
        { "GET", "/Medication/../Patient", null, 404, "not-found" },
        { "GET", "/Patient/%2e%2e/Medication", null, 404, "not-found" },
        { "GET", "/Patient/a%2Fb", null, 404, "not-found" },
        { "GET", "/Patient/a%0d%0aX-Evil:1", null, 404, "not-found" },
        { "GET", "/Patient?_format=json%0d%0aX-Evil:1", null, 406, "not-supported" },
        { "GET", "/Patient?name=" + new string('a', 20_000), null, 414, "too-long" },
        { "GET", "/Patient?_count=-1", null, 400, "value http._count" },
        { "GET", "/Patient?_count=99999999999999999999", null, 400, "value http._count" },
        { "GET", "/Patient?birthdate=2020-02-30", null, 400, "value http.birthdate" },
        { "GET", "/RiskAssessment?probability=1e999999999", null, 400, "value http.probability" },
        { "GET", "/Patient?_cursor=W10", null, 400, "invalid" },
        { "GET", "/Patient?_cursor=092wCK6E_hG", null, 400, "invalid" },
        { "GET", "/Patient/_history?_cursor=092wCK6E_hG", null, 400, "invalid" },
        { "GET", "/_history?_cursor=1e999999999", null, 400, "invalid" },
        { "GET", "/Patient/x/_history/99999999999999", null, 404, "not-found" },
        { "POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[null]}""", 400, "structure Bundle.entry[0]" },
        { "POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"}}]}""", 400, "required Bundle.entry[0].request" },
        { "POST", "", """{"resourceType":"Bundle","type":"transaction","entry":{}}""", 400, "structure Bundle.entry" },
        { "POST", "", """{"resourceType":"Bundle","type":"searchset"}""", 400, "invalid Bundle.type" },
        { "POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"../../etc/passwd"}}]}""", 404, "not-found Bundle.entry[0].request.url" },
        { "POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[""" + string.Join(',', Enumerable.Repeat("""{"request":{"method":"GET","url":"Patient/1"}}""", 20_001)) + "]}", 422, "too-costly Bundle.entry" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task It_is_refused_with_the_place_of_the_fault(string method, string path, string? body, int status, string issue)
    {
        var answer = await server.SendAsync(method, path, body);

        Assert.Equal(status, answer.Status);
        var first = answer.Issues[0];
        Assert.StartsWith($"error {issue}", first, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
        Assert.Null(answer.Header("X-Evil"));
    }

    [Theory]
    [InlineData("Patient", "name")]
    [InlineData("Patient", "name:exact")]
    [InlineData("Patient", "name:contains")]
    [InlineData("Patient", "identifier")]
    [InlineData("Patient", "identifier:not")]
    [InlineData("Patient", "identifier:text")]
    [InlineData("Patient", "birthdate")]
    [InlineData("Patient", "organization")]
    [InlineData("Patient", "organization.name")]
    [InlineData("Patient", "_id")]
    [InlineData("Patient", "_lastUpdated")]
    [InlineData("Patient", "_sort")]
    [InlineData("Patient", "_include")]
    [InlineData("Patient", "_revinclude")]
    [InlineData("Patient", "_elements")]
    [InlineData("Patient", "_cursor")]
    [InlineData("ValueSet", "url:below")]
    [InlineData("ValueSet", "url:above")]
    [InlineData("Observation", "value-quantity")]
    [InlineData("RiskAssessment", "probability")]
    public async Task No_search_value_gets_into_the_statement_or_breaks_it(string type, string parameter)
    {
        string[] values =
        [
            "'", "';DROP TABLE resource;--", "\"", "\\", "%", "_", "a\\", "|", "|||", ",,", "$", "(", "😀", "\u202e", new string('a', 5000), "-1", "1e309", "NaN",
            "*", "urn:uuid:x", "Patient//a", "http://[", "a|b|c|d", "9999-12-31", "0000", "2020-01-01T10:00+99:00", "gt", "ap1e308", "sa9999-12-31",
        ];
        foreach (var value in values)
        {
            var answer = await server.GetAsync($"/{type}?{parameter}={Uri.EscapeDataString(value)}");
            Assert.True(answer.Status is 200 or >= 400 and < 500, $"{parameter}={value}: {answer.Body}");
        }

        Assert.Equal(200, (await server.GetAsync("/Patient?_count=0")).Status);
    }

    [Fact]
    public async Task Five_thousand_alternatives_are_too_costly()
    {
        var form = "identifier=" + string.Join(',', Enumerable.Range(0, 5000));

        var answer = await server.SendAsync("POST", "/Patient/_search", form, ("Content-Type", "application/x-www-form-urlencoded"));

        Assert.Equal(422, answer.Status);
        Assert.StartsWith("error too-costly http.identifier", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", 400)]
    [InlineData("br", 400)]
    [InlineData("deflate", 400)]
    [InlineData("gzip, br", 415)]
    [InlineData("zzz", 415)]
    public async Task A_body_that_is_not_compressed_as_it_says_is_refused(string encoding, int status) =>
        Assert.Equal(status, (await server.SendAsync("POST", "/Patient", Patient, ("Content-Encoding", encoding))).Status);

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes("""{"resourceType":"Patient","name":[{"family":" """), 0xff, 0xfe, .. "\"}]}"u8]);
        content.Headers.ContentType = new("application/fhir+json");

        using var response = await server.Client.PostAsync(new Uri(server.BaseUrl + "/Patient"), content);

        var issue = Assert.Single((await Answer.ReadAsync(response)).Issues);
        Assert.StartsWith("error structure: The document is not valid UTF-8 here.", issue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_form_and_of_request_are_told_together_in_the_order_of_entries()
    {
        var answer = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient/a"}},
              {"resource":{"resourceType":"Patient","birthDate":"x"},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient"}}]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["error required Bundle.entry[0].resource.id", "error value Bundle.entry[1].resource.birthDate", "error required Bundle.entry[2].request"],
            answer.Issues.Select(issue => issue[..issue.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("\"expression\":\"Patient.name.where(\",\"code\":\"x\"", "SearchParameter.expression")]
    [InlineData("\"expression\":\"Patient.name\",\"code\":\"a:b\"", "SearchParameter.code")]
    public async Task A_search_parameter_that_cannot_work_is_refused(string part, string expression)
    {
        var resource = $$"""{"resourceType":"SearchParameter","id":"broken","url":"http://example.org/broken","name":"x","status":"active","description":"d","base":["Patient"],"type":"string",{{part}}}""";

        var alone = await server.SendAsync("PUT", "/SearchParameter/broken", resource);
        var among = await server.SendAsync("POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{resource}}},"request":{"method":"PUT","url":"SearchParameter/broken"}}]}""");

        Assert.Equal(400, alone.Status);
        Assert.StartsWith($"error value {expression}: ", Assert.Single(alone.Issues), StringComparison.Ordinal);
        Assert.Equal(400, among.Status);
        Assert.StartsWith($"error value Bundle.entry[0].resource{expression["SearchParameter".Length..]}: ", Assert.Single(among.Issues), StringComparison.Ordinal);
        Assert.Equal(404, (await server.GetAsync("/SearchParameter/broken")).Status);
    }

    [Fact]
    public async Task An_update_that_must_not_overwrite_does_not()
    {
        var first = await server.SendAsync("PUT", "/Patient/guarded", """{"resourceType":"Patient","id":"guarded","active":true}""", ("If-None-Match", "*"));
        var second = await server.SendAsync("PUT", "/Patient/guarded", """{"resourceType":"Patient","id":"guarded","active":false}""", ("If-None-Match", "*"));
        var version = await server.SendAsync("PUT", "/Patient/guarded", """{"resourceType":"Patient","id":"guarded","active":false}""", ("If-None-Match", "W/\"1\""));
        var both = await server.SendAsync("PUT", "/Patient/guarded", """{"resourceType":"Patient","id":"guarded","active":false}""", ("If-None-Match", "*"), ("If-Match", "W/\"1\""));
        var conditional = await server.SendAsync("PUT", "/Patient?_id=guarded", """{"resourceType":"Patient","active":false}""", ("If-None-Match", "*"));
        var entry = await server.SendAsync("POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"guarded"},"request":{"method":"PUT","url":"Patient/guarded","ifNoneMatch":"*"}}]}""");

        Assert.Equal((201, 412, 400, 400, 412, 412), (first.Status, second.Status, version.Status, both.Status, conditional.Status, entry.Status));
        Assert.Equal(["error conflict: Patient/guarded must not exist yet, as If-None-Match asks, but its current version is 1."], second.Issues);
        Assert.Equal(["error conflict: Patient/guarded matches the criteria, and If-None-Match asks that nothing does."], conditional.Issues);
        Assert.Equal(["error conflict Bundle.entry[0].request.ifNoneMatch: Patient/guarded must not exist yet, as If-None-Match asks, but its current version is 1."], entry.Issues);
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Patient/guarded")).Header("ETag"));
    }

    [Fact]
    public async Task Of_updates_at_once_that_must_not_overwrite_one_creates()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(at =>
            server.SendAsync("PUT", "/Patient/guarded-race", $$"""{"resourceType":"Patient","id":"guarded-race","name":[{"family":"{{at}}"}]}""", ("If-None-Match", "*"))));

        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(19, answers.Count(answer => answer.Status == 412));
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Patient/guarded-race")).Header("ETag"));
    }

    [Theory]
    [InlineData("GET", "/Patient/strict-1?colour=red", null, "error invalid http.colour: The parameter 'colour' is not known for reads; _summary and _elements are.")]
    [InlineData("DELETE", "/Patient/strict-1?colour=red", null, "error invalid http.colour: The parameter 'colour' says nothing to DELETE at this URL.")]
    [InlineData("PUT", "/Patient/strict-1?colour=red", """{"resourceType":"Patient","id":"strict-1","active":true}""", "error invalid http.colour: The parameter 'colour' says nothing to PUT at this URL.")]
    [InlineData("POST", "/Patient?colour=red", """{"resourceType":"Patient","active":true}""", "error invalid http.colour: The parameter 'colour' says nothing to POST at this URL.")]
    public async Task Strict_handling_refuses_parameters_that_say_nothing_and_lenient_passes_them_over(string method, string path, string? body, string issue)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"strict-1"}""");
        var strict = await server.SendAsync(method, path, body, ("Prefer", "handling=strict"));
        var lenient = await server.SendAsync(method, path, body, ("Prefer", "handling=lenient"));

        Assert.Equal(400, strict.Status);
        Assert.Equal([issue], strict.Issues);
        Assert.InRange(lenient.Status, 200, 204);
    }
}
