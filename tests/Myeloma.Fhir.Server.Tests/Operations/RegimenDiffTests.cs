using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$regimen-diff</c> and its page over a running server. What counts as a difference is tested beside the comparison itself.</summary>
[Trait("Category", "Postgres")]
public sealed class RegimenDiffTests(SeededServer seeded) : IClassFixture<SeededServer>
{
    private readonly RunningServer server = seeded.Server;

    [Fact]
    public async Task Other_days_of_a_new_version_are_told_with_drug_dose_paths_and_both_versions()
    {
        await server.PutAsync(Plan("rd-days", 1, 4, 8, 11));
        await server.PutAsync(Plan("rd-days", 1, 8, 15, 22));

        var answer = await server.GetAsync("/PlanDefinition/rd-days/$regimen-diff");

        Assert.Equal(200, answer.Status);
        var parameters = Parameters(answer.Json);
        Assert.Equal("PlanDefinition/rd-days/_history/1", Part(parameters["from"].Single(), "resource").GetProperty("reference").GetString());
        Assert.Equal("PlanDefinition/rd-days/_history/2", Part(parameters["to"].Single(), "resource").GetProperty("reference").GetString());
        Assert.Equal("1", parameters["total"].Single().GetProperty("valueInteger").GetRawText());
        Assert.Equal(
            """
            [{"name":"kind","valueCode":"changed"},{"name":"what","valueCode":"days"},{"name":"part","valueString":"Cycle"},{"name":"subject","valueString":"bortezomib 1.3 mg/m²"},{"name":"text","valueString":"Cycle: bortezomib 1.3 mg/m²: days 1, 4, 8, 11 → days 1, 8, 15, 22"},{"name":"before","valueString":"days 1, 4, 8, 11"},{"name":"beforePath","valueString":"PlanDefinition.action[0].action[0].extension[0]"},{"name":"after","valueString":"days 1, 8, 15, 22"},{"name":"afterPath","valueString":"PlanDefinition.action[0].action[0].extension[0]"}]
            """, parameters["change"].Single().GetProperty("part").GetRawText());
        Assert.Equal(["Cycle: bortezomib 1.3 mg/m²: days 1, 8, 15, 22 → days 1, 4, 8, 11"], Texts(await server.GetAsync("/PlanDefinition/rd-days/$regimen-diff?from=2&to=1")));
        Assert.Equal([], Texts(await server.GetAsync("/PlanDefinition/$regimen-diff?from=http://example.org/rd/rd-days&to=PlanDefinition/rd-days/_history/2")));

        var page = await PageAsync("/regimens/rd-days/diff");
        Assert.Contains("<h2>One thing differs</h2>", page, StringComparison.Ordinal);
        Assert.Contains("""<td>days 1, 4, 8, 11</td><td>days 1, 8, 15, 22</td>""", page, StringComparison.Ordinal);
        Assert.Contains("""<option value="1">version 1 of """, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regimens_of_documents_are_compared_with_the_places_that_state_what_differs()
    {
        var answer = await server.GetAsync("/PlanDefinition/bortezomib-dexamethasone-lenalidomide/$regimen-diff?to=PlanDefinition/bortezomib-daratumumab-dexamethasone-lenalidomide");

        const string Document = "Targeted therapy for multiple myeloma", Three = "lenalidomide, bortezomib and dexamethasone", Four = "daratumumab, lenalidomide, bortezomib and dexamethasone";
        Assert.Equal(
            [
                "title: RVd → D-RVd", "removed abbreviation: RVd", "added abbreviation: D-RVd", $"subtitle: {Three} → {Four}",
                $"description: {Three} given together. Doses, schedules, cycles and duration are not stated. → {Four} given together. Doses, schedules, cycles and duration are not stated.",
                $"removed mention: form list, abbreviation RVd, listQualifier most common, sectionDrug bortezomib in {Document}",
                $"removed mention: form list, abbreviation RVd, listQualifier most common, sectionDrug lenalidomide in {Document}",
                $"added mention: form list, abbreviation D-RVd, listQualifier most common, sectionDrug daratumumab in {Document}",
                $"title: {Three} together → {Four} together", "added daratumumab",
                "dexamethasone low-dose: removed qualifier: low-dose (as RVd)", "dexamethasone low-dose: removed qualifier: low-dose (as RVd)", "dexamethasone low-dose: added qualifier: low-dose (as D-RVd)",
            ],
            Texts(answer));
        var added = Parameters(answer.Json)["change"].Single(change => Value(change, "what") == "member");
        Assert.Equal(("added", "daratumumab"), (Value(added, "kind"), Value(added, "subject")));
        var source = added.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").GetString() == "afterSource");
        Assert.Equal("DocumentReference/cancer-ca-targeted-therapy-multiple-myeloma", Part(source, "reference").GetProperty("reference").GetString());

        var page = await PageAsync("/regimens/bortezomib-dexamethasone-lenalidomide/diff?to=PlanDefinition/bortezomib-daratumumab-dexamethasone-lenalidomide");
        Assert.Contains("<mark>daratumumab</mark>", page, StringComparison.Ordinal);
        Assert.Contains("<option value=\"PlanDefinition/bortezomib-daratumumab-dexamethasone-lenalidomide\" selected>D-RVd</option>", page, StringComparison.Ordinal);
        Assert.Contains("Choose another regimen", await PageAsync("/regimens/bortezomib-dexamethasone-lenalidomide/diff"), StringComparison.Ordinal);
        Assert.Contains("is not known here", await PageAsync("/regimens/bortezomib-dexamethasone-lenalidomide/diff?from=PlanDefinition/nobody"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/PlanDefinition/$regimen-diff", 400, "error required: At the type '$regimen-diff' needs the parameter 'from', a reference, a canonical or a resource.", "error required: At the type '$regimen-diff' needs the parameter 'to', a reference, a canonical or a resource.")]
    [InlineData("/PlanDefinition/bortezomib-lenalidomide/$regimen-diff?from=Medication/bortezomib", 400, "error invalid: The parameter 'from' names a Medication; plans are compared.")]
    [InlineData("/PlanDefinition/bortezomib-lenalidomide/$regimen-diff?from=7", 404, "error not-found: PlanDefinition/bortezomib-lenalidomide has no version 7.")]
    [InlineData("/PlanDefinition/bortezomib-lenalidomide/$regimen-diff?from=nonsense", 400, "error invalid: The parameter 'from' is a version, or a reference to a resource of this server like 'Patient/1' or 'Patient/1/_history/2', not 'nonsense'.")]
    public async Task What_can_not_be_compared_is_told(string path, int status, params string[] issues)
    {
        var answer = await server.GetAsync(path);

        Assert.Equal(status, answer.Status);
        Assert.Equal(issues, answer.Issues);
    }

    private static string Plan(string id, params int[] days)
    {
        var stated = string.Join(',', days.Select(day => $$"""{"url":"day","valueInteger":{{day}}}"""));
        return $$$"""
            {"resourceType":"PlanDefinition","id":"{{{id}}}","url":"http://example.org/rd/{{{id}}}","status":"draft",
             "contained":[{"resourceType":"ActivityDefinition","id":"b","status":"draft","dosage":[{"doseAndRate":[{"doseQuantity":{"value":1.3,"unit":"mg/m²"}}]}]}],
             "action":[{"title":"Cycle","timingTiming":{"repeat":{"period":21,"periodUnit":"d"}},"action":[
               {"code":[{"text":"bortezomib"}],"definitionCanonical":"#b","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{{{stated}}}]}]}]}]}
            """;
    }

    private async Task<string> PageAsync(string path)
    {
        using var response = await server.Client.GetAsync(new Uri(new Uri(server.BaseUrl), path));
        Assert.Equal(200, (int)response.StatusCode);
        return System.Net.WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
    }

    private static ILookup<string, JsonElement> Parameters(JsonElement json) => json.GetProperty("parameter").EnumerateArray().ToLookup(each => each.GetProperty("name").GetString()!);

    private static List<string> Texts(Answer answer) => [.. Parameters(answer.Json)["change"].Select(change => Value(change, "text"))];

    private static string Value(JsonElement parameter, string name) => Part(parameter, name).GetString()!;

    private static JsonElement Part(JsonElement parameter, string name) => parameter.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").GetString() == name)
        .EnumerateObject().Single(each => each.Name.StartsWith("value", StringComparison.Ordinal)).Value;
}
