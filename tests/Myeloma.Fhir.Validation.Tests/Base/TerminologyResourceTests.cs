namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html</remarks>
public sealed class TerminologyResourceTests
{
    private const string Head = """ "resourceType":"CodeSystem","url":"http://example.org/c","name":"C","status":"draft" """;

    [Fact]
    public void A_value_set_draws_on_systems_by_absolute_urls()
    {
        static string Set(string system) => $$$"""{"resourceType":"ValueSet","url":"http://example.org/v","name":"V","status":"draft","compose":{"include":[{"system":"{{{system}}}"}]}}""";

        Assert.Empty(Sample.Findings(Set("http://example.org/c")));
        Assert.Equal(["error value-set-system ValueSet.compose.include[0].system"], Sample.Findings(Set("#c")));
    }

    [Theory]
    [InlineData(""","content":"complete","supplements":"http://example.org/other" """, "error code-system-content CodeSystem.supplements")]
    [InlineData(""","content":"not-present","concept":[{"code":"a"}]""", "error code-system-content CodeSystem.concept[0]")]
    [InlineData(""","content":"complete","property":[{"code":"p","type":"code"},{"code":"p","type":"code"}]""", "error code-system-property CodeSystem.property[1]")]
    [InlineData(""","content":"complete","property":[{"code":"p","type":"code"}],"concept":[{"code":"a","concept":[{"code":"b","property":[{"code":"p","valueString":"x"}]}]}]""",
        "error code-system-property CodeSystem.concept[0].concept[0].property[0].value")]
    public void A_code_system_that_contradicts_itself_is_told(string rest, string expected) => Assert.Equal([expected], Sample.Findings($"{{{Head}{rest}}}"));

    [Theory]
    [InlineData(""","content":"supplement","supplements":"http://example.org/other" """)]
    [InlineData(""","content":"complete","property":[{"code":"p","type":"string"}],"concept":[{"code":"a","property":[{"code":"p","valueString":"x"}]}]""")]
    public void One_that_does_not_is_fine(string rest) => Assert.Empty(Sample.Findings($"{{{Head}{rest}}}"));
}
