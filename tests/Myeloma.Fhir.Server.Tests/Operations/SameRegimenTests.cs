using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$same-regimen</c> over a running server: plans of other shapes, codes and orders beside those of the seeds.</summary>
[Trait("Category", "Postgres")]
public sealed class SameRegimenTests(SeededServer seeded) : IClassFixture<SeededServer>, IAsyncLifetime
{
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string Own = "http://myeloma-fhir.org/fhir/CodeSystem/drug";

    private readonly RunningServer server = seeded.Server;

    public async Task InitializeAsync()
    {
        // Codes of RxNorm on the products of contained activities, in a cycle.
        await server.PutAsync($$$"""
            {"resourceType":"PlanDefinition","id":"sr-contained","url":"http://example.org/sr/contained","status":"active","title":"Contained",
             "contained":[{{{Activity("a", $"\"productCodeableConcept\":{{\"coding\":[{{\"system\":\"{RxNorm}\",\"code\":\"358258\"}}],\"text\":\"BORTEZOMIB\"}}", 1.30m)}}},
                          {{{Activity("b", $"\"productCodeableConcept\":{{\"coding\":[{{\"system\":\"{RxNorm}\",\"code\":\"342369\"}}],\"text\":\"Lenalidomide\"}}", 25)}}}],
             "action":[{"title":"Cycle 1","timingTiming":{"repeat":{"duration":21,"durationUnit":"d"}},"action":[{"definitionCanonical":"#a",{{{Days(1, 8)}}}},{"definitionCanonical":"#b",{{{Days(1, 2)}}}}]}]}
            """);

        // The same, another way round: our own code on an action, a Medication behind an activity, stored by itself.
        await server.PutAsync(Activity("sr-give-a", "\"url\":\"http://example.org/sr/give-a\",\"version\":\"1\"", 1.3m));
        await server.PutAsync(Activity("sr-give-b", "\"url\":\"http://example.org/sr/give-b\",\"version\":\"1\",\"productReference\":{\"reference\":\"Medication/lenalidomide\"}", 25));
        foreach (var (id, day) in new[] { ("sr-stored", 8), ("sr-other-days", 15) })
        {
            await server.PutAsync($$$"""
                {"resourceType":"PlanDefinition","id":"{{{id}}}","url":"http://example.org/sr/{{{id}}}","status":"draft","title":"{{{id}}}",
                 "action":[{"title":"Every three weeks","timingTiming":{"repeat":{"period":21,"periodUnit":"d"}},"action":[{"definitionCanonical":"http://example.org/sr/give-b",{{{Days(1, 2)}}}},
                   {"code":[{"coding":[{"system":"{{{Own}}}","code":"bortezomib"}]}],"definitionCanonical":"http://example.org/sr/give-a",{{{Days(1, day)}}}}]}]}
                """);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Plans_of_other_shapes_codes_and_orders_are_the_same_regimen_and_what_differs_is_told()
    {
        var answer = await server.GetAsync("/PlanDefinition/sr-contained/$same-regimen");

        var told = Told(answer);
        Assert.Equal([$"{Own}|bortezomib", $"{Own}|lenalidomide"], told["drug"].Select(Value));
        var matches = told["match"].ToDictionary(match => Part(match, "resource").GetProperty("reference").GetString()!, match => match);
        Assert.Equal(["PlanDefinition/bortezomib-lenalidomide", "PlanDefinition/sr-other-days", "PlanDefinition/sr-stored"], matches.Keys.Order());
        Assert.Equal(["combination", "combination", "regimen"], matches.OrderBy(match => match.Key).Select(match => Part(match.Value, "same").GetString()));
        Assert.Equal(Value(told["regimen"].Single()), Part(matches["PlanDefinition/sr-stored"], "regimen").GetString());
        Assert.All(matches.Values, match => Assert.Equal(Value(told["combination"].Single()), Part(match, "combination").GetString()));
        Assert.Contains("Every three weeks: bortezomib 1.3 mg: days 1, 8 → days 1, 15", Differences(matches["PlanDefinition/sr-other-days"]));
        Assert.DoesNotContain(Differences(matches["PlanDefinition/sr-stored"]), text => text.Contains("days", StringComparison.Ordinal) || text.Contains("dose", StringComparison.Ordinal));

        // Sent instead of stored, every plan that is here is another one.
        var sent = await server.SendAsync("POST", "/PlanDefinition/$same-regimen", (await server.GetAsync("/PlanDefinition/sr-contained")).Body);
        Assert.Equal(4, Told(sent)["match"].Count());
    }

    [Fact]
    public async Task The_page_of_a_regimen_tells_other_plans_with_its_drugs_and_what_each_of_several_documents_says()
    {
        Assert.Contains("""<a href="/regimens/sr-stored">sr-stored</a> <span class="tag">the same regimen</span>""", await PageAsync("/regimens/sr-contained"), StringComparison.Ordinal);

        static string Said(string abbreviation, string document) => $$$"""
            {"system":"http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation","value":"{{{abbreviation}}}","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/derivation-reference","extension":[
              {"url":"reference","valueReference":{"reference":"DocumentReference/{{{document}}}"}},{"url":"offset","valueInteger":3},{"url":"length","valueInteger":4}]}]}
            """;
        await server.PutAsync($$$"""{"resourceType":"PlanDefinition","id":"sr-two","status":"draft","identifier":[{{{Said("One", "cordis-over-myr")}}},{{{Said("Two", "cancer-ca-targeted-therapy-multiple-myeloma")}}}],"action":[{"title":"x"}]}""");

        var page = await PageAsync("/regimens/sr-two");
        Assert.Contains("Targeted therapy for multiple myeloma</a></th><td>abbreviation: Two</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>abbreviation: One</td>", page, StringComparison.Ordinal);
    }

    private async Task<string> PageAsync(string path)
    {
        using var response = await server.Client.GetAsync(new Uri(new Uri(server.BaseUrl), path));
        Assert.Equal(200, (int)response.StatusCode);
        return System.Net.WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_each_document_says_is_told_with_its_places()
    {
        var answer = await server.GetAsync("/PlanDefinition/bortezomib-dexamethasone-lenalidomide/$same-regimen");

        var source = Told(answer)["source"].Single();
        Assert.Equal("DocumentReference/cancer-ca-targeted-therapy-multiple-myeloma", Part(source, "document").GetProperty("reference").GetString());
        var said = source.GetProperty("part").EnumerateArray().Where(part => part.GetProperty("name").GetString() == "said").Select(part =>
            string.Join(' ', part.GetProperty("part").EnumerateArray().Where(each => !each.TryGetProperty("part", out _)).Select(Value))).ToList();
        Assert.Contains("abbreviation RVd", said);
        Assert.Contains("qualifier dexamethasone low-dose (as RVd)", said);
        Assert.Empty(Told(answer)["match"]);
    }

    [Fact]
    public async Task A_plan_without_members_and_one_whose_drugs_have_names_only_are_answered()
    {
        await server.PutAsync("""{"resourceType":"PlanDefinition","id":"sr-named","status":"draft","action":[{"code":[{"text":"Zzyzx & sons"}]},{"code":[{"text":"qwertz"}]}]}""");
        static string Sent(string actions) => $$"""{"resourceType":"PlanDefinition","status":"draft","action":[{{actions}}]}""";

        Assert.Empty(Told(await server.SendAsync("POST", "/PlanDefinition/$same-regimen", Sent("""{"title":"x","action":[]}""".Replace(",\"action\":[]", "", StringComparison.Ordinal))))["match"]);
        var named = await server.SendAsync("POST", "/PlanDefinition/$same-regimen", Sent("""{"code":[{"text":"QWERTZ"}]},{"code":[{"text":"zzyzx & Sons"}]}"""));
        Assert.Equal("PlanDefinition/sr-named", Part(Told(named)["match"].Single(), "resource").GetProperty("reference").GetString());
        Assert.Equal(404, (await server.GetAsync("/PlanDefinition/sr-nobody/$same-regimen")).Status);
        Assert.Equal(400, (await server.GetAsync("/PlanDefinition/$same-regimen")).Status);
    }

    private static string Activity(string id, string more, decimal dose) => FormattableString.Invariant(
        $$"""{"resourceType":"ActivityDefinition","id":"{{id}}","status":"active",{{more}},"dosage":[{"doseAndRate":[{"doseQuantity":{"value":{{dose}},"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"} }]}]}""");

    private static string Days(int first, int second) => $$$"""
        "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{"url":"day","valueInteger":{{{first}}}},{"url":"day","valueInteger":{{{second}}}}]}]
        """;

    private static ILookup<string, JsonElement> Told(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return answer.Json.GetProperty("parameter").EnumerateArray().ToLookup(each => each.GetProperty("name").GetString()!);
    }

    private static List<string> Differences(JsonElement match) => [.. match.GetProperty("part").EnumerateArray().Where(part => part.GetProperty("name").GetString() == "difference").Select(Value)];

    private static string Value(JsonElement parameter) => parameter.EnumerateObject().Single(each => each.Name.StartsWith("value", StringComparison.Ordinal)).Value.ToString();

    private static JsonElement Part(JsonElement parameter, string name) => parameter.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").GetString() == name)
        .EnumerateObject().Single(each => each.Name.StartsWith("value", StringComparison.Ordinal)).Value;
}
