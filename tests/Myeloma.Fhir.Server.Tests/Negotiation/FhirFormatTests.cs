using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Negotiation;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Negotiation;

/// <remarks>https://hl7.org/fhir/R4/http.html#mime-type</remarks>
public sealed class FhirFormatTests
{
    [Theory]
    [InlineData(null, null, "application/fhir+json")]
    [InlineData(null, "*/*", "application/fhir+json")]
    [InlineData(null, "application/fhir+json", "application/fhir+json")]
    [InlineData(null, "application/fhir+json; fhirVersion=4.0", "application/fhir+json")]
    [InlineData(null, "application/json", "application/json")]
    [InlineData(null, "text/json", "text/json")]
    [InlineData(null, "application/*", "application/fhir+json")]
    [InlineData(null, "application/xml, application/json;q=0.5", "application/json")]
    [InlineData(null, "application/json;q=0.4, application/fhir+json;q=0.8", "application/fhir+json")]
    [InlineData(null, "*/*;q=0.1, application/json", "application/json")]
    [InlineData(null, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/fhir+json")]
    [InlineData("json", "application/fhir+xml", "application/fhir+json")]
    [InlineData("application/fhir+json", null, "application/fhir+json")]
    [InlineData("application/fhir json", null, "application/fhir+json")]
    [InlineData("application/json", null, "application/json")]
    public void The_answer_has_the_best_JSON_type_that_was_asked_for(string? format, string? accept, string expected) =>
        Assert.Equal(expected, FhirFormat.OfAnswer(format, accept));

    [Theory]
    [InlineData(null, "application/fhir+xml")]
    [InlineData(null, "application/fhir+json;q=0")]
    [InlineData(null, "application/fhir+json; fhirVersion=5.0")]
    [InlineData(null, "text/turtle, image/*")]
    [InlineData("xml", "application/fhir+json")]
    [InlineData("application/fhir+xml", null)]
    [InlineData("html", "*/*")]
    [InlineData("*/*", null)]
    public void Any_other_type_is_not_acceptable(string? format, string? accept)
    {
        var fault = Assert.Throws<FhirException>(() => FhirFormat.OfAnswer(format, accept));

        var issue = Assert.Single(fault.Issues);
        Assert.Equal(IssueType.NotSupported, issue.Type);
        Assert.Equal(406, OutcomeStatus.Of(fault.Issues));
        Assert.Contains("application/fhir+json", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/fhir+json")]
    [InlineData("application/json")]
    [InlineData("text/json; charset=UTF-8")]
    [InlineData("APPLICATION/FHIR+JSON;charset=\"utf-8\"; fhirVersion=4.0")]
    public void A_body_in_JSON_is_read(string contentType) => FhirFormat.CheckBody(contentType);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/fhir+xml")]
    [InlineData("application/*")]
    [InlineData("*/*")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/fhir+json; fhirVersion=3.0")]
    public void A_body_in_another_format_is_not_read(string? contentType) =>
        Assert.Equal(415, OutcomeStatus.Of(Assert.Throws<FhirException>(() => FhirFormat.CheckBody(contentType)).Issues));
}
