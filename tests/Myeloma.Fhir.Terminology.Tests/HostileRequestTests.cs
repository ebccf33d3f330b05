using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>Requests made to cost: each gets an answer or a fault that says why, within the limits.</summary>
public sealed class HostileRequestTests
{
    private static readonly TerminologyCatalog Catalog = new(R4Schema.Instance);
    private const string System = "http://example.org/fhir/CodeSystem/h";

    [Fact]
    public void A_page_may_be_as_large_as_a_number_can_be_and_begin_behind_the_end()
    {
        var whole = Expand(Catalog, ("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("count", "2147483647"));
        var behind = Expand(Catalog, ("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("offset", "2147483647"), ("count", "2147483647"));

        Assert.Equal(4, whole["expansion"]!["contains"]!.AsArray().Count);
        Assert.Null(behind["expansion"]!["contains"]);
        Assert.Equal(4, behind["expansion"]!["total"]!.GetValue<int>());
        Assert.Equal(IssueType.Invalid, Fault(() => Expand(Catalog, ("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("count", "-1"))).Type);
    }

    [Fact]
    public void Pages_put_together_are_the_whole()
    {
        const string Url = "http://terminology.hl7.org/ValueSet/v3-ActClass";
        var whole = Codes(Expand(Catalog, ("url", Url), ("excludeNested", "true"))).ToList();
        var pages = Enumerable.Range(0, (whole.Count / 7) + 1).SelectMany(page => Codes(Expand(Catalog, ("url", Url), ("offset", $"{page * 7}"), ("count", "7")))).ToList();

        Assert.True(whole.Count > 50);
        Assert.Equal(whole, pages);
    }

    [Theory]
    [InlineData("zurich kan", "b")]
    [InlineData("KAN ZÜR", "b")]
    [InlineData("kanton", "a b")]
    [InlineData("kanton x", "")]
    public void A_filter_finds_beginnings_of_words_in_any_order_without_case_and_accents(string filter, string codes)
    {
        var catalog = Catalog.With([Document($$"""{"resourceType":"CodeSystem","url":"{{System}}","status":"active","content":"complete","concept":[{"code":"a","display":"Kanton Bern"},{"code":"b","display":"Kanton Zürich"},{"code":"c","display":"Bern"}]}""")]);

        Assert.Equal(codes.Split(' ', StringSplitOptions.RemoveEmptyEntries), Codes(Expand(catalog, ("url", System + "?fhir_vs"), ("filter", filter))));
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|a)*b")]
    [InlineData("(?=(a+)+$)b")]
    public void A_regular_expression_that_goes_back_and_forth_ends(string expression)
    {
        var catalog = Catalog.With([Document($$"""{"resourceType":"CodeSystem","url":"{{System}}","status":"active","content":"complete","concept":[{"code":"{{new string('a', 60)}}!"}]}"""), Set("re", "regex", expression)]);
        try
        {
            Assert.Empty(Codes(Expand(catalog, ("url", "http://example.org/re"))));
        }
        catch (FhirException fault)
        {
            Assert.Equal(IssueType.TooCostly, fault.Issues[0].Type);
        }
    }

    [Theory]
    [InlineData("regex", "(", IssueType.Invalid)]
    [InlineData("is-like", "x", IssueType.NotSupported)]
    [InlineData("exists", "perhaps", IssueType.Invalid)]
    public void A_filter_that_can_not_be_applied_is_told_with_its_place(string op, string value, IssueType type)
    {
        var catalog = Catalog.With([Document($$"""{"resourceType":"CodeSystem","url":"{{System}}","status":"active","content":"complete","concept":[{"code":"a"}]}"""), Set("bad", op, value)]);

        var issue = Fault(() => Expand(catalog, ("url", "http://example.org/bad")));

        Assert.Equal((type, "ValueSet.compose.include[0].filter[0]"), (issue.Type, issue.Expression));
    }

    [Fact]
    public void Imports_in_a_circle_and_too_deep_are_refused()
    {
        ResourceDocument Importing(int at, int other) =>
            Document($$$"""{"resourceType":"ValueSet","url":"http://example.org/v{{{at}}}","status":"active","compose":{"include":[{"valueSet":["http://example.org/v{{{other}}}"]}]}}""");
        var circle = Catalog.With([Importing(0, 1), Importing(1, 2), Importing(2, 0)]);
        var deep = Catalog.With([.. Enumerable.Range(0, 200).Select(at => Importing(at, at + 1))]);

        Assert.Equal(IssueType.Processing, Fault(() => Expand(circle, ("url", "http://example.org/v0"))).Type);
        Assert.Equal(IssueType.Processing, Fault(() => Validate(circle, ("url", "http://example.org/v0"), ("system", System), ("code", "a"))).Type);
        Assert.Equal(IssueType.TooCostly, Fault(() => Expand(deep, ("url", "http://example.org/v0"))).Type);
    }

    [Fact]
    public void A_code_of_a_megabyte_and_ten_thousand_resources_are_refused()
    {
        var resources = Enumerable.Range(0, 10_000).Select(_ => """{"name":"tx-resource","resource":{"resourceType":"ValueSet","status":"active"}}""");
        var many = TerminologyArguments.Of(Document($$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', resources)}}]}""").Root);

        Assert.Equal(IssueType.TooLong, Fault(() => Validate(Catalog, ("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("system", "http://hl7.org/fhir/administrative-gender"), ("code", new string('a', 1 << 20)))).Type);
        Assert.Equal(IssueType.TooCostly, Fault(() => new ValidateCode(TerminologyLimits.Default).ValueSet(Catalog, many)).Type);
    }

    [Fact]
    public void Whatever_the_order_of_loading_the_same_version_is_the_latest()
    {
        string[] versions = ["1.9.0", "2018-08-12", "1.10.0", "1.10.0-beta"];
        foreach (var order in Orders(versions))
        {
            var catalog = Catalog.With([.. order.Select(version => Document($$"""{"resourceType":"CodeSystem","url":"{{System}}","version":"{{version}}","status":"active","content":"complete"}"""))]);
            Assert.Equal("1.10.0", catalog.FindCodeSystem(System, null)!.Version);
            Assert.Equal("1.9.0", catalog.FindCodeSystem(System, "1.9.x")!.Version);
            Assert.Null(catalog.FindCodeSystem(System, "3.x"));
        }
    }

    private static IEnumerable<string[]> Orders(string[] items) => items.Length < 2
        ? [items]
        : items.SelectMany(first => Orders([.. items.Where(item => item != first)]).Select(rest => (string[])[first, .. rest]));

    private static ResourceDocument Set(string name, string op, string value) => Document(
        $$$"""{"resourceType":"ValueSet","url":"http://example.org/{{{name}}}","status":"active","compose":{"include":[{"system":"{{{System}}}","filter":[{"property":"code","op":"{{{op}}}","value":"{{{value}}}"}]}]}}""");

    private static Issue Fault(Func<object> action) => Assert.Throws<FhirException>(() => { action(); }).Issues[0];

    private static JsonNode Expand(TerminologyCatalog catalog, params (string Name, string Value)[] parameters) =>
        JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(catalog, Arguments(parameters)))!;

    private static byte[] Validate(TerminologyCatalog catalog, params (string Name, string Value)[] parameters) => new ValidateCode(TerminologyLimits.Default).ValueSet(catalog, Arguments(parameters));

    private static TerminologyArguments Arguments((string Name, string Value)[] parameters) => new(parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null)));

    private static IEnumerable<string> Codes(JsonNode answer) => (answer["expansion"]!["contains"] as JsonArray ?? []).Select(each => each!["code"]!.ToString());

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
}
