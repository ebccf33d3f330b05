using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>The operations of terminology over a running server: what is stored counts at once, by GET and POST, at types and instances, in a batch.</summary>
/// <remarks>https://hl7.org/fhir/R4/terminology-service.html</remarks>
[Trait("Category", "Postgres")]
public sealed partial class TerminologyTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string System = "http://example.org/fhir/CodeSystem/colours";

    [Fact]
    public async Task A_value_set_of_R4_expands_by_GET()
    {
        var answer = await server.GetAsync("/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender");

        Assert.Equal(200, answer.Status);
        Assert.Equal(4, answer.Json.GetProperty("expansion").GetProperty("total").GetInt32());
        Assert.Equal(["male", "female", "other", "unknown"], Codes(answer.Json));
    }

    [Fact]
    public async Task What_is_stored_counts_at_once_and_after_a_change()
    {
        await PutAsync("term-colours", """{"code":"warm","concept":[{"code":"red","display":"Red"}]}""");
        Assert.Equal(201, (await server.SendAsync("PUT", "/ValueSet/term-warm", $$$"""
            {"resourceType":"ValueSet","id":"term-warm","url":"http://example.org/fhir/ValueSet/warm","status":"active",
             "compose":{"include":[{"system":"{{{System}}}","filter":[{"property":"concept","op":"descendent-of","value":"warm"}]}]}}
            """)).Status);
        Assert.Equal(["red"], Codes((await server.GetAsync("/ValueSet/$expand?url=http://example.org/fhir/ValueSet/warm")).Json));

        await PutAsync("term-colours", """{"code":"warm","concept":[{"code":"red","display":"Red"},{"code":"orange","display":"Orange"}]}""");
        Assert.Equal(["red", "orange"], Codes((await server.GetAsync("/ValueSet/$expand?url=http://example.org/fhir/ValueSet/warm")).Json));
        Assert.Equal(["red", "orange"], Codes((await server.GetAsync("/ValueSet/term-warm/$expand")).Json));
        Assert.True(Parameter((await server.GetAsync($"/ValueSet/term-warm/$validate-code?system={System}&code=orange")).Json, "result").GetProperty("valueBoolean").GetBoolean());
        Assert.Equal("subsumes", Parameter((await server.GetAsync($"/CodeSystem/$subsumes?system={System}&codeA=warm&codeB=red")).Json, "outcome").GetProperty("valueCode").GetString());
        Assert.Equal("Red", Parameter((await server.GetAsync($"/CodeSystem/$lookup?system={System}&code=red")).Json, "display").GetProperty("valueString").GetString());
        Assert.False(Parameter((await server.GetAsync("/CodeSystem/term-colours/$validate-code?code=blue")).Json, "result").GetProperty("valueBoolean").GetBoolean());
    }

    [Fact]
    public async Task A_value_set_that_is_not_here_is_404_with_the_kind_of_the_issue()
    {
        var answer = await server.GetAsync("/ValueSet/$expand?url=http://example.org/fhir/ValueSet/none");

        var issue = Assert.Single(answer.Json.GetProperty("issue").EnumerateArray());
        Assert.Equal(404, answer.Status);
        Assert.Equal("A definition for the value Set 'http://example.org/fhir/ValueSet/none' could not be found", issue.GetProperty("details").GetProperty("text").GetString());
        Assert.Equal("not-found", issue.GetProperty("details").GetProperty("coding")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_operation_stands_in_a_batch()
    {
        var bundle = """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male"}}]}""";

        var answer = await server.SendAsync("POST", "", bundle);

        var entry = answer.Json.GetProperty("entry")[0];
        Assert.Equal("200 OK", entry.GetProperty("response").GetProperty("status").GetString());
        Assert.Equal("Male", Parameter(entry.GetProperty("resource"), "display").GetProperty("valueString").GetString());
    }

    private async Task PutAsync(string id, string concept) => Assert.InRange((await server.SendAsync("PUT", $"/CodeSystem/{id}", $$"""
        {"resourceType":"CodeSystem","id":"{{id}}","url":"{{System}}","status":"active","content":"complete","concept":[{{concept}}]}
        """)).Status, 200, 201);

    private static IEnumerable<string?> Codes(JsonElement valueSet) => valueSet.GetProperty("expansion").GetProperty("contains").EnumerateArray().Select(each => each.GetProperty("code").GetString());

    private static JsonElement Parameter(JsonElement parameters, string name) => parameters.GetProperty("parameter").EnumerateArray().First(each => each.GetProperty("name").GetString() == name);
}
