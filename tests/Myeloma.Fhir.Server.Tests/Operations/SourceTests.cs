using System.Text;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$source</c>: the words behind elements, and that nothing claims a source it does not have.</summary>
[Trait("Category", "Postgres")]
public sealed class SourceTests(SeededServer seeded) : IClassFixture<SeededServer>
{
    private const string Derivation = "http://hl7.org/fhir/StructureDefinition/derivation-reference";
    private const string Statement = "http://myeloma-fhir.org/fhir/StructureDefinition/source-statement";

    private readonly RunningServer server = seeded.Server;

    [Theory]
    [InlineData("PlanDefinition")]
    [InlineData("MedicationKnowledge")]
    [InlineData("Medication")]
    [InlineData("CodeSystem")]
    [InlineData("Evidence")]
    [InlineData("ActivityDefinition")]
    public async Task Every_place_of_every_built_resource_is_answered_with_the_words_of_its_document_its_rule_and_the_loader_and_Provenance_says_the_same(string type)
    {
        var texts = new Dictionary<string, string>();
        foreach (var entry in (await server.GetAsync($"/{type}?_tag=http://myeloma-fhir.org/fhir/CodeSystem/resource-origin|loader&_count=100")).Entries)
        {
            var resource = entry.GetProperty("resource");
            var name = $"{type}/{resource.GetProperty("id").GetString()}";
            var answer = await server.GetAsync($"/{name}/$source");
            var statements = answer.Json.GetProperty("parameter").EnumerateArray().Where(parameter => Name(parameter) == "element")
                .SelectMany(element => Parts(element, "statement").Where(statement => Text(statement, "element") == Text(element, "path"))).ToList();

            foreach (var statement in statements)
            {
                var document = Part(statement, "document")!.Value.GetProperty("valueReference").GetProperty("reference").GetString()!;
                if (!texts.TryGetValue(document, out var text)) texts[document] = text = await TextAsync(document);
                Assert.Equal(text.Substring(Number(statement, "offset"), Number(statement, "length")), Text(statement, "words"));
                Assert.NotNull(Text(statement, "rule"));
                Assert.Matches(@"^Myeloma\.Fhir loader \d+\.\d+\.\d+$", Text(statement, "loader"));
            }

            var provenance = Assert.Single((await server.GetAsync($"/Provenance?target={name}")).Entries).GetProperty("resource");
            Assert.Equal(Recorded(provenance).Order(), statements.Select(statement => $"{Text(statement, "element")} {Number(statement, "offset")} {Number(statement, "length")} {Text(statement, "rule")} {Text(statement, "id")}").Order());
            Assert.Equal(Count(resource), statements.Where(statement => Text(statement, "element") != type).Select(statement => (Text(statement, "element"), Number(statement, "offset"), Number(statement, "length"))).Distinct().Count());
        }
    }

    [Fact]
    public async Task An_element_without_a_source_says_so_and_takes_none_of_the_element_around_it()
    {
        await server.PutAsync("""{"resourceType":"DocumentReference","id":"text","status":"current","content":[{"attachment":{"title":"The text","data":"%DATA%"}}]}""".Replace("%DATA%", Convert.ToBase64String(Encoding.UTF8.GetBytes("aaa bbb ccc"))));
        await server.PutAsync("""
            {"resourceType":"PlanDefinition","id":"hand-made","url":"http://example.org/PlanDefinition/hand-made","status":"draft","title":"T",
             "action":[{"extension":[{"extension":[{"url":"reference","valueReference":{"reference":"DocumentReference/text"}},{"url":"offset","valueInteger":4},{"url":"length","valueInteger":3}],"url":"http://hl7.org/fhir/StructureDefinition/derivation-reference"}],
               "title":"one","code":[{"coding":[{"extension":[{"url":"http://myeloma-fhir.org/fhir/StructureDefinition/code-source","valueCanonical":"http://example.org/ConceptMap/m"}],"system":"urn:s","code":"c"}]}]}]}
            """);

        Assert.Equal(
            """[{"name":"path","valueString":"PlanDefinition.title"}]""",
            await ElementAsync("title"));
        Assert.Equal(
            """[{"name":"path","valueString":"PlanDefinition.action[0].title"},{"name":"enclosing","valueString":"PlanDefinition.action[0]"}]""",
            await ElementAsync("action.title"));
        Assert.Equal(
            """[{"name":"path","valueString":"PlanDefinition.action[0].code[0]"},{"name":"table","part":[{"name":"element","valueString":"PlanDefinition.action[0].code[0].coding[0]"},{"name":"map","valueCanonical":"http://example.org/ConceptMap/m"}]},{"name":"enclosing","valueString":"PlanDefinition.action[0]"}]""",
            await ElementAsync("action.code"));
        Assert.Equal(
            """[{"name":"path","valueString":"PlanDefinition.action[0]"},{"name":"statement","part":[{"name":"element","valueString":"PlanDefinition.action[0]"},{"name":"document","valueReference":{"reference":"DocumentReference/text","display":"The text"}},{"name":"offset","valueInteger":4},{"name":"length","valueInteger":3},{"name":"words","valueString":"bbb"}]},{"name":"table","part":[{"name":"element","valueString":"PlanDefinition.action[0].code[0].coding[0]"},{"name":"map","valueCanonical":"http://example.org/ConceptMap/m"}]}]""",
            await ElementAsync("action"));
        var outcome = (await server.GetAsync("/PlanDefinition/hand-made/$source?path=title|action.title|action.code")).Json.GetProperty("parameter").EnumerateArray().Last().GetProperty("resource");
        Assert.Equal(
            ["PlanDefinition.title: This element has no source.",
             "PlanDefinition.action[0].title: This element has no source of its own. The source of PlanDefinition.action[0], which it is in, is for that one as a whole.",
             "PlanDefinition.action[0].code[0]: No document states this: it was added from a code table."],
            outcome.GetProperty("issue").EnumerateArray().Select(issue => $"{issue.GetProperty("expression")[0].GetString()}: {issue.GetProperty("diagnostics").GetString()}"));

        async Task<string> ElementAsync(string path) =>
            (await server.GetAsync($"/PlanDefinition/$source?url=http://example.org/PlanDefinition/hand-made&path={path}")).Json.GetProperty("parameter")[1].GetProperty("part").GetRawText();
    }

    [Fact]
    public async Task Words_of_a_text_that_is_not_here_or_too_short_are_not_made_up()
    {
        await server.PutAsync("""{"resourceType":"DocumentReference","id":"short","status":"current","content":[{"attachment":{"data":"YWFh"}}]}""");
        await server.PutAsync("""
            {"resourceType":"Library","id":"words","status":"draft","type":{"text":"t","extension":[{"extension":[{"url":"reference","valueReference":{"reference":"DocumentReference/short"}},{"url":"offset","valueInteger":2},{"url":"length","valueInteger":9}],"url":"http://hl7.org/fhir/StructureDefinition/derivation-reference"}]}}
            """);

        var answer = await server.GetAsync("/Library/words/$source");

        Assert.DoesNotContain("\"words\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("The words can't be shown: the text of DocumentReference/short is not stored here, or is another than the one that was read.", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/PlanDefinition/$source", 400, "There is no PlanDefinition to find the sources of: name one by its id or by 'url'.")]
    [InlineData("/PlanDefinition/$source?url=http://example.org/none|2", 404, "No PlanDefinition with the url http://example.org/none and the version 2 is known here.")]
    [InlineData("/PlanDefinition/nowhere/$source", 404, "PlanDefinition/nowhere is not known here.")]
    [InlineData("/Device/loader/$source?path=expirationDate", 404, "The path 'expirationDate' leads to no element of Device/loader.")]
    [InlineData("/Device/loader/$source?path=status.length()", 400, "The path 'status.length()' gives something that is computed, or of another resource; name elements of Device/loader.")]
    public async Task What_can_not_be_traced_is_told(string url, int status, string words)
    {
        var answer = await server.GetAsync(url);

        Assert.Equal((status, words), (answer.Status, Assert.Single(answer.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString()));
    }

    [Fact]
    public async Task A_resource_that_names_no_source_is_answered_so()
    {
        var answer = await server.GetAsync("/Device/loader/$source");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["resource", "outcome"], answer.Json.GetProperty("parameter").EnumerateArray().Select(Name));
        Assert.Contains("Device/loader names no source, and no Provenance of this server names one for it.", answer.Body, StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(string document)
    {
        var binary = (await server.GetAsync($"/Binary/{document["DocumentReference/".Length..]}", ("Accept", "application/fhir+json"))).Json;
        return Encoding.UTF8.GetString(binary.GetProperty("data").GetBytesFromBase64());
    }

    private static IEnumerable<string> Recorded(JsonElement provenance) =>
        from entity in provenance.GetProperty("entity").EnumerateArray()
        where entity.TryGetProperty("extension", out _)
        from place in entity.GetProperty("extension").EnumerateArray()
        where place.GetProperty("url").GetString() == Derivation
        let parts = place.GetProperty("extension").EnumerateArray().ToList()
        let offset = parts.Single(part => part.GetProperty("url").GetString() == "offset").GetProperty("valueInteger").GetInt32()
        let length = parts.Single(part => part.GetProperty("url").GetString() == "length").GetProperty("valueInteger").GetInt32()
        from statement in parts.Where(part => part.GetProperty("url").GetString() == Statement)
        let values = statement.GetProperty("extension").EnumerateArray().ToDictionary(part => part.GetProperty("url").GetString()!, part => part.EnumerateObject().First(property => property.Name != "url").Value.GetString())
        select $"{values["element"]} {offset} {length} {values["rule"]} {values.GetValueOrDefault("statement")}";

    /// <summary>The places that a resource itself names.</summary>
    private static int Count(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Sum(Count),
        JsonValueKind.Object when element.TryGetProperty("url", out var url) && url.ValueEquals(Derivation) => 1,
        JsonValueKind.Object => element.EnumerateObject().Sum(property => Count(property.Value)),
        _ => 0,
    };

    private static string Name(JsonElement parameter) => parameter.GetProperty("name").GetString()!;

    private static IEnumerable<JsonElement> Parts(JsonElement parameter, string name) =>
        parameter.GetProperty("part").EnumerateArray().Where(part => Name(part) == name);

    private static JsonElement? Part(JsonElement parameter, string name) => Parts(parameter, name).Select(part => (JsonElement?)part).FirstOrDefault();

    private static string? Text(JsonElement parameter, string name) =>
        Part(parameter, name)?.EnumerateObject().First(property => property.Name != "name").Value.GetString();

    private static int Number(JsonElement parameter, string name) => Part(parameter, name)!.Value.GetProperty("valueInteger").GetInt32();
}
