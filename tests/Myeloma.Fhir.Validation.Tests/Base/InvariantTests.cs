namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/conformance-rules.html#constraints</remarks>
public sealed class InvariantTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"http://example.org/x","valueString":"a","extension":[{"url":"b","valueCode":"c"}]}]}""", "error ext-1 Patient.extension[0]")]
    [InlineData("""{"resourceType":"Patient","identifier":[{"period":{"start":"2020-01-02","end":"2020-01-01"}}]}""", "error per-1 Patient.identifier[0].period")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p> </p></div>"}}""", "error txt-2 Patient.text.div")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"#gone"}}""", "error ref-1 Patient.managingOrganization")]
    [InlineData("""{"resourceType":"Group","type":"person","actual":false,"member":[{"entity":{"reference":"Patient/1"}}]}""", "error grp-1 Group")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"a","valueString":"b","part":[{"name":"c","valueCode":"d"}]}]}""", "error inv-1 Parameters.parameter[0]")]
    [InlineData("""{"resourceType":"ValueSet","url":"http://example.org/v","name":"no name","status":"draft"}""", "warning vsd-0 ValueSet")]
    public void An_invariant_that_is_not_met_is_told_at_its_element_with_its_severity(string json, string expected) =>
        Assert.Equal([expected], Sample.Findings(json).Where(finding => !finding.Contains("extension-unknown", StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"resourceType":"Patient","identifier":[{"period":{"start":"2020-01-01","end":"2020-01-02"}}]}""")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"a.png\" alt=\"\"/></div>"}}""")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}],"managingOrganization":{"reference":"#o"}}""")]
    [InlineData("""{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}}]}""")]
    [InlineData("""{"resourceType":"ValueSet","url":"http://example.org/v","name":"AName","status":"draft"}""")]
    public void An_invariant_that_is_met_says_nothing(string json) => Assert.Empty(Sample.Findings(json));

    [Fact]
    public void An_invariant_that_can_not_be_evaluated_is_a_warning_that_names_it()
    {
        var profile = Sample.Profile("odd", "Patient", """{"path":"Patient","constraint":[{"key":"odd-1","severity":"error","human":"Odd","expression":"name.family + 1 = 2"},{"key":"odd-2","severity":"error","human":"Odder","expression":"name.("}]}""");

        var issues = Sample.With(profile).Validate(Sample.Resource("""{"resourceType":"Patient","meta":{"profile":["http://example.org/odd"]},"name":[{"family":"A"}]}"""));

        Assert.Equal(["warning invariant-not-evaluated Patient", "warning invariant-not-evaluated Patient"], Sample.Shown(issues));
        Assert.StartsWith("Whether odd-1 of http://example.org/odd (Odd) is met is not known: ", issues[0].Diagnostics, StringComparison.Ordinal);
        Assert.StartsWith("Whether odd-2 of http://example.org/odd (Odder) is met is not known: ", issues[1].Diagnostics, StringComparison.Ordinal);
    }
}
