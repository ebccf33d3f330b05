namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/extensibility.html</remarks>
public sealed class ExtensionTests
{
    private const string BirthPlace = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace";

    [Fact]
    public void An_unknown_extension_is_a_warning() =>
        Assert.Equal(
            ["warning extension-unknown Patient.extension[0]"],
            Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"http://example.org/x","valueString":"a"}]}"""));

    [Fact]
    public void The_extensions_of_the_specification_are_known() =>
        Assert.Empty(Sample.Findings($$$"""{"resourceType":"Patient","extension":[{"url":"{{{BirthPlace}}}","valueAddress":{"city":"A"}}]}"""));

    [Fact]
    public void A_value_of_another_type_than_the_definition_says_is_an_error() =>
        Assert.Equal(
            ["error profile-type Patient.extension[0].value"],
            Sample.Findings($$$"""{"resourceType":"Patient","extension":[{"url":"{{{BirthPlace}}}","valueString":"A"}]}"""));

    [Fact]
    public void An_extension_stands_where_its_definition_allows() =>
        Assert.Equal(
            ["error extension-context Practitioner.extension[0]"],
            Sample.Findings($$$"""{"resourceType":"Practitioner","extension":[{"url":"{{{BirthPlace}}}","valueAddress":{"city":"A"}}]}"""));

    [Fact]
    public void An_extension_that_is_no_modifier_does_not_stand_among_modifiers() =>
        Assert.Contains(
            "error extension-modifier Patient.modifierExtension[0]",
            Sample.Findings(
                """{"resourceType":"Patient","modifierExtension":[{"url":"http://example.org/plain","valueString":"a"}]}""",
                [Extension("plain", """{"path":"Extension","isModifier":false}""")]));

    [Fact]
    public void The_url_of_an_extension_is_absolute_unless_another_extension_holds_it()
    {
        Assert.Equal(["error extension-url Patient.extension[0]"], Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"x","valueString":"a"}]}"""));
        Assert.Equal(
            ["warning extension-unknown Patient.extension[0]"],
            Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"http://example.org/x","extension":[{"url":"part","valueString":"a"}]}]}"""));
    }

    [Fact]
    public void The_parts_of_a_complex_extension_are_checked_by_its_slices()
    {
        var definition = Extension("pair", """
            {"path":"Extension"},
            {"path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"closed"}},
            {"path":"Extension.extension","sliceName":"first","min":1,"max":"1"},
            {"path":"Extension.extension.url","fixedUri":"first"},
            {"path":"Extension.extension.value[x]","min":1,"type":[{"code":"code"}]},
            {"path":"Extension.value[x]","max":"0"}
            """);

        Assert.Empty(Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"http://example.org/pair","extension":[{"url":"first","valueCode":"a"}]}]}""", [definition]));
        Assert.Equal(
            ["error profile-min Patient.extension[0]", "error extension-part Patient.extension[0].extension[0]", "error slicing-closed Patient.extension[0].extension[0]"],
            Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"http://example.org/pair","extension":[{"url":"second","valueCode":"a"}]}]}""", [definition]));
        Assert.Equal(
            ["error profile-type Patient.extension[0].extension[0].value"],
            Sample.Findings("""{"resourceType":"Patient","extension":[{"url":"http://example.org/pair","extension":[{"url":"first","valueString":"a"}]}]}""", [definition]));
    }

    private static string Extension(string name, string elements) =>
        Sample.Profile(name, "Extension", elements).Replace("\"differential\"", "\"context\":[{\"type\":\"element\",\"expression\":\"Patient\"}],\"differential\"", StringComparison.Ordinal);
}
