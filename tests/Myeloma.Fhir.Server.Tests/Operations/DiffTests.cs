using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <remarks>https://hl7.org/fhir/R4/fhirpatch.html</remarks>
[Trait("Category", "Postgres")]
public sealed class DiffTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Between_versions_the_answer_is_a_patch_that_leads_from_the_one_to_the_other()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"d-1","name":[{"family":"A"}]}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"d-1","name":[{"family":"B"}]}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"d-1","name":[{"family":"C"}],"active":true}""");

        Assert.Equal(["add Patient active", "replace Patient.name[0].family"], await OperationsAsync("/Patient/d-1/$diff"));
        Assert.Equal(["replace Patient.name[0].family"], await OperationsAsync("/Patient/d-1/$diff?from=1&to=2"));
        Assert.Equal(["add Patient active", "replace Patient.name[0].family"], await OperationsAsync("/Patient/d-1/$diff?fromVersion=1"));
        Assert.Equal([], await OperationsAsync("/$diff?from=Patient/d-1&to=Patient/d-1/_history/3"));
        Assert.Contains(await OperationsAsync("/Patient/d-1/$diff?includeMeta=true&from=2&to=3"), operation => operation.StartsWith("replace Patient.meta", StringComparison.Ordinal));

        var patch = (await server.GetAsync("/Patient/d-1/$diff?from=3&to=1")).Body;
        Assert.Equal(200, (await server.SendAsync("PATCH", "/Patient/d-1", patch)).Status);
        Assert.Equal([], await OperationsAsync("/Patient/d-1/$diff?from=1&to=4"));
    }

    [Fact]
    public async Task Two_resources_that_are_sent_are_compared()
    {
        var answer = await server.SendAsync("POST", "/$diff", """
            {"resourceType":"Parameters","parameter":[
              {"name":"from","resource":{"resourceType":"Patient","name":[{"given":["a","b"]}]}},
              {"name":"to","resource":{"resourceType":"Patient","name":[{"given":["b","a"]}]}}]}
            """);

        Assert.Equal(
            """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"move"},{"name":"path","valueString":"Patient.name[0].given"},{"name":"source","valueInteger":0},{"name":"destination","valueInteger":1}]}]}""",
            answer.Body);
    }

    [Theory]
    [InlineData("/Patient/d-one/$diff", 404, "error not-found: Patient/d-one has no version before 1; name what to compare with by 'from' or 'to'.")]
    [InlineData("/Patient/d-one/$diff?from=1&to=9", 404, "error not-found: Patient/d-one has no version 9.")]
    [InlineData("/Patient/d-never/$diff", 404, "error not-found: Patient/d-never is not known here.")]
    [InlineData("/$diff?from=Patient/d-one", 400, "error required: At the base URL '$diff' needs the parameter 'to', a reference or a resource.")]
    [InlineData("/$diff?from=Patient/d-one&to=Organization/d-org", 400, "error invalid: A patch can't turn Patient into Organization; compare resources of one type.")]
    [InlineData("/Patient/d-one/$diff?from=1&fromVersion=1", 400, "error invalid: 'from' and 'fromVersion' name the same side; give one of them.")]
    public async Task What_can_t_be_compared_is_told(string path, int status, string issue)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"d-one"}""");
        await server.PutAsync("""{"resourceType":"Organization","id":"d-org","name":"O"}""");

        var answer = await server.GetAsync(path);

        Assert.Equal((status, issue), (answer.Status, Assert.Single(answer.Issues)));
    }

    private async Task<IReadOnlyList<string>> OperationsAsync(string path)
    {
        var answer = await server.GetAsync(path);
        Assert.True(answer.Status == 200, answer.Body);
        if (!answer.Json.TryGetProperty("parameter", out var operations)) return [];
        return [.. operations.EnumerateArray().Select(operation => string.Join(' ', operation.GetProperty("part").EnumerateArray()
            .Where(part => part.GetProperty("name").GetString() is "type" or "path" or "name")
            .Select(part => (part.TryGetProperty("valueCode", out var code) ? code : part.GetProperty("valueString")).GetString())))];
    }
}
