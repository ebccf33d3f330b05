namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/datatypes.html#Coding</remarks>
public sealed class DisplayTests
{
    private static string Coded(string coding) => $$$$"""{"resourceType":"Basic","code":{"coding":[{{{{{coding}}}}}]}}""";

    private const string System = """ "system":"http://hl7.org/fhir/administrative-gender","code":"male" """;

    [Theory]
    [InlineData(System)]
    [InlineData(System + ""","display":"male" """)]
    [InlineData(System + ""","version":"4.0.1","display":" Male" """)]
    [InlineData(System + ""","version":"9.9","display":"anything" """)]
    public void A_code_called_as_its_system_calls_it_is_fine(string coding) => Assert.DoesNotContain(Sample.Findings(Coded(coding)), finding => finding.Contains("coding", StringComparison.Ordinal));

    [Theory]
    [InlineData(System + ""","display":"Female" """, "warning coding-display Basic.code.coding[0].display")]
    [InlineData(""" "system":"http://hl7.org/fhir/administrative-gender","code":"x" """, "error code-unknown Basic.code.coding[0].code")]
    [InlineData(""" "system":"http://hl7.org/fhir/administrative-gender","version":"9.9","code":"x" """, "warning code-unknown Basic.code.coding[0].code")]
    [InlineData(""" "system":"http://hl7.org/fhir/ValueSet/address-use","code":"home" """, "error coding-system Basic.code.coding[0].system")]
    public void One_that_is_not_is_told(string coding, string expected) => Assert.Contains(expected, Sample.Findings(Coded(coding)));
}
