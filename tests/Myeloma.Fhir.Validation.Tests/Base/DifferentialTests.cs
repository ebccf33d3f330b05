using Xunit;

namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/profiling.html#snapshot</remarks>
public sealed class DifferentialTests
{
    [Theory]
    [InlineData("""{"id":"Patient.nam","path":"Patient.nam","min":1}""")]
    [InlineData("""{"id":"Patient.birthDate","path":"Patient.birthDate","max":"2"}""")]
    [InlineData("""{"id":"Patient.name:a","path":"Patient.name","sliceName":"a"}""")]
    [InlineData("""{"id":"Patient.gender","path":"Patient.gender","binding":{"strength":"example","valueSet":"http://example.org/v"}}""")]
    public void What_can_t_be_applied_to_the_base_is_told_at_its_element(string element) => Assert.Equal(
        ["error differential StructureDefinition.differential.element[1]"],
        Sample.Findings(Sample.Profile("P", "Patient", """{"id":"Patient","path":"Patient"},""" + element)));

    [Fact]
    public void A_max_is_a_number_or_an_asterisk() => Assert.Equal(
        ["error eld-3 StructureDefinition.differential.element[1].max"],
        Sample.Findings(Sample.Profile("P", "Patient", """{"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","max":"x"}""")));

    [Fact]
    public void A_profile_that_fits_its_base_says_nothing() => Assert.Empty(
        Sample.Findings(Sample.Profile("P", "Patient", """{"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","min":1,"max":"1"}""")));

    [Fact]
    public void A_base_that_is_not_known_is_a_warning() => Assert.Equal(
        ["warning differential-not-checked StructureDefinition"],
        Sample.Findings(Sample.Profile("P", "Patient", """{"id":"Patient","path":"Patient"}""", "http://example.org/unknown")));
}
