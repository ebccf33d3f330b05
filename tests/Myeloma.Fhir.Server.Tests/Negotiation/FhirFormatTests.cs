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
    [InlineData(null, "application/fhir+xml", "application/fhir+xml")]
    [InlineData(null, "application/fhir+xml;charset=utf-8;fhirVersion=4.0", "application/fhir+xml")]
    [InlineData(null, "application/xml, application/json;q=0.5", "application/xml")]
    [InlineData(null, "application/xml;q=0.4, application/json;q=0.5", "application/json")]
    [InlineData(null, "application/xml, application/json", "application/xml")]
    [InlineData(null, "application/json, application/xml", "application/json")]
    [InlineData(null, "text/xml", "text/xml")]
    [InlineData(null, "text/*", "text/json")]
    [InlineData(null, "application/*, application/fhir+json;q=0.1", "application/fhir+xml")]
    [InlineData(null, "*/*, application/fhir+json;q=0, application/fhir+xml;q=0", "application/json")]
    [InlineData(null, "application/fhir+json;fhirVersion=3.0, application/fhir+xml;fhirVersion=4.0", "application/fhir+xml")]
    [InlineData(null, "text/html, application/fhir+xml;q=0.9", "application/fhir+xml")]
    [InlineData(null, "application/json;q=0.4, application/fhir+json;q=0.8", "application/fhir+json")]
    [InlineData(null, "*/*;q=0.1, application/json", "application/json")]
    [InlineData(null, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/fhir+json")]
    [InlineData("json", "application/fhir+xml", "application/fhir+json")]
    [InlineData("xml", "application/fhir+json", "application/fhir+xml")]
    [InlineData("text/xml", null, "text/xml")]
    [InlineData("application/xml", null, "application/xml")]
    [InlineData("application/fhir xml", null, "application/fhir+xml")]
    [InlineData("application/fhir+json", null, "application/fhir+json")]
    [InlineData("application/fhir json", null, "application/fhir+json")]
    [InlineData("application/json", null, "application/json")]
    public void The_answer_has_the_best_type_that_was_asked_for(string? format, string? accept, string expected) =>
        Assert.Equal(expected, FhirFormat.OfAnswer(format, accept));

    [Theory]
    [InlineData(null, "application/fhir+xml; fhirVersion=3.0")]
    [InlineData(null, "application/fhir+json; charset=iso-8859-1")]
    [InlineData(null, "application/fhir+json;q=0")]
    [InlineData(null, "application/fhir+json; fhirVersion=5.0")]
    [InlineData(null, "text/turtle, image/*")]
    [InlineData("ttl", "application/fhir+json")]
    [InlineData("application/fhir+xml;fhirVersion=3.0", null)]
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
    public void A_body_in_JSON_is_read(string contentType) => Assert.Equal(BodyFormat.Json, FhirFormat.OfBody(contentType));

    [Theory]
    [InlineData("application/fhir+xml")]
    [InlineData("application/xml;charset=utf-8")]
    [InlineData("text/xml; charset=UTF-16")]
    [InlineData("Application/Fhir+XML; fhirVersion=4.0.1")]
    public void A_body_in_XML_is_read(string contentType) => Assert.Equal(BodyFormat.Xml, FhirFormat.OfBody(contentType));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/fhir+turtle")]
    [InlineData("application/fhir+xml; charset=iso-8859-1")]
    [InlineData("application/fhir+json; charset=utf-16")]
    [InlineData("application/*")]
    [InlineData("*/*")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/fhir+json; fhirVersion=3.0")]
    public void A_body_in_another_format_is_not_read(string? contentType) =>
        Assert.Equal(415, OutcomeStatus.Of(Assert.Throws<FhirException>(() => FhirFormat.OfBody(contentType)).Issues));
}
