using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>What the server says of its terminology, held against what it does.</summary>
/// <remarks>https://hl7.org/fhir/R4/terminologycapabilities.html, https://hl7.org/fhir/R4/capabilitystatement-operation-versions.html</remarks>
public sealed partial class TerminologyTests
{
    [Fact]
    public async Task Every_version_of_a_stored_system_is_told_and_the_usual_one_marked()
    {
        const string url = "http://example.org/fhir/CodeSystem/told";
        foreach (var version in (string[])["1.9.0", "1.10.0"])
        {
            await server.PutAsync($$"""
                {"resourceType":"CodeSystem","id":"told-{{version}}","url":"{{url}}","version":"{{version}}","language":"en","status":"active","content":"complete",
                 "property":[{"code":"weight","type":"decimal"}],
                 "concept":[{"code":"a","display":"A","designation":[{"language":"de","value":"Ah"}],"concept":[{"code":"b","display":"B"}]}]}
                """);
        }

        var told = SystemOf(await CapabilitiesAsync(), url);

        Assert.Equal(
            """
            {"uri":"http://example.org/fhir/CodeSystem/told","version":[
            {"code":"1.9.0","isDefault":false,"compositional":false,"language":["de","en"],"filter":[FILTERS],"property":["weight"]},
            {"code":"1.10.0","isDefault":true,"compositional":false,"language":["de","en"],"filter":[FILTERS],"property":["weight"]}],"subsumption":true}
            """.ReplaceLineEndings("").Replace(
                "FILTERS",
                """
                {"code":"concept","op":["is-a","descendent-of","is-not-a","generalizes","=","in","not-in","exists","regex"]},{"code":"display","op":["=","in","not-in","exists","regex"]},{"code":"parent","op":["=","exists"]},{"code":"child","op":["=","exists"]},{"code":"weight","op":["=","in","not-in","exists","regex"]}
                """.Trim(),
                StringComparison.Ordinal),
            told.GetRawText());
    }

    [Fact]
    public async Task Every_filter_that_is_told_of_a_system_can_be_used()
    {
        var told = SystemOf(await CapabilitiesAsync(), "http://terminology.hl7.org/CodeSystem/v3-ActMood");
        var refused = new List<string>();

        foreach (var filter in told.GetProperty("version")[0].GetProperty("filter").EnumerateArray())
        {
            foreach (var op in filter.GetProperty("op").EnumerateArray().Select(op => op.GetString()))
            {
                var answer = await server.SendAsync("POST", "/ValueSet/$expand", $$$"""
                    {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[
                      {"system":"http://terminology.hl7.org/CodeSystem/v3-ActMood","filter":[{"property":"{{{filter.GetProperty("code").GetString()}}}","op":"{{{op}}}","value":"{{{(op == "exists" ? "true" : "EVN")}}}"} ]} ]} } } ]}
                    """);
                if (answer.Status != 200) refused.Add(answer.Body);
            }
        }

        Assert.Empty(refused);
    }

    [Fact]
    public async Task A_system_is_told_when_and_only_when_codes_of_it_can_be_looked_up()
    {
        var told = (await CapabilitiesAsync()).GetProperty("codeSystem").EnumerateArray().Select(system => system.GetProperty("uri").GetString()).ToHashSet();

        Assert.Contains("http://hl7.org/fhir/administrative-gender", told);
        Assert.DoesNotContain("http://snomed.info/sct", told);
        foreach (var url in (string[])["http://hl7.org/fhir/administrative-gender", "http://snomed.info/sct", "http://loinc.org", "http://terminology.hl7.org/CodeSystem/v3-ActClass"])
        {
            var answer = await server.GetAsync($"/CodeSystem/$lookup?system={url}&code=none");
            Assert.Equal(told.Contains(url), answer.Body.Contains("Unknown code", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_parameters_of_expansion_that_are_told_are_taken()
    {
        var told = (await CapabilitiesAsync()).GetProperty("expansion").GetProperty("parameter").EnumerateArray().Select(each => each.GetProperty("name").GetString()!).ToList();

        Assert.Equal(told.Order(StringComparer.Ordinal), told);
        foreach (var name in (string[])["activeOnly", "check-system-version", "count", "displayLanguage", "excludeNested", "filter", "force-system-version", "includeDefinition", "includeDesignations", "offset", "property", "system-version", "tx-resource"])
            Assert.Contains(name, told);
        var strange = await server.GetAsync("/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender&strange=1", ("Prefer", "handling=strict"));
        Assert.Equal(400, strange.Status);
    }

    [Theory]
    [InlineData("full", 200, "CapabilityStatement")]
    [InlineData("normative", 200, "CapabilityStatement")]
    [InlineData("terminology", 200, "TerminologyCapabilities")]
    [InlineData("terminologies", 400, "OperationOutcome")]
    public async Task The_mode_decides_which_capabilities_are_told(string mode, int status, string resourceType)
    {
        var answer = await server.GetAsync($"/metadata?mode={mode}");

        Assert.Equal((status, resourceType), (answer.Status, answer.Json.GetProperty("resourceType").GetString()));
        if (status == 400) Assert.Equal("The mode of the capabilities is full, normative or terminology, not 'terminologies'.", Assert.Single(answer.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString());
    }

    [Fact]
    public async Task The_server_says_that_it_is_a_terminology_server_of_the_ecosystem()
    {
        var statement = (await server.GetAsync("/metadata")).Json;

        Assert.Contains("http://hl7.org/fhir/CapabilityStatement/terminology-server", statement.GetProperty("instantiates").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal(
            ["http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version", "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter"],
            statement.GetProperty("extension").EnumerateArray().Select(feature => feature.GetProperty("extension")[0].GetProperty("valueCanonical").GetString()));
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", statement.GetProperty("software").GetProperty("releaseDate").GetString());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task The_versions_of_FHIR_are_told(string method) => Assert.Equal(
        """{"resourceType":"Parameters","parameter":[{"name":"version","valueCode":"4.0"},{"name":"default","valueCode":"4.0"}]}""",
        (await server.SendAsync(method, "/$versions")).Body);

    private async Task<JsonElement> CapabilitiesAsync() => (await server.GetAsync("/metadata?mode=terminology")).Json;

    private static JsonElement SystemOf(JsonElement capabilities, string url) =>
        Assert.Single(capabilities.GetProperty("codeSystem").EnumerateArray(), system => system.GetProperty("uri").GetString() == url);
}
