namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/terminologies.html#strength</remarks>
public sealed class CodeTests
{
    [Fact]
    public void A_code_outside_a_required_set_is_an_error() =>
        Assert.Equal(["error code-not-in-value-set Patient.gender"], Sample.Findings("""{"resourceType":"Patient","gender":"man"}"""));

    [Fact]
    public void A_code_that_its_system_does_not_have_is_an_error_bound_or_not() =>
        Assert.Equal(
            ["error code-unknown Patient.meta.tag[0].code"],
            Sample.Findings("""{"resourceType":"Patient","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"NOSUCH"},{"system":"http://example.org/own","code":"any"}]}}"""));

    [Theory]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M")]
    public void A_code_inside_an_extensible_set_says_nothing(string system, string code) =>
        Assert.Empty(Sample.Findings($$$"""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"{{{system}}}","code":"{{{code}}}"}]}}"""));

    [Fact]
    public void A_code_outside_an_extensible_set_is_a_warning() =>
        Assert.Equal(
            ["warning code-not-in-value-set Patient.maritalStatus"],
            Sample.Findings("""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}}"""));

    [Fact]
    public void A_text_alone_is_enough_for_an_extensible_set() =>
        Assert.Empty(Sample.Findings("""{"resourceType":"Patient","maritalStatus":{"text":"it is complicated"}}"""));

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("application/fhir+json; charset=utf-8", true)]
    [InlineData("plain text", false)]
    public void Media_types_are_told_by_their_form(string type, bool isKnown)
    {
        var found = Sample.Findings($$"""{"resourceType":"Binary","contentType":"{{type}}"}""");

        Assert.Equal(isKnown ? [] : ["error code-not-in-value-set Binary.contentType"], found);
    }

    [Theory]
    [InlineData("de-CH", true)]
    [InlineData("zh-Hans-CN", true)]
    [InlineData("german language", false)]
    public void Languages_are_told_by_their_form(string language, bool isKnown)
    {
        var found = Sample.Findings($$$"""{"resourceType":"Patient","communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"{{{language}}}"}]}}]}""");

        Assert.Equal(!isKnown, found.Contains("error code-unknown Patient.communication[0].language.coding[0].code"));
    }

    [Theory]
    [InlineData("mg/kg", null)]
    [InlineData("mcg", "'mcg' is no UCUM unit, at character 1: UCUM has no unit 'mcg'; did you mean 'ug'?")]
    [InlineData("mcg/kg", "'mcg/kg' is no UCUM unit, at character 1: UCUM has no unit 'mcg'; did you mean 'ug'? The whole would be 'ug/kg'.")]
    [InlineData("g/12h", "'g/12h' is no UCUM unit, at character 5: A number is joined to a unit by '.': g/12.h.")]
    public void A_unit_follows_UCUM_in_quantities_and_codings(string unit, string? words)
    {
        var issues = new Validator().Validate(Sample.Resource($$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{{{unit}}}"},"method":{"coding":[{"system":"http://unitsofmeasure.org","code":"{{{unit}}}"}]}}"""))
            .Where(issue => issue.MessageId == "unit-unknown");

        (string?, string?, string?)[] expected = words is null ? [] : [("Observation.value.code", words, "CodeInvalid"), ("Observation.method.coding[0].code", words, "CodeInvalid")];
        Assert.Equal(expected, issues.Select(issue => (issue.Expression, (string?)issue.Diagnostics, (string?)issue.Type.ToString())));
    }

    [Fact]
    public void The_system_of_a_code_is_absolute() =>
        Assert.Equal(["error coding-system Patient.meta.tag[0].system"], Sample.Findings("""{"resourceType":"Patient","meta":{"tag":[{"system":"tags","code":"a"}]}}"""));
}
