using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>The parameters of <c>$expand</c>, one by one: what each does, and that it is told again.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-operation-expand.html</remarks>
public sealed class ExpandParameterTests
{
    private const string Fruit = """
        {"resourceType":"CodeSystem","url":"http://example.org/fruit","version":"1","language":"en","status":"active","content":"complete",
         "property":[{"code":"colour","uri":"http://example.org/colour","type":"string"},{"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"},{"code":"notSelectable","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"}],
         "concept":[
          {"code":"F","display":"Fruit","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
            {"code":"A1","display":"Green apple","definition":"Sour.","designation":[{"language":"de","value":"Grüner Apfel"},{"language":"fr","value":"Pomme verte"}],"property":[{"code":"colour","valueString":"green"}]},
            {"code":"A2","display":"Apple","designation":[{"language":"de","value":"Apfel"}]},
            {"code":"A3","display":"Apple, green, dried","property":[{"code":"status","valueCode":"retired"}]},
            {"code":"APPLE","display":"Pear"}]}]}
        """;

    private const string Set = """{"resourceType":"ValueSet","id":"all","url":"http://example.org/all","status":"active","compose":{"include":[{"system":"http://example.org/fruit"}]}}""";

    private const string Listing = """
        {"resourceType":"ValueSet","url":"http://example.org/listed","status":"active","compose":{"include":[{"system":"http://example.org/fruit","concept":[
          {"code":"APPLE","display":"Birne"},{"code":"A2","designation":[{"value":"Malus domestica"}]},{"code":"A1"}]}]}}
        """;

    [Theory]
    [InlineData("count", "2", "valueInteger")]
    [InlineData("offset", "1", "valueInteger")]
    [InlineData("filter", "apple", "valueString")]
    [InlineData("activeOnly", "true", "valueBoolean")]
    [InlineData("excludeNested", "true", "valueBoolean")]
    [InlineData("excludeNotForUI", "true", "valueBoolean")]
    [InlineData("excludePostCoordinated", "true", "valueBoolean")]
    [InlineData("includeDefinition", "true", "valueBoolean")]
    [InlineData("includeDesignations", "true", "valueBoolean")]
    [InlineData("designation", "urn:ietf:bcp:47|de", "valueString")]
    [InlineData("limitedExpansion", "true", "valueBoolean")]
    [InlineData("exclude-system", "http://example.org/other", "valueUri")]
    [InlineData("displayLanguage", "de", "valueCode")]
    public void A_parameter_is_told_again(string name, string value, string type)
    {
        var told = Expand((name, value))["expansion"]!["parameter"]!.AsArray().Single(parameter => parameter!["name"]!.ToString() == name)!;

        Assert.Equal(value, told[type]!.ToString());
    }

    [Theory]
    [InlineData("apple", "Apple,Pear,Apple, green, dried,Green apple")] // APPLE is the code of the pear, and a code that is written out is as good as a display.
    [InlineData("APP", "Apple,Apple, green, dried,Green apple,Pear")]
    [InlineData("green apple", "Green apple,Apple, green, dried")]
    [InlineData("apfel gruner", "Green apple")]
    [InlineData("pear", "Pear")]
    [InlineData("a2", "Apple")]
    [InlineData("apple x", "")]
    [InlineData(" ,; ", "Fruit,Green apple,Apple,Apple, green, dried,Pear")]
    public void A_filter_finds_beginnings_of_words_in_any_order_and_puts_the_best_first(string filter, string displays)
    {
        var expansion = Expand(("filter", filter), ("excludeNested", "true"))["expansion"]!;

        Assert.Equal(displays, string.Join(',', Displays(expansion)));
        Assert.Equal(Displays(expansion).Count(), expansion["total"]!.GetValue<int>());
    }

    [Fact]
    public void A_filter_finds_the_names_that_the_value_set_has_of_its_own()
    {
        Assert.Equal(["Birne"], Displays(ExpandListed(("filter", "bir"))));
        Assert.Equal(["Apple"], Displays(ExpandListed(("filter", "dom mal app"))));
        Assert.Equal(["Birne"], Displays(ExpandListed(("filter", "pear"))));
    }

    [Fact]
    public void Pages_in_a_row_are_the_whole_flat_in_any_size_with_and_without_a_filter()
    {
        foreach (var filter in (string?[])[null, "a"])
        {
            (string, string)[] more = filter is null ? [("excludeNested", "true")] : [("excludeNested", "true"), ("filter", filter)];
            var whole = Displays(Expand(more)["expansion"]!).ToList();
            for (var size = 1; size <= whole.Count + 1; size++)
            {
                var pages = new List<string>();
                for (var offset = 0; offset <= whole.Count; offset += size)
                {
                    var page = Expand([("offset", $"{offset}"), ("count", $"{size}"), .. more])["expansion"]!;
                    pages.AddRange(Displays(page));
                    Assert.Equal((whole.Count, offset), (page["total"]!.GetValue<int>(), page["offset"]!.GetValue<int>()));
                }

                Assert.Equal(whole, pages);
            }
        }
    }

    [Fact]
    public void Pages_of_a_list_are_in_its_order()
    {
        Assert.Equal(["Birne", "Apple"], Displays(ExpandListed(("count", "2"))));
        Assert.Equal(["Green apple"], Displays(ExpandListed(("count", "2"), ("offset", "2"))));
        Assert.Empty(Displays(ExpandListed(("count", "2"), ("offset", "4"))));
    }

    [Theory]
    [InlineData("de", "Apfel")]
    [InlineData("fr;q=0.2, de;q=0.9", "Apfel")]
    [InlineData("fr", "Apple")]
    [InlineData("es, *", "Apple")]
    [InlineData("en, de", "Apple")]
    [InlineData("de-CH, de;q=0.5", "Apfel")]
    [InlineData("es, *;q=0", null)]
    public void The_language_wanted_most_that_is_there_is_shown(string languages, string? display)
    {
        var byParameter = Expand(("displayLanguage", languages), ("filter", "A2"));
        var byHeader = Answer(new TerminologyArguments([new("url", "http://example.org/all", null), new("filter", "A2", null)], languages));

        Assert.Equal(display, byParameter["expansion"]!["contains"]![0]!["display"]?.ToString());
        Assert.Equal(display, byHeader["expansion"]!["contains"]![0]!["display"]?.ToString());
    }

    [Fact]
    public void The_parameter_goes_before_the_header()
    {
        var answer = Answer(new TerminologyArguments([new("url", "http://example.org/all", null), new("filter", "A2", null), new("displayLanguage", "de", null)], "en"));

        Assert.Equal("Apfel", answer["expansion"]!["contains"]![0]!["display"]!.ToString());
    }

    [Fact]
    public void Members_are_nested_unless_that_is_excluded()
    {
        Assert.Equal(["Green apple", "Apple", "Apple, green, dried", "Pear"], Expand()["expansion"]!["contains"]![0]!["contains"]!.AsArray().Select(each => each!["display"]!.ToString()));
        Assert.All(Expand(("excludeNested", "true"))["expansion"]!["contains"]!.AsArray(), each => Assert.Null(each!["contains"]));
    }

    [Theory]
    [InlineData("activeOnly", "Fruit,Green apple,Apple,Pear")]
    [InlineData("excludeNotForUI", "Green apple,Apple,Apple, green, dried,Pear")]
    public void Inactive_and_grouping_concepts_are_left_out_on_request(string parameter, string displays) =>
        Assert.Equal(displays, string.Join(',', Displays(Expand((parameter, "true"), ("excludeNested", "true"))["expansion"]!)));

    [Fact]
    public void Designations_come_on_request_all_or_those_of_a_language()
    {
        Assert.Null(First(Expand(("filter", "A1")))["designation"]);
        Assert.Equal(["Grüner Apfel", "Pomme verte"], Values(First(Expand(("filter", "A1"), ("includeDesignations", "true")))));
        Assert.Equal(["Pomme verte"], Values(First(Expand(("filter", "A1"), ("designation", "urn:ietf:bcp:47|fr")))));
    }

    [Fact]
    public void Properties_come_on_request_with_what_they_mean()
    {
        var expansion = Expand(("filter", "A1"), ("property", "colour"), ("property", "definition"))["expansion"]!;

        Assert.Contains("http://example.org/colour", expansion["extension"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"green\"", expansion["contains"]![0]!["extension"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"Sour.\"", expansion["contains"]![0]!["extension"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_definition_comes_on_request()
    {
        Assert.Null(Expand()["compose"]);
        Assert.Equal("http://example.org/fruit", Expand(("includeDefinition", "true"))["compose"]!["include"]![0]!["system"]!.ToString());
    }

    [Theory]
    [InlineData("http://example.org/fruit", 0)]
    [InlineData("http://example.org/fruit|1", 0)]
    [InlineData("http://example.org/fruit|2", 5)]
    public void A_system_can_be_excluded(string system, int total) => Assert.Equal(total, Expand(("exclude-system", system))["expansion"]!["total"]!.GetValue<int>());

    [Theory]
    [InlineData("count", "-1", "The parameter 'count' is a whole number from 0 to 2147483647, not '-1'.")]
    [InlineData("offset", "x", "The parameter 'offset' is a whole number from 0 to 2147483647, not 'x'.")]
    [InlineData("activeOnly", "yes", "The parameter 'activeOnly' is true or false, not 'yes'.")]
    public void A_value_that_is_none_is_refused(string name, string value, string diagnostics) =>
        Assert.Equal(diagnostics, Assert.Throws<FhirException>(() => Expand((name, value))).Issues[0].Diagnostics);

    [Theory]
    [InlineData("Patient#Patient.gender", "http://hl7.org/fhir/ValueSet/administrative-gender")]
    [InlineData("Patient.gender", "http://hl7.org/fhir/ValueSet/administrative-gender")]
    [InlineData("http://hl7.org/fhir/StructureDefinition/Patient#Patient.contact.gender", "http://hl7.org/fhir/ValueSet/administrative-gender")]
    [InlineData("Patient.name.use", "http://hl7.org/fhir/ValueSet/name-use")]
    public void A_context_is_an_element_that_is_bound_to_a_value_set(string context, string url) => Assert.Equal(url, Answer(new TerminologyArguments([new("context", context, null)]))["url"]!.ToString());

    [Theory]
    [InlineData("Patient#Patient.nothing", IssueType.NotFound)]
    [InlineData("Patient.birthDate", IssueType.NotFound)]
    [InlineData("Patient", IssueType.NotFound)]
    [InlineData("Nobody.gender", IssueType.NotFound)]
    [InlineData("http://example.org/profile#Patient.gender", IssueType.NotSupported)]
    [InlineData("Patient#Patient.name:official.use", IssueType.NotSupported)]
    public void A_context_that_leads_to_no_value_set_is_refused(string context, IssueType type) =>
        Assert.Equal(type, Assert.Throws<FhirException>(() => Answer(new TerminologyArguments([new("context", context, null)]))).Issues.Single().Type);

    private static JsonNode Expand(params (string Name, string Value)[] parameters) =>
        Answer(new TerminologyArguments([new("url", "http://example.org/all", null), .. parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null))]));

    private static JsonNode ExpandListed(params (string Name, string Value)[] parameters) =>
        Answer(new TerminologyArguments([new("url", "http://example.org/listed", null), .. parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null))]))["expansion"]!;

    private static JsonNode Answer(TerminologyArguments arguments) => JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(
        new TerminologyCatalog(R4Schema.Instance).With([.. ((string[])[Fruit, Set, Listing]).Select(each => ResourceDocument.Parse(Encoding.UTF8.GetBytes(each)))]), arguments))!;

    private static IEnumerable<string> Displays(JsonNode expansion) => (expansion["contains"]?.AsArray() ?? []).Select(each => each!["display"]!.ToString());

    private static JsonNode First(JsonNode answer) => answer["expansion"]!["contains"]![0]!;

    private static IEnumerable<string> Values(JsonNode concept) => concept["designation"]!.AsArray().Select(each => each!["value"]!.ToString());
}
