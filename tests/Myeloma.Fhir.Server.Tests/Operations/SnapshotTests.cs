using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$snapshot</c> over a running server.</summary>
/// <remarks>https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html</remarks>
[Trait("Category", "Postgres")]
public sealed class SnapshotTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Url = "http://example.org/fhir/StructureDefinition/";

    [Fact]
    public async Task A_definition_that_is_sent_gets_its_snapshot_and_keeps_the_rest()
    {
        var answer = await server.SendAsync("POST", "/StructureDefinition/$snapshot", Profile("sent", "Patient", """{"path":"Patient.name.family","min":1}"""));

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["resourceType", "id", "url", "name", "status", "kind", "abstract", "type", "baseDefinition", "derivation", "snapshot", "differential"],
            answer.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal("Patient.name.family 1..1", Shown(answer.Json, "Patient.name.family"));
    }

    [Fact]
    public async Task A_base_is_found_in_the_database_and_what_is_stored_by_id_and_url()
    {
        Assert.Equal(201, (await server.SendAsync("PUT", "/StructureDefinition/snap-parent", Profile("snap-parent", "Patient", """{"path":"Patient.birthDate","min":1}"""))).Status);
        Assert.Equal(201, (await server.SendAsync("PUT", "/StructureDefinition/snap-child", Profile("snap-child", "Patient", """{"path":"Patient.gender","min":1}""", Url + "snap-parent"))).Status);

        foreach (var target in new[] { "/StructureDefinition/snap-child/$snapshot", $"/StructureDefinition/$snapshot?url={Url}snap-child" })
        {
            var answer = await server.GetAsync(target);
            Assert.Equal(200, answer.Status);
            Assert.Equal(("Patient.birthDate 1..1", "Patient.gender 1..1"), (Shown(answer.Json, "Patient.birthDate"), Shown(answer.Json, "Patient.gender")));
        }

        Assert.False((await server.GetAsync("/StructureDefinition/snap-child")).Json.TryGetProperty("snapshot", out _));
    }

    [Fact]
    public async Task A_profile_of_R4_is_known_by_its_url()
    {
        var answer = await server.GetAsync("/StructureDefinition/$snapshot?url=http://hl7.org/fhir/StructureDefinition/bodyweight");

        Assert.Equal(200, answer.Status);
        Assert.Equal("Observation.code.coding:BodyWeightCode 1..1", Shown(answer.Json, "Observation.code.coding:BodyWeightCode"));
    }

    [Theory]
    [InlineData("/StructureDefinition/$snapshot", 400, "error required: There is no definition to make a snapshot of: send one as the body or as 'definition', or name one by 'url' or by its id.")]
    [InlineData("/StructureDefinition/$snapshot?url=http://example.org/nowhere", 404, "error not-found: No StructureDefinition with the url http://example.org/nowhere is known here; base definitions of types have no differential to make a snapshot of.")]
    [InlineData("/StructureDefinition/never/$snapshot", 404, "error not-found: StructureDefinition/never is not known here.")]
    [InlineData("/StructureDefinition/never/$snapshot?url=http://example.org/nowhere", 400, "error invalid: There is more than one definition to make a snapshot of; name one by its id, by 'url', or send one as 'definition'.")]
    public async Task What_names_no_definition_is_refused(string target, int status, string expected)
    {
        var answer = await server.GetAsync(target);

        Assert.Equal((status, expected), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task What_the_base_does_not_allow_is_told_at_its_element()
    {
        var answer = await server.SendAsync("POST", "/StructureDefinition/$snapshot", Profile("wide", "Patient", """{"path":"Patient.gender","max":"2"}"""));

        Assert.Equal((422, "error business-rule StructureDefinition.differential.element[0].max: max is 2, the base allows 1; a profile may only allow less."), (answer.Status, Assert.Single(answer.Issues)));
    }

    private static string Shown(JsonElement definition, string id)
    {
        var element = definition.GetProperty("snapshot").GetProperty("element").EnumerateArray().Single(each => each.GetProperty("id").GetString() == id);
        return $"{id} {element.GetProperty("min").GetInt32()}..{element.GetProperty("max").GetString()}";
    }

    private static string Profile(string id, string type, string elements, string? baseDefinition = null) => $$$"""
        {"resourceType":"StructureDefinition","id":"{{{id}}}","url":"{{{Url}}}{{{id}}}","name":"P","status":"draft","kind":"resource","abstract":false,
         "type":"{{{type}}}","baseDefinition":"{{{baseDefinition ?? "http://hl7.org/fhir/StructureDefinition/" + type}}}","derivation":"constraint","differential":{"element":[{{{elements}}}]}}
        """;
}
