namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/references.html#contained</remarks>
public sealed class ContainedTests
{
    [Fact]
    public void A_contained_resource_that_nobody_points_at_is_an_error() =>
        Assert.Equal(
            ["error dom-3 Patient.contained[0]"],
            Sample.Findings("""{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}]}"""));

    [Theory]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}],"managingOrganization":{"reference":"#o"}}""")]
    [InlineData("""{"resourceType":"PlanDefinition","status":"draft","contained":[{"resourceType":"ActivityDefinition","id":"a","status":"draft"}],"action":[{"definitionCanonical":"#a"}]}""")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"#"}}]}""")]
    public void One_that_is_pointed_at_or_points_at_its_container_is_fine(string json) => Assert.Empty(Sample.Findings(json));

    [Fact]
    public void Contained_resources_do_not_nest_have_ids_of_their_own_and_no_versions() =>
        Assert.Equal(
            [
                "error dom-2 Patient", "error dom-4 Patient", "error dom-5 Patient", "error contained-id-twice Patient.contained[1]",
                "warning code-not-in-value-set Patient.contained[1].meta.security[0]",
                "error contained-without-id Patient.contained[2]",
            ],
            Sample.Findings("""
                {"resourceType":"Patient","managingOrganization":{"reference":"#o"},"contained":[
                  {"resourceType":"Organization","id":"o","name":"O","meta":{"versionId":"1"}},
                  {"resourceType":"Organization","id":"o","name":"P","meta":{"security":[{"code":"x"}]}},
                  {"resourceType":"Organization","name":"Q","contained":[{"resourceType":"Location","id":"l"}]}]}
                """));
}
