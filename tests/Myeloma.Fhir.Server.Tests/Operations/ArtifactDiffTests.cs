using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$artifact-diff</c> over a running server.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-artifact-diff.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ArtifactDiffTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Base = "http://example.org/diff/";

    public async Task InitializeAsync()
    {
        var common = string.Concat(Enumerable.Range(0, 30).Select(number => $$"""{"code":"a{{number}}"},"""));
        foreach (var (version, codes) in new[] { (1, common + """{"code":"b"}"""), (2, common + """{"code":"c"},{"code":"d"}""") })
        {
            await server.PutAsync($$$"""{"resourceType":"CodeSystem","id":"diff-codes-{{{version}}}","url":"{{{Base}}}CodeSystem/codes","version":"{{{version}}}.0","status":"active","content":"complete","concept":[{{{codes}}}]}""");
            await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"diff-set-{{{version}}}","url":"{{{Base}}}ValueSet/set","version":"{{{version}}}.0","status":"active","compose":{"include":[{"system":"{{{Base}}}CodeSystem/codes","version":"{{{version}}}.0"}]}}""");
            await server.PutAsync($$$"""{"resourceType":"ActivityDefinition","id":"diff-give-{{{version}}}","url":"{{{Base}}}ActivityDefinition/give","version":"{{{version}}}.0","status":"active","kind":"Task","title":"Give {{{version}}}"}""");
        }

        await server.PutAsync($$$"""{"resourceType":"ActivityDefinition","id":"diff-same","url":"{{{Base}}}ActivityDefinition/same","version":"1.0","status":"active","kind":"Task"}""");
        await server.PutAsync($$$"""{"resourceType":"ActivityDefinition","id":"diff-new","url":"{{{Base}}}ActivityDefinition/new","version":"1.0","status":"active","kind":"Task"}""");
        await server.PutAsync(Plan(1, "\"first\"", $$$"""{"definitionCanonical":"{{{Base}}}ActivityDefinition/give|1.0","input":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"{{{Base}}}ValueSet/set|1.0"}]}]},{"definitionCanonical":"{{{Base}}}ActivityDefinition/same"}"""));
        await server.PutAsync(Plan(2, "\"second\"", $$$"""{"definitionCanonical":"{{{Base}}}ActivityDefinition/give|2.0","input":[{"type":"Condition","codeFilter":[{"path":"code","valueSet":"{{{Base}}}ValueSet/set|2.0"}]}]},{"definitionCanonical":"{{{Base}}}ActivityDefinition/same"},{"definitionCanonical":"{{{Base}}}ActivityDefinition/new|1.0"},{"definitionCanonical":"{{{Base}}}ActivityDefinition/gone|1.0"}"""));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("/PlanDefinition/diff-plan-2/$artifact-diff")]
    [InlineData("/PlanDefinition/diff-plan-2/$artifact-diff?source=http://example.org/diff/PlanDefinition/plan|1.0")]
    [InlineData("/PlanDefinition/$artifact-diff?source=http://example.org/diff/PlanDefinition/plan|1.0&target=http://example.org/diff/PlanDefinition/plan")]
    [InlineData("/$artifact-diff?source=PlanDefinition/diff-plan-1&target=http://example.org/diff/PlanDefinition/plan|2.0")]
    [InlineData("/$artifact-diff?target=http://example.org/diff/PlanDefinition/plan|2.0&compareComputable=false")]
    [InlineData("/$artifact-diff?source=PlanDefinition/diff-plan-1/_history/1&target=PlanDefinition/diff-plan-2")]
    public async Task Two_artifacts_give_the_patch_that_turns_the_source_into_the_target_however_they_are_named(string path)
    {
        var answer = await server.GetAsync(path);

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["replace PlanDefinition.id diff-plan-2", "replace PlanDefinition.version 2.0", "replace PlanDefinition.title second", "add PlanDefinition action", "add PlanDefinition action", "replace PlanDefinition.action[0] "],
            Operations(answer.Json));
    }

    [Fact]
    public async Task With_compareComputable_everything_both_depend_on_is_compared_too_and_what_is_not_here_is_told()
    {
        var answer = await server.GetAsync("/PlanDefinition/diff-plan-2/$artifact-diff?compareComputable=true");

        Assert.Equal(6, Operations(answer.Json).Count);
        var related = Related(answer.Json);
        Assert.Equal(["ActivityDefinition/give", "ActivityDefinition/new", "CodeSystem/codes", "ValueSet/set", "outcome"], related.Keys);
        Assert.Equal(["replace ActivityDefinition.id diff-give-2", "replace ActivityDefinition.version 2.0", "replace ActivityDefinition.title Give 2"], Operations(related["ActivityDefinition/give"]));
        Assert.Equal("""[{"name":"change","valueCode":"added"},{"name":"canonical","valueCanonical":"http://example.org/diff/ActivityDefinition/new|1.0"}]""", related["ActivityDefinition/new"].GetRawText());
        Assert.Equal(
            ["replace CodeSystem.id diff-codes-2", "replace CodeSystem.version 2.0", "add CodeSystem concept", "replace CodeSystem.concept[30].code c"], Operations(related["CodeSystem/codes"]));
        Assert.Equal(["replace ValueSet.id diff-set-2", "replace ValueSet.version 2.0", "replace ValueSet.compose.include[0].version 2.0"], Operations(related["ValueSet/set"]));
        Assert.Equal($"PlanDefinition/diff-plan-2 names {Base}ActivityDefinition/gone|1.0, which is not known here.", related["outcome"].GetProperty("issue")[0].GetProperty("diagnostics").GetString());
    }

    [Fact]
    public async Task With_compareExecutable_value_sets_are_compared_by_their_expansions()
    {
        var answer = await server.GetAsync("/PlanDefinition/diff-plan-2/$artifact-diff?compareExecutable=true");

        var related = Related(answer.Json);
        Assert.Equal(["ActivityDefinition/new", "ValueSet/set", "outcome"], related.Keys);
        var operations = Operations(related["ValueSet/set"]);
        Assert.Contains("replace ValueSet.expansion.contains[30].code c", operations);
        Assert.Contains("replace ValueSet.expansion.total 32", operations);
        Assert.DoesNotContain(operations, operation => operation.Contains("compose", StringComparison.Ordinal) || operation.Contains("timestamp", StringComparison.Ordinal));

        // What is the artifact itself, too.
        Assert.Contains("replace ValueSet.expansion.total 32", Operations((await server.GetAsync("/ValueSet/diff-set-2/$artifact-diff?compareExecutable=true")).Json));
        Assert.DoesNotContain(Operations((await server.GetAsync("/ValueSet/diff-set-2/$artifact-diff")).Json), operation => operation.Contains("expansion", StringComparison.Ordinal));
        Assert.Equal(["replace CodeSystem.id diff-codes-2", "replace CodeSystem.version 2.0"], Operations((await server.GetAsync("/CodeSystem/diff-codes-2/$artifact-diff?compareComputable=false")).Json));
    }

    [Fact]
    public async Task The_same_twice_has_no_difference()
    {
        var answer = await server.GetAsync("/$artifact-diff?source=PlanDefinition/diff-plan-1&target=PlanDefinition/diff-plan-1&compareComputable=true&compareExecutable=true");

        Assert.Equal((200, """{"resourceType":"Parameters"}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_predecessor_that_is_named_comes_before_lower_versions_and_an_artifact_without_url_is_compared_with_its_history()
    {
        await server.PutAsync($$$"""{"resourceType":"Library","id":"diff-old","url":"{{{Base}}}Library/old","version":"9","status":"active","type":{"text":"x"},"title":"old"}""");
        await server.PutAsync($$$"""{"resourceType":"Library","id":"diff-next","url":"{{{Base}}}Library/next","version":"9","status":"active","type":{"text":"x"},"title":"next","relatedArtifact":[{"type":"predecessor","resource":"{{{Base}}}Library/old"}]}""");
        await server.PutAsync("""{"resourceType":"Medication","id":"diff-drug","code":{"text":"one"}}""");
        await server.PutAsync("""{"resourceType":"Medication","id":"diff-drug","code":{"text":"two"}}""");

        Assert.Contains("replace Library.title next", Operations((await server.GetAsync("/Library/diff-next/$artifact-diff")).Json));
        Assert.Equal(["replace Medication.code.text two"], Operations((await server.GetAsync("/Medication/diff-drug/$artifact-diff")).Json));
    }

    [Theory]
    [InlineData("/$artifact-diff", 400, "error required: The operation '$artifact-diff' needs the parameter 'target' for the artifact that is compared.")]
    [InlineData("/PlanDefinition/diff-plan-1/$artifact-diff", 400, "error required: Nothing is known to be before the target; name what to compare with by 'source'.")]
    [InlineData("/$artifact-diff?source=PlanDefinition/diff-plan-1&target=ValueSet/diff-set-1", 400, "error invalid: A patch can't turn PlanDefinition into ValueSet; compare resources of one type.")]
    [InlineData("/PlanDefinition/diff-plan-1/$artifact-diff?target=PlanDefinition/diff-plan-2", 400, "error invalid: The target is PlanDefinition/diff-plan-1, on which the operation is invoked; leave out 'target', or name both sides at the type or the base URL.")]
    [InlineData("/PlanDefinition/$artifact-diff?target=http://example.org/diff/ValueSet/set", 404, "error not-found: No PlanDefinition with the url http://example.org/diff/ValueSet/set is known here.")]
    [InlineData("/$artifact-diff?target=http://example.org/none|3", 404, "error not-found: No resource with the url http://example.org/none and the version 3 is known here.")]
    [InlineData("/Patient/x/$artifact-diff", 404, null)]
    public async Task What_can_not_be_compared_is_told(string path, int status, string? issue)
    {
        var answer = await server.GetAsync(path);

        Assert.Equal(status, answer.Status);
        if (issue is not null) Assert.Equal(issue, Assert.Single(answer.Issues));
    }

    private static string Plan(int version, string title, string actions) =>
        $$$"""{"resourceType":"PlanDefinition","id":"diff-plan-{{{version}}}","url":"{{{Base}}}PlanDefinition/plan","version":"{{{version}}}.0","title":{{{title}}},"status":"active","action":[{{{actions}}}]}""";

    /// <summary>The operations of a patch: type, path, and the name or the primitive value.</summary>
    private static List<string> Operations(JsonElement parameters)
    {
        if (!parameters.TryGetProperty("parameter", out var list)) return [];
        return [.. list.EnumerateArray().Where(each => each.GetProperty("name").GetString() == "operation").Select(operation =>
        {
            var parts = operation.GetProperty("part").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
            var type = parts["type"].GetProperty("valueCode").GetString();
            var last = parts.TryGetValue("name", out var name) ? name : parts.GetValueOrDefault("value");
            var value = last.ValueKind == JsonValueKind.Undefined ? "" : last.EnumerateObject().Where(each => each.Name.StartsWith("value", StringComparison.Ordinal)).Select(each => each.Value.ToString()).FirstOrDefault();
            return $"{type} {parts["path"].GetProperty("valueString").GetString()} {value}";
        })];
    }

    private static Dictionary<string, JsonElement> Related(JsonElement parameters) => parameters.GetProperty("parameter").EnumerateArray().Where(each => each.GetProperty("name").GetString() != "operation")
        .ToDictionary(each => each.GetProperty("name").GetString()!.Replace(Base, "", StringComparison.Ordinal), each => each.TryGetProperty("resource", out var resource) ? resource : each.GetProperty("part"));
}
