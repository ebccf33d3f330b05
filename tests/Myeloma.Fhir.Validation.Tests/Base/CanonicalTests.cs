namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
public sealed class CanonicalTests
{
    private static string Plan(string definition) =>
        $$"""{"resourceType":"PlanDefinition","url":"http://example.org/p","status":"draft","action":[{"definitionCanonical":"{{definition}}"}]}""";

    private static string Bundle(params string[] resources) =>
        $$"""{"resourceType":"Bundle","type":"collection","entry":[{{string.Join(',', resources.Select((resource, place) => $$"""{"fullUrl":"http://example.org/e/{{place}}","resource":{{resource}}}"""))}}]}""";

    private const string Activity = """{"resourceType":"ActivityDefinition","url":"http://example.org/a","version":"2","status":"draft"}""";

    [Theory]
    [InlineData("http://example.org/a")]
    [InlineData("http://example.org/a|2")]
    public void A_definition_of_the_bundle_is_found(string canonical) => Assert.Empty(Sample.Findings(Bundle(Plan(canonical), Activity)));

    [Theory]
    [InlineData("http://example.org/b")]
    [InlineData("http://example.org/a|3")]
    public void One_that_is_nowhere_is_a_warning_in_a_bundle_and_nothing_for_a_resource_by_itself(string canonical)
    {
        Assert.Equal(["warning canonical-unknown Bundle.entry[0].resource.action[0].definition"], Sample.Findings(Bundle(Plan(canonical), Activity)));
        Assert.Empty(Sample.Findings(Plan(canonical)));
    }

    [Fact]
    public void A_definition_of_another_type_is_an_error()
    {
        var library = """{"resourceType":"Library","url":"http://example.org/l","status":"draft","type":{"text":"t"}}""";
        Assert.Equal(["error canonical-target-type Bundle.entry[0].resource.action[0].definition"], Sample.Findings(Bundle(Plan("http://example.org/l"), library)));
        Assert.Equal(["error canonical-target-type PlanDefinition.action[0].definition"], Sample.Findings(Plan("http://example.org/l"), [library]));
        Assert.Equal(["error canonical-target-type PlanDefinition.action[0].definition"], Sample.Findings(Plan("http://hl7.org/fhir/ValueSet/administrative-gender")));
    }

    [Fact]
    public void A_contained_definition_must_be_there() =>
        Assert.Equal(["error canonical-contained PlanDefinition.action[0].definition"], Sample.Findings(Plan("#a")));
}
