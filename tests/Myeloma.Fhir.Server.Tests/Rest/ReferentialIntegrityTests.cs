using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#integrity</remarks>
[Trait("Category", "Postgres")]
public sealed class ReferentialIntegrityTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static string Patient(string id, string organization) =>
        $$$"""{"resourceType":"Patient","id":"{{{id}}}","managingOrganization":{"reference":"{{{organization}}}"}}""";

    private static string Organization(string id, string more = "") => $$"""{"resourceType":"Organization","id":"{{id}}","name":"x"{{more}}}""";

    private Task<Answer> PutAsync(string key, string resource) => server.SendAsync("PUT", $"/{key}", resource);

    [Fact]
    public async Task A_reference_to_nothing_is_refused_with_its_place()
    {
        var never = await PutAsync("Patient/ri-1", Patient("ri-1", "Organization/ri-never"));
        await PutAsync("Organization/ri-gone", Organization("ri-gone"));
        await server.SendAsync("DELETE", "/Organization/ri-gone");
        var gone = await PutAsync("Patient/ri-1", Patient("ri-1", "Organization/ri-gone"));
        var version = await PutAsync("Patient/ri-1", Patient("ri-1", "Organization/ri-gone/_history/7"));

        Assert.Equal((422, 422, 422), (never.Status, gone.Status, version.Status));
        Assert.Equal(
            ["error business-rule Patient.managingOrganization.reference: Patient/ri-1 refers to Organization/ri-never, which does not exist on this server; store that first, or both in one transaction (setting Fhir:ReferentialIntegrity)."],
            never.Issues);
        Assert.Contains("Organization/ri-gone, which was deleted", gone.Issues[0], StringComparison.Ordinal);
        Assert.Contains("Organization/ri-gone/_history/7, which is not a version of this server", version.Issues[0], StringComparison.Ordinal);
        Assert.Equal(404, (await server.GetAsync("/Patient/ri-1")).Status);
    }

    [Theory]
    [InlineData("Organization/ri-kept")]
    [InlineData("Organization/ri-kept/_history/1")]
    [InlineData("http://elsewhere.example/Organization/ri-never")]
    [InlineData("urn:uuid:00000000-0000-0000-0000-000000000001")]
    [InlineData("#inside")]
    public async Task Other_references_are_taken(string reference)
    {
        await PutAsync("Organization/ri-kept", Organization("ri-kept"));
        var contained = reference == "#inside" ? ""","contained":[{"resourceType":"Organization","id":"inside","partOf":{"reference":"Organization/ri-never"}}]""" : "";

        var answer = await server.SendAsync("POST", "/Patient", $$$"""{"resourceType":"Patient"{{{contained}}},"managingOrganization":{"reference":"{{{reference}}}"}}""");

        Assert.True(answer.Status == 201, answer.Body);
    }

    [Fact]
    public async Task A_resource_that_others_refer_to_is_not_deleted_until_they_no_longer_do()
    {
        await PutAsync("Organization/ri-2", Organization("ri-2", ""","partOf":{"reference":"Organization/ri-2"}"""));
        await PutAsync("Patient/ri-2", Patient("ri-2", "Organization/ri-2"));

        var refused = await server.SendAsync("DELETE", "/Organization/ri-2");
        await PutAsync("Patient/ri-2", """{"resourceType":"Patient","id":"ri-2"}""");
        var done = await server.SendAsync("DELETE", "/Organization/ri-2");

        Assert.Equal((409, 204), (refused.Status, done.Status));
        Assert.Equal(
            ["error conflict: Organization/ri-2 can't be deleted, because Patient/ri-2 refers to it; change or delete that first, or both in one transaction (setting Fhir:ReferentialIntegrity)."],
            refused.Issues);
    }

    [Fact]
    public async Task References_that_no_search_parameter_covers_count_too()
    {
        await PutAsync("Organization/ri-3", Organization("ri-3"));
        await PutAsync("Patient/ri-3", """{"resourceType":"Patient","id":"ri-3","identifier":[{"value":"1","assigner":{"reference":"Organization/ri-3"}}]}""");

        Assert.Equal(409, (await server.SendAsync("DELETE", "/Organization/ri-3")).Status);
    }

    [Fact]
    public async Task Within_a_transaction_order_does_not_matter()
    {
        var circle = await server.SendAsync("POST", "", $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"resource":{{{Patient("ri-4", "Organization/ri-4")}}},"request":{"method":"PUT","url":"Patient/ri-4"}},
             {"resource":{{{Organization("ri-4", ",\"partOf\":{\"reference\":\"Organization/ri-4b\"}")}}},"request":{"method":"PUT","url":"Organization/ri-4"}},
             {"resource":{{{Organization("ri-4b", ",\"partOf\":{\"reference\":\"Organization/ri-4\"}")}}},"request":{"method":"PUT","url":"Organization/ri-4b"}}]}
            """);
        var deletion = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"request":{"method":"DELETE","url":"Organization/ri-4"}},{"request":{"method":"DELETE","url":"Organization/ri-4b"}},{"request":{"method":"DELETE","url":"Patient/ri-4"}}]}
            """);

        Assert.Equal((200, 200), (circle.Status, deletion.Status));
        Assert.Equal(410, (await server.GetAsync("/Organization/ri-4")).Status);
    }

    [Fact]
    public async Task Faults_of_a_transaction_stand_at_their_entries()
    {
        await PutAsync("Organization/ri-5", Organization("ri-5"));
        await PutAsync("Patient/ri-5", Patient("ri-5", "Organization/ri-5"));

        var missing = await server.SendAsync("POST", "", $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"resource":{{{Organization("ri-5b")}}},"request":{"method":"PUT","url":"Organization/ri-5b"}},
             {"resource":{{{Patient("ri-5b", "Organization/ri-never")}}},"request":{"method":"PUT","url":"Patient/ri-5b"}},
             {"resource":{{{Patient("ri-5c", "Organization/ri-nowhere")}}},"request":{"method":"PUT","url":"Patient/ri-5c"}}]}
            """);
        var deletion = await server.SendAsync("POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Organization/ri-5"}}]}""");

        Assert.Equal((422, 409), (missing.Status, deletion.Status));
        Assert.Equal(
            ["Bundle.entry[1].resource.managingOrganization.reference", "Bundle.entry[2].resource.managingOrganization.reference"],
            missing.Issues.Select(issue => issue.Split(' ')[2].TrimEnd(':')));
        Assert.Equal("Bundle.entry[0]", deletion.Issues[0].Split(' ')[2].TrimEnd(':'));
        Assert.Equal(404, (await server.GetAsync("/Organization/ri-5b")).Status);
    }

    [Fact]
    public async Task No_reference_is_left_dangling_when_references_and_deletions_meet()
    {
        for (var round = 0; round < 5; round++)
        {
            var target = $"ri-race-{round}";
            await PutAsync($"Organization/{target}", Organization(target));
            var writes = Enumerable.Range(0, 16).Select(i => i == 8
                ? server.SendAsync("DELETE", $"/Organization/{target}")
                : PutAsync($"Patient/{target}-{i}", Patient($"{target}-{i}", $"Organization/{target}"))).ToList();
            var answers = await Task.WhenAll(writes);

            var deleted = (await server.GetAsync($"/Organization/{target}")).Status == 410;
            var referring = answers.Count(answer => answer.Status == 201);
            Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[201, 204, 409, 422]));
            Assert.Equal(deleted, referring == 0);
        }
    }

    [Fact]
    public async Task The_setting_takes_everything()
    {
        var lax = await RunningServer.StartAsync(("Fhir:ReferentialIntegrity", "false"));
        try
        {
            await lax.PutAsync(Patient("ri-6", "Organization/ri-never"));
            await lax.PutAsync(Organization("ri-6"));
            await lax.PutAsync(Patient("ri-7", "Organization/ri-6"));
            Assert.Equal(204, (await lax.SendAsync("DELETE", "/Organization/ri-6")).Status);
        }
        finally
        {
            await lax.DisposeAsync();
        }
    }
}
