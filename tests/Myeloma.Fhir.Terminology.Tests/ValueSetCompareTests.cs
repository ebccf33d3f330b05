using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Tests;

/// <remarks>https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/; what the suite of the ecosystem asks is in Conformance.</remarks>
public sealed class ValueSetCompareTests
{
    private static readonly string[] Sides = ["common", "missing", "extra"];

    private static readonly TerminologyCatalog Catalog = new TerminologyCatalog(R4Schema.Instance).With([System("1", "x"), System("2", "y")]);

    [Theory]
    [InlineData("is-a:a", "is-a:b", "superset", false, "")]
    [InlineData("is-a:b", "is-a:a", "subset", false, "")]
    [InlineData("is-a:b", "is-a:c", "overlapping", true, "common both missing b extra c")]
    [InlineData("list:b,both", "is-a:b", "same", true, "")]
    [InlineData("list:b", "list:c,b", "subset", false, "common b extra c")]
    [InlineData("list:b,unknown", "list:b", "same", true, "")]
    [InlineData("all", "is-a:a", "superset", true, "common a,b,both,c missing y")]
    [InlineData("1:all", "2:all", "same", false, "")]
    [InlineData("1:is-a:a", "2:is-a:a", "same", true, "")]
    [InlineData("list:unknown", "list:nothing", "empty", true, "")]
    [InlineData("list:b", "list:c", "disjoint", false, "missing b extra c")]
    public void Sets_are_compared_by_what_they_say_or_by_their_members(string mine, string other, string result, bool isExpanded, string codes)
    {
        var answer = Compare(mine, other, ("diagnostics", "true"));

        Assert.Equal((result, isExpanded), (Value(answer, "result"), Value(answer, "performed-expansion") == "true"));
        Assert.Equal(codes, string.Join(' ', Sides.Where(name => Value(answer, $"{name}-codes") is not null).Select(name => $"{name} {Value(answer, $"{name}-codes")}")));
    }

    [Theory]
    [InlineData("always", "disjoint")]
    [InlineData("as-needed", "same")]
    [InlineData("never", "same")]
    public void Versions_count_where_the_client_says_so(string policy, string result) => Assert.Equal(result, Value(Compare("1:list:b,c", "2:list:c,b", ("version-policy", policy)), "result"));

    [Fact]
    public void What_cannot_be_told_is_indeterminate_with_the_reason()
    {
        var unclosed = Compare("units", "list:b");
        var unknown = Compare("elsewhere", "list:b");

        Assert.Equal(
            ("indeterminate", "Unable to compare http://example.org/mine and http://example.org/other: The code System 'http://unitsofmeasure.org' has a grammar and so has infinite members"),
            (Value(unclosed, "result"), Value(unclosed, "message")));
        Assert.Equal("indeterminate", Value(unknown, "result"));
        Assert.Contains("'http://example.org/elsewhere' could not be found", Value(unknown, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_sets_have_to_be_named_and_known()
    {
        static Issue Fault(params (string Name, string Value)[] arguments) => Assert.Throws<FhirException>(() => Answer([.. arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null))])).Issues.Single();

        Assert.Equal((IssueType.Required, "$compare needs the parameter 'otherUrl', the canonical of a value set, or 'otherValueSet', a value set itself."), (Fault(("thisUrl", "http://hl7.org/fhir/ValueSet/administrative-gender")) is var issue ? issue.Type : default, issue.Diagnostics));
        Assert.Equal(IssueType.NotFound, Fault(("thisUrl", "http://example.org/none"), ("otherUrl", "http://hl7.org/fhir/ValueSet/administrative-gender")).Type);
        Assert.Equal(IssueType.Value, Fault(("thisUrl", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("otherUrl", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("version-policy", "some")).Type);
    }

    private static JsonNode Compare(string mine, string other, params (string Name, string Value)[] arguments) => Answer(
        [new("thisValueSet", null, null, Set("mine", mine)), new("otherValueSet", null, null, Set("other", other)), .. arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null))]);

    private static JsonNode Answer(List<TerminologyArgument> arguments) => JsonNode.Parse(new ValueSetCompare(TerminologyLimits.Default).Answer(Catalog, new TerminologyArguments(arguments)))!;

    private static string? Value(JsonNode answer, string name) =>
        answer["parameter"]!.AsArray().FirstOrDefault(each => each!["name"]!.ToString() == name)?.AsObject().Single(each => each.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString();

    /// <summary>a over b and c, both under b and c, and one more that differs by version.</summary>
    private static ResourceDocument System(string version, string further) => Document($$$"""
        {"resourceType":"CodeSystem","url":"http://example.org/s","version":"{{{version}}}","status":"active","content":"complete","property":[{"code":"parent","type":"code"}],
         "concept":[{"code":"a","concept":[{"code":"b","concept":[{"code":"both","property":[{"code":"parent","valueCode":"c"}]}]},{"code":"c"}]},{"code":"{{{further}}}"}]}
        """);

    private static Element Set(string name, string content)
    {
        var version = content[0] is '1' or '2' ? content[0].ToString() : "2";
        var rest = content[0] is '1' or '2' ? content[2..] : content;
        object include = rest.Split(':') switch
        {
            ["units"] => new { system = "http://unitsofmeasure.org" },
            ["elsewhere"] => new { system = "http://example.org/elsewhere", filter = new[] { new { property = "concept", op = "is-a", value = "a" } } },
            ["list", var codes] => new { system = "http://example.org/s", version, concept = codes.Split(',').Select(code => new { code }) },
            [var op, var value] => new { system = "http://example.org/s", version, filter = new[] { new { property = "concept", op, value } } },
            _ => new { system = "http://example.org/s", version },
        };
        return Document(JsonSerializer.Serialize(new { resourceType = "ValueSet", url = $"http://example.org/{name}", status = "active", compose = new { include = new[] { include } } })).Root;
    }

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
}
