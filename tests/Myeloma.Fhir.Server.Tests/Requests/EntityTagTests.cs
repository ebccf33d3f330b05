using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Requests;

/// <remarks>https://hl7.org/fhir/R4/http.html#concurrency</remarks>
public sealed class EntityTagTests
{
    [Theory]
    [InlineData("W/\"3\"")]
    [InlineData("\"3\"")]
    [InlineData(" 3 ")]
    public void A_version_is_read_however_it_is_dressed(string text) => Assert.Equal(3, EntityTag.ParseIfMatch(text));

    [Theory]
    [InlineData("*", 400)]
    [InlineData("", 400)]
    [InlineData("W/\"1\", W/\"2\"", 400)]
    [InlineData("W/\"abc\"", 412)]
    [InlineData("W/\"99999999999\"", 412)]
    public void Anything_else_is_refused(string text, int status) =>
        Assert.Equal(status, OutcomeStatus.Of(Assert.Throws<FhirException>(() => EntityTag.ParseIfMatch(text)).Issues));

    [Theory]
    [InlineData("W/\"2\"", true)]
    [InlineData("W/\"1\", \"2\"", true)]
    [InlineData("*", true)]
    [InlineData("W/\"22\"", false)]
    [InlineData("2", false)]
    [InlineData("", false)]
    public void A_list_matches_by_version(string list, bool expected) => Assert.Equal(expected, EntityTag.Matches(list, 2));
}
