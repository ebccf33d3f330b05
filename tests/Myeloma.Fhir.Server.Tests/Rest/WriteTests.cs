using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#create, #update, #delete</remarks>
[Trait("Category", "Postgres")]
public sealed class WriteTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Create_gives_an_id_and_says_where_the_resource_is()
    {
        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient","id":"mine","active":true}""");

        Assert.Equal(201, answer.Status);
        var id = answer.Json.GetProperty("id").GetString()!;
        Assert.NotEqual("mine", id);
        Assert.Equal($"{server.BaseUrl}/Patient/{id}/_history/1", answer.Header("Location"));
        Assert.Equal("W/\"1\"", answer.Header("ETag"));
        Assert.Equal(200, (await server.GetAsync($"/Patient/{id}")).Status);
        Assert.Equal(404, (await server.GetAsync("/Patient/mine")).Status);
    }

    [Fact]
    public async Task Update_creates_under_the_clients_id_then_adds_versions_and_none_when_nothing_differs()
    {
        const string first = """{"resourceType":"Patient","id":"steps","active":true}""";
        const string second = """{"resourceType":"Patient","id":"steps","active":false}""";

        var created = await server.SendAsync("PUT", "/Patient/steps", first);
        var updated = await server.SendAsync("PUT", "/Patient/steps", second);
        var again = await server.SendAsync("PUT", "/Patient/steps", second);

        Assert.Equal((201, "W/\"1\"", $"{server.BaseUrl}/Patient/steps/_history/1"), (created.Status, created.Header("ETag"), created.Header("Location")));
        Assert.Equal((200, "W/\"2\""), (updated.Status, updated.Header("ETag")));
        Assert.Equal((200, "W/\"2\""), (again.Status, again.Header("ETag")));
    }

    [Fact]
    public async Task If_Match_lets_only_the_expected_version_be_changed_or_deleted()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"match","active":true}""");
        const string body = """{"resourceType":"Patient","id":"match","active":false}""";

        var wrong = await server.SendAsync("PUT", "/Patient/match", body, ("If-Match", "W/\"7\""));
        var right = await server.SendAsync("PUT", "/Patient/match", body, ("If-Match", "W/\"1\""));
        var stale = await server.SendAsync("DELETE", "/Patient/match", null, ("If-Match", "W/\"1\""));
        var gone = await server.SendAsync("DELETE", "/Patient/match", null, ("If-Match", "W/\"2\""));
        var never = await server.SendAsync("PUT", "/Patient/match-never", """{"resourceType":"Patient","id":"match-never"}""", ("If-Match", "W/\"1\""));

        Assert.Equal(412, wrong.Status);
        Assert.Equal(["error conflict: Patient/match is expected to be at version 7, but the current version is 1."], wrong.Issues);
        Assert.Equal((200, "W/\"2\""), (right.Status, right.Header("ETag")));
        Assert.Equal(412, stale.Status);
        Assert.Equal(204, gone.Status);
        Assert.Equal(412, never.Status);
        Assert.Equal(["error conflict: Patient/match-never is expected to be at version 1, but it does not exist."], never.Issues);
    }

    [Fact]
    public async Task Of_many_writers_with_the_same_If_Match_one_wins()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"race"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.SendAsync(
            "PUT", "/Patient/race", $$"""{"resourceType":"Patient","id":"race","multipleBirthInteger":{{i}}}""", ("If-Match", "W/\"1\""))));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(7, answers.Count(answer => answer.Status == 412));
    }

    [Fact]
    public async Task Deleting_again_or_what_never_was_is_fine_and_changes_nothing()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"twice"}""");

        Assert.Equal((204, "W/\"2\""), await StatusOf("/Patient/twice"));
        Assert.Equal((204, "W/\"2\""), await StatusOf("/Patient/twice"));
        Assert.Equal((204, null), await StatusOf("/Patient/was-never"));

        async Task<(int, string?)> StatusOf(string path)
        {
            var answer = await server.SendAsync("DELETE", path);
            return (answer.Status, answer.Header("ETag"));
        }
    }

    [Fact]
    public async Task A_deleted_id_comes_back_with_the_next_version()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"phoenix"}""");
        await server.SendAsync("DELETE", "/Patient/phoenix");

        var answer = await server.SendAsync("PUT", "/Patient/phoenix", """{"resourceType":"Patient","id":"phoenix"}""");

        Assert.Equal((201, "W/\"3\""), (answer.Status, answer.Header("ETag")));
    }

    [Theory]
    [InlineData("return=minimal", 201, "")]
    [InlineData("return=OperationOutcome", 201, "OperationOutcome")]
    [InlineData("return=representation", 201, "Patient")]
    public async Task Prefer_says_what_a_write_gives_back(string prefer, int status, string resourceType)
    {
        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient"}""", ("Prefer", prefer));

        Assert.Equal(status, answer.Status);
        Assert.NotNull(answer.Header("Location"));
        Assert.Equal(resourceType, answer.Body.Length == 0 ? "" : answer.Json.GetProperty("resourceType").GetString());
    }

    [Fact]
    public async Task All_faults_of_a_body_are_told_at_once_with_their_places()
    {
        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient","birthDate":"31.1.1970","gender":"man","foo":1,"name":[{"given":"x"}]}""");

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["error value Patient.birthDate", "error code-invalid Patient.gender", "error structure Patient.foo", "error structure Patient.name[0].given"],
            answer.Issues.Select(issue => issue[..issue.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("POST", "/Patient", "", 400, "error structure: The request has no body; a resource was expected.")]
    [InlineData("POST", "/Patient", "[]", 400, "error structure: A resource is a JSON object.")]
    [InlineData("POST", "/Patient", """{"resourceType":"Medication"}""", 400, "error invalid Medication: The body is of type Medication, the URL names Patient; they have to be the same type.")]
    [InlineData("PUT", "/Patient/a", """{"resourceType":"Patient"}""", 400, "error required Patient.id: An update carries the id in the body: 'a' was expected.")]
    [InlineData("PUT", "/Patient/a", """{"resourceType":"Patient","id":"b"}""", 400, "error invalid Patient.id: The body has the id 'b', the URL 'a'; they have to be the same.")]
    public async Task A_body_that_does_not_fit_is_refused(string method, string path, string body, int status, string issue)
    {
        var answer = await server.SendAsync(method, path, body);

        Assert.Equal(status, answer.Status);
        Assert.Equal([issue], answer.Issues);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","active":true""")]
    [InlineData("""{"resourceType":"Patient","active":true,"active":false}""")]
    [InlineData("""{"resourceType":"Patien"}""")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("\u0000")]
    public async Task What_is_no_resource_is_refused_with_400(string body)
    {
        var answer = await server.SendAsync("POST", "/Patient", body);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("error ", answer.Issues[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_illegal_id_is_refused()
    {
        var answer = await server.SendAsync("PUT", "/Patient/a_b", """{"resourceType":"Patient","id":"a_b"}""");

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("error value Patient.id: ", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }
}
