using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Terminology.Tests.ExpressionConstraints;

/// <summary>The value sets of SNOMED CT that a URL states, and its own filters, over two versions of a small release.</summary>
/// <remarks>https://hl7.org/fhir/R4/snomedct.html#implicit</remarks>
public sealed class ImplicitValueSetTests
{
    private const string Sct = "http://snomed.info/sct", Edition = "http://snomed.info/sct/900000000000207008";

    private static readonly CompiledCodeSystem[] Systems = [.. new[] { "20240101", "20250101" }.Select(date => new CompiledCodeSystem(ExpressionConstraintTests.Read(Release(date))))];

    private static readonly TerminologyCatalog Catalog = new(
        R4Schema.Instance, (type, url) => type == "CodeSystem" && url == Sct ? Documents! : [], document => Array.Find(Systems, system => system.Version == document.Root.TextOf("version")));

    private static readonly IReadOnlyList<ResourceDocument> Documents = [.. Systems.Select(system => Document(new JsonObject
    {
        ["resourceType"] = "CodeSystem", ["url"] = Sct, ["version"] = system.Version, ["status"] = "active", ["content"] = "complete",
        ["extension"] = new JsonArray(new JsonObject { ["url"] = Myeloma.Fhir.Terminology.Forms.ConceptContent.Extension, ["valueString"] = "0" }),
    }))];

    private static SnomedCtRelease Release(string date)
    {
        var release = new SnomedCtRelease(date).Concept(SnomedCtRelease.Root, "Everything (root)", []).Concept("100001", "Heart disease (disorder)", [SnomedCtRelease.Root])
            .Concept("100002", "Heart attack (disorder)", ["100001"]).Concept("600001", "Set (foundation metadata)", [SnomedCtRelease.Root]).Member("600001", "100002");
        return date == "20250101" ? release.Concept("100003", "Heart murmur (disorder)", ["100001"]) : release;
    }

    [Theory]
    [InlineData("?fhir_vs", "100001 100002 100003 138875005 600001")]
    [InlineData("?fhir_vs=isa/100001", "100001 100002 100003")]
    [InlineData("?fhir_vs=refset/600001", "100002")]
    [InlineData("?fhir_vs=refset", "600001")]
    [InlineData("?fhir_vs=ecl/< 100001", "100002 100003")]
    [InlineData("?fhir_vs=ecl/%3C%20100001", "100002 100003")]
    [InlineData("?fhir_vs=ecl/<< 100001 |Heart disease| MINUS 100002 |Heart attack|", "100001 100003")]
    [InlineData("/900000000000207008?fhir_vs=ecl/< 100001", "100002 100003")]
    [InlineData("/900000000000207008/version/20240101?fhir_vs=ecl/< 100001", "100002")]
    [InlineData("/900000000000207008/version/20240101?fhir_vs=isa/100001", "100001 100002")]
    [InlineData("/900000000000207008/version/20240101?fhir_vs", "100001 100002 138875005 600001")]
    public void A_url_states_a_value_set(string rest, string expected)
    {
        var answer = Expand(("url", Sct + rest), ("excludeNested", "true"));

        Assert.Equal(expected, Codes(answer));
        Assert.Equal(Sct + rest, answer["url"]!.ToString());
        var version = rest.Contains("20240101", StringComparison.Ordinal) ? "20240101" : "20250101";
        Assert.Contains($"{Sct}|{Edition}/version/{version}", answer["expansion"]!["parameter"]!.AsArray().Where(each => each!["name"]!.ToString() == "used-codesystem").Select(each => each!["valueUri"]!.ToString()));
    }

    [Theory]
    [InlineData("?fhir_vs=ecl/< 100001", "100002", true)]
    [InlineData("?fhir_vs=ecl/< 100001", "100001", false)]
    [InlineData("?fhir_vs=refset/600001", "100003", false)]
    [InlineData("/900000000000207008/version/20240101?fhir_vs=isa/100001", "100003", false)]
    public void Membership_is_told_without_expanding(string rest, string code, bool isMember)
    {
        var answer = JsonNode.Parse(new ValidateCode(TerminologyLimits.Default).ValueSet(Catalog, Of(("url", Sct + rest), ("system", Sct), ("code", code))))!;

        Assert.Equal(isMember, answer["parameter"]!.AsArray().Single(each => each!["name"]!.ToString() == "result")!["valueBoolean"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("constraint", "=", "< 100001 {{ term = \"murmur\" }}", "100003")]
    [InlineData("concept", "in", "600001", "100002")]
    [InlineData("expressions", "=", "false", "100001 100002 100003 138875005 600001")]
    public void SNOMED_CT_has_filters_of_its_own(string property, string op, string value, string expected) =>
        Assert.Equal(expected, Codes(JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(
            Catalog.With([ValueSet(property, op, value)]), Of(("url", "http://example.org/ecl"), ("excludeNested", "true"))))!));

    [Fact]
    public void A_constraint_with_a_fault_is_told_with_place_and_expression()
    {
        var url = Assert.Throws<FhirException>(() => Expand(("url", Sct + "?fhir_vs=ecl/< < 100001"))).Issues.Single();
        var filter = Assert.Throws<FhirException>(() => new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(Catalog.With([ValueSet("constraint", "=", "100001 :")]), Of(("url", "http://example.org/ecl")))).Issues.Single();

        Assert.Equal("The expression constraint (ECL) can't be read at character 3: the identifier of a concept (6 to 18 digits) is expected, not '< 100001'", url.Diagnostics);
        Assert.Equal((IssueType.Invalid, "ValueSet.compose.include[0].filter[0]"), (filter.Type, filter.Expression));
        Assert.Equal(IssueType.NotFound, Assert.Throws<FhirException>(() => Expand(("url", Sct + "/1000000?fhir_vs"))).Issues.Single().Type);
        Assert.Equal(IssueType.NotFound, Assert.Throws<FhirException>(() => Expand(("url", Sct + "?fhir_vs=other/1"))).Issues.Single().Type);
    }

    private static ResourceDocument ValueSet(string property, string op, string value) => Document(new JsonObject
    {
        ["resourceType"] = "ValueSet", ["url"] = "http://example.org/ecl", ["status"] = "active",
        ["compose"] = new JsonObject { ["include"] = new JsonArray(new JsonObject { ["system"] = Sct, ["filter"] = new JsonArray(new JsonObject { ["property"] = property, ["op"] = op, ["value"] = value }) }) },
    });

    private static ResourceDocument Document(JsonObject json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static JsonNode Expand(params (string Name, string Value)[] arguments) => JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(Catalog, Of(arguments)))!;

    private static TerminologyArguments Of(params (string Name, string Value)[] arguments) => new(arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null)));

    private static string Codes(JsonNode expansion) => string.Join(' ', (expansion["expansion"]!["contains"]?.AsArray() ?? []).Select(each => each!["code"]!.ToString()).Order(StringComparer.Ordinal));
}
