using Microsoft.Extensions.Primitives;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Server.Negotiation;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Negotiation;

/// <remarks>https://hl7.org/fhir/R4/http.html#ops</remarks>
public sealed class PreferencesTests
{
    [Theory]
    [InlineData("return=minimal", ReturnPreference.Minimal, false, false)]
    [InlineData("return=representation; handling=strict", ReturnPreference.Representation, true, false)]
    [InlineData("handling=lenient, return=OperationOutcome", ReturnPreference.OperationOutcome, false, true)]
    [InlineData("handling=lenient, handling=sloppy", null, false, true)]
    [InlineData("handling=lenient, handling=strict", null, true, false)]
    [InlineData("respond-async, handling=\"strict\"", null, true, false)]
    public void Return_and_handling_are_read_and_others_passed_over(string header, ReturnPreference? expected, bool strict, bool lenient) =>
        Assert.Equal(new Preferences(expected, strict, header.StartsWith("respond-async", StringComparison.Ordinal), lenient), Preferences.Parse(header));

    [Fact]
    public void Several_headers_count_together() =>
        Assert.Equal(new Preferences(ReturnPreference.Minimal, true), Preferences.Parse(new StringValues(["return=minimal", "handling=strict"])));

    [Theory]
    [InlineData("return=everything", null, false)]
    [InlineData("return=minimal, return=presentation", ReturnPreference.Minimal, false)]
    [InlineData("handling=sloppy", null, false)]
    [InlineData("handling=strict, handling=sloppy", null, true)]
    public void An_unknown_value_is_passed_over(string header, ReturnPreference? expected, bool strict) =>
        Assert.Equal(new Preferences(expected, strict, header.StartsWith("respond-async", StringComparison.Ordinal)), Preferences.Parse(header));
}
