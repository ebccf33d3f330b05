namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/references.html</remarks>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("""{"reference":"Patient/1"}""")]
    [InlineData("""{"reference":"http://example.org/fhir/Device/1/_history/2"}""")]
    [InlineData("""{"type":"Practitioner","display":"somebody"}""")]
    public void A_reference_to_a_type_that_its_element_does_not_allow_is_an_error(string reference) =>
        Assert.Equal(
            ["error reference-target-type Patient.managingOrganization"],
            Sample.Findings($$"""{"resourceType":"Patient","managingOrganization":{{reference}}}"""));

    [Theory]
    [InlineData("""{"reference":"Organization/1"}""")]
    [InlineData("""{"reference":"http://example.org/fhir/Organization/1/_history/2"}""")]
    [InlineData("""{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}""")]
    [InlineData("""{"reference":"http://example.org/somewhere/else"}""")]
    [InlineData("""{"display":"somebody"}""")]
    public void A_reference_to_an_allowed_type_or_to_one_that_can_not_be_told_is_fine(string reference) =>
        Assert.Empty(Sample.Findings($$"""{"resourceType":"Patient","managingOrganization":{{reference}}}"""));

    [Fact]
    public void A_contained_resource_is_taken_for_what_it_is() =>
        Assert.Equal(
            ["error reference-target-type Patient.managingOrganization"],
            Sample.Findings("""{"resourceType":"Patient","contained":[{"resourceType":"Location","id":"o"}],"managingOrganization":{"reference":"#o"}}"""));

    [Fact]
    public void A_type_that_contradicts_the_reference_is_an_error() =>
        Assert.Equal(
            ["error reference-type-differs Patient.managingOrganization"],
            Sample.Findings("""{"resourceType":"Patient","managingOrganization":{"reference":"Organization/1","type":"Practitioner"}}"""));
}
