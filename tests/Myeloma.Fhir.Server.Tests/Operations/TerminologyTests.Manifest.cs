using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Operations of terminology with what a manifest says.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-manifestable-operation.html</remarks>
public sealed partial class TerminologyTests
{
    [Fact]
    public async Task A_manifest_names_versions_and_parameters_of_an_expansion_and_what_the_request_says_counts_more()
    {
        foreach (var version in new[] { "1.0", "2.0" })
            await server.PutAsync($$"""{"resourceType":"CodeSystem","id":"mf-{{version}}","url":"http://x/mf","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"a{{version}}","display":"A","designation":[{"language":"de","value":"AA"}]}]}""");
        await server.PutAsync("""{"resourceType":"ValueSet","id":"mf-set","url":"http://x/mf-set","version":"1.0","status":"active","compose":{"include":[{"system":"http://x/mf"}]}}""");
        await server.PutAsync("""{"resourceType":"Library","id":"mf-related","url":"http://x/mf-related","version":"1.0.0","status":"active","type":{"text":"any"},"relatedArtifact":[{"type":"depends-on","resource":"http://x/mf|1.0"}]}""");
        await server.PutAsync("""
            {"resourceType":"Library","id":"mf-held","url":"http://x/mf-held","version":"1.0.0","status":"active","type":{"text":"any"},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters","valueReference":{"reference":"#p"}}],
             "contained":[{"resourceType":"Parameters","id":"p","parameter":[{"name":"system-version","valueUri":"http://x/mf|1.0"},{"name":"includeDesignations","valueBoolean":true}]},{"resourceType":"Parameters","id":"q","parameter":[{"name":"system-version","valueUri":"http://x/mf|9"}]}]}
            """);

        Assert.Equal("a2.0", await ExpandedAsync(""));
        Assert.Equal("a1.0", await ExpandedAsync("&manifest=http://x/mf-related"));
        Assert.Equal("a1.0 AA", await ExpandedAsync("&manifest=http://x/mf-held|1.0.0"));
        Assert.Equal("a2.0", await ExpandedAsync("&manifest=http://x/mf-held&system-version=http://x/mf|2.0&includeDesignations=false"));
        Assert.Equal(["error not-found: The manifest http://x/mf-none is not known here as a Library."], (await server.GetAsync("/ValueSet/$expand?url=http://x/mf-set&manifest=http://x/mf-none")).Issues);
        Assert.True(await HoldsAsync(""));
        Assert.False(await HoldsAsync("&manifest=http://x/mf-related"));
        var posted = await server.SendAsync("POST", "/ValueSet/mf-set/$expand", """{"resourceType":"Parameters","parameter":[{"name":"manifestParameters","resource":{"resourceType":"Parameters","parameter":[{"name":"system-version","valueUri":"http://x/mf|1.0"}]}}]}""");
        Assert.Equal("a1.0", posted.Json.GetProperty("expansion").GetProperty("contains")[0].GetProperty("code").GetString());

        // A manifest that changes counts at once, though it is no terminology.
        await server.PutAsync("""{"resourceType":"Library","id":"mf-related","url":"http://x/mf-related","version":"1.0.0","status":"active","type":{"text":"any"},"relatedArtifact":[{"type":"depends-on","resource":"http://x/mf|2.0"}]}""");
        Assert.Equal("a2.0", await ExpandedAsync("&manifest=http://x/mf-related"));

        async Task<bool> HoldsAsync(string more) => (await server.GetAsync($"/ValueSet/$validate-code?url=http://x/mf-set&system=http://x/mf&code=a2.0{more}")).Json.GetProperty("parameter")
            .EnumerateArray().Single(each => each.GetProperty("name").GetString() == "result").GetProperty("valueBoolean").GetBoolean();

        async Task<string> ExpandedAsync(string more)
        {
            var concept = (await server.GetAsync($"/ValueSet/$expand?url=http://x/mf-set{more}")).Json.GetProperty("expansion").GetProperty("contains")[0];
            return concept.GetProperty("code").GetString() + (concept.TryGetProperty("designation", out var designations) ? " " + designations[0].GetProperty("value").GetString() : "");
        }
    }
}
