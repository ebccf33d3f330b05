namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/metadatatypes.html#Expression</remarks>
public sealed class ExpressionTests
{
    private static string Plan(string language, string expression) => $$$"""
        {"resourceType":"PlanDefinition","status":"draft","action":[{"condition":[{"kind":"applicability","expression":{"language":"{{{language}}}","expression":"{{{expression}}}"}}]}]}
        """;

    [Theory]
    [InlineData("text/fhirpath", "%resource.id.exists()")]
    [InlineData("text/cql", "define \\\"A\\\": (")]
    public void FHIRPath_that_can_be_read_and_other_languages_are_fine(string language, string expression) => Assert.Empty(Sample.Findings(Plan(language, expression)));

    [Theory]
    [InlineData("name.where(")]
    [InlineData("name.unknownFunction()")]
    public void FHIRPath_that_can_not_be_read_is_an_error_where_it_stands(string expression) =>
        Assert.Equal(["error expression-syntax PlanDefinition.action[0].condition[0].expression.expression"], Sample.Findings(Plan("text/fhirpath", expression)));

    [Theory]
    [InlineData("Patient.nam", "fhirpath-unknown-element")]
    [InlineData("Patient.name.where(%x)", "fhirpath-unknown-variable")]
    public void A_search_parameter_is_checked_against_its_resource_types(string expression, string expected) => Assert.Equal(
        [$"error {expected} SearchParameter.expression"],
        Sample.Findings($$"""{"resourceType":"SearchParameter","url":"http://example.org/s","name":"S","status":"draft","description":"d","code":"s","base":["Patient"],"type":"string","expression":"{{expression}}","xpathUsage":"normal","xpath":"x"}"""));

    [Fact]
    public void Search_parameters_constraints_and_contexts_are_FHIRPath_by_definition()
    {
        Assert.Equal(
            ["error expression-syntax SearchParameter.expression"],
            Sample.Findings("""{"resourceType":"SearchParameter","url":"http://example.org/s","name":"S","status":"draft","description":"d","code":"s","base":["Patient"],"type":"string","expression":"Patient.name |","xpathUsage":"normal","xpath":"x"}"""));
        Assert.Equal(
            ["error expression-syntax StructureDefinition.contextInvariant[0]", "error expression-syntax StructureDefinition.differential.element[0].constraint[0].expression"],
            Sample.Findings("""
                {"resourceType":"StructureDefinition","url":"http://example.org/e","name":"E","status":"draft","kind":"complex-type","abstract":false,"context":[{"type":"element","expression":"Patient"}],
                "contextInvariant":["a b"],"type":"Extension","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","derivation":"constraint",
                "differential":{"element":[{"id":"Extension","path":"Extension","constraint":[{"key":"e-1","severity":"error","human":"h","expression":"value.("}]}]}}
                """));
    }
}
