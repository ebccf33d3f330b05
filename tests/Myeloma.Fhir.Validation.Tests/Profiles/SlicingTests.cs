namespace Myeloma.Fhir.Validation.Tests.Profiles;

/// <remarks>https://hl7.org/fhir/R4/profiling.html#slicing</remarks>
public sealed class SlicingTests
{
    private static string[] Check(string type, string elements, string resource, params string[] definitions) => Sample.Findings(
        $$$"""{"resourceType":"{{{type}}}",{{{resource}}}}""",
        [Sample.Profile("p", type, elements), .. definitions],
        new ValidationOptions { Profiles = ["http://example.org/p"] });

    private static string Identifiers(string rules, bool isOrdered = false) => $$$"""
        {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"ordered":{{{(isOrdered ? "true" : "false")}}},"rules":"{{{rules}}}"}},
        {"path":"Patient.identifier","sliceName":"a","min":1,"max":"1"},
        {"path":"Patient.identifier.system","fixedUri":"http://a"},
        {"path":"Patient.identifier.value","min":1},
        {"path":"Patient.identifier","sliceName":"b"},
        {"path":"Patient.identifier.system","fixedUri":"http://b"}
        """;

    [Theory]
    [InlineData("open", "a,c,b")]
    [InlineData("open", "a")]
    [InlineData("closed", "b,a")]
    [InlineData("openAtEnd", "a,b,c,c")]
    public void Items_in_their_slices_are_fine(string rules, string systems) => Assert.Empty(Check("Patient", Identifiers(rules), Patient(systems)));

    [Theory]
    [InlineData("open", "b", "error profile-min Patient")]
    [InlineData("open", "a,a", "error profile-max Patient.identifier[1]")]
    [InlineData("closed", "a,c", "error slicing-closed Patient.identifier[1]")]
    [InlineData("openAtEnd", "a,c,b", "error slicing-open-at-end Patient.identifier[2]")]
    public void Items_outside_their_slices_are_told(string rules, string systems, string expected) =>
        Assert.Equal([expected], Check("Patient", Identifiers(rules), Patient(systems)));

    [Fact]
    public void Ordered_slices_come_in_their_order()
    {
        Assert.Empty(Check("Patient", Identifiers("open", true), Patient("a,b,b")));
        Assert.Equal(["error slicing-order Patient.identifier[1]"], Check("Patient", Identifiers("open", true), Patient("b,a")));
    }

    [Fact]
    public void What_is_said_below_a_slice_holds_for_its_items_only()
    {
        Assert.Equal(
            ["error profile-min Patient.identifier[0]"],
            Check("Patient", Identifiers("open"), "\"identifier\":[{\"system\":\"http://a\"},{\"system\":\"http://b\"}]"));
    }

    [Fact]
    public void A_pattern_tells_slices_apart()
    {
        const string Elements = """
            {"path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"closed"}},
            {"path":"Observation.component","sliceName":"x"},
            {"path":"Observation.component.code","patternCodeableConcept":{"coding":[{"system":"http://s","code":"x"}]}}
            """;

        Assert.Empty(Check("Observation", Elements, Observation("""{"text":"more","coding":[{"code":"y"},{"system":"http://s","code":"x","display":"X"}]}""")));
        Assert.Equal(["error slicing-closed Observation.component[0]"], Check("Observation", Elements, Observation("""{"coding":[{"system":"http://s","code":"y"}]}""")));
    }

    [Fact]
    public void Types_tell_slices_of_a_choice_apart_also_by_their_short_names()
    {
        const string Full = """
            {"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}},
            {"path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},
            {"path":"Observation.value[x].unit","min":1}
            """;
        const string Short = """{"path":"Observation.valueQuantity.unit","min":1}""";

        foreach (var elements in new[] { Full, Short })
        {
            Assert.Equal(["error profile-min Observation.value"], Check("Observation", elements, """ "status":"final","code":{"text":"t"},"valueQuantity":{"value":1}"""));
            Assert.Empty(Check("Observation", elements, """ "status":"final","code":{"text":"t"},"valueQuantity":{"value":1,"unit":"u"}"""));
            Assert.Empty(Check("Observation", elements, """ "status":"final","code":{"text":"t"},"valueString":"s" """));
        }
    }

    [Fact]
    public void Presence_tells_slices_apart()
    {
        const string Elements = """
            {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"exists","path":"period"}],"rules":"open"}},
            {"path":"Patient.identifier","sliceName":"old"},
            {"path":"Patient.identifier.period","min":1},
            {"path":"Patient.identifier","sliceName":"current","max":"1"},
            {"path":"Patient.identifier.period","max":"0"}
            """;

        Assert.Empty(Check("Patient", Elements, """ "identifier":[{"value":"1"},{"value":"2","period":{"start":"2020"}},{"value":"3","period":{"start":"2021"}}]"""));
        Assert.Equal(["error profile-max Patient.identifier[1]"], Check("Patient", Elements, """ "identifier":[{"value":"1"},{"value":"2"}]"""));
    }

    [Fact]
    public void Profiles_of_entries_tell_slices_apart()
    {
        var named = Sample.Profile("named", "Patient", """{"path":"Patient.name","min":1}""");
        const string Elements = """
            {"path":"Bundle.entry","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"open"}},
            {"path":"Bundle.entry","sliceName":"patient","min":1},
            {"path":"Bundle.entry.resource","type":[{"code":"Patient","profile":["http://example.org/named"]}]}
            """;

        Assert.Empty(Check("Bundle", Elements, """ "type":"collection","entry":[{"resource":{"resourceType":"Patient","name":[{"family":"A"}]}}]""", named));
        Assert.Equal(["error profile-min Bundle"], Check("Bundle", Elements, """ "type":"collection","entry":[{"resource":{"resourceType":"Patient"}}]""", named));
    }

    [Fact]
    public void What_a_reference_leads_to_tells_slices_apart()
    {
        const string Elements = """
            {"path":"Patient.generalPractitioner","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],"rules":"open"}},
            {"path":"Patient.generalPractitioner","sliceName":"house","max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]}
            """;
        static string References(string second) => $$"""
            "contained":[{"resourceType":"Organization","id":"o","name":"O"},{"resourceType":"{{second}}","id":"p"{{(second == "Organization" ? ",\"name\":\"P\"" : "")}}}],
            "generalPractitioner":[{"reference":"#o"},{"reference":"#p"}]
            """;

        Assert.Empty(Check("Patient", Elements, References("Practitioner")));
        Assert.Equal(["error profile-max Patient.generalPractitioner[1]"], Check("Patient", Elements, References("Organization")));
    }

    [Fact]
    public void A_slice_is_sliced_again()
    {
        const string Elements = """
            {"path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"path":"Patient.telecom","sliceName":"phone","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
            {"path":"Patient.telecom.system","fixedCode":"phone"},
            {"path":"Patient.telecom","sliceName":"phone/home","max":"1"},
            {"path":"Patient.telecom.use","fixedCode":"home"}
            """;

        Assert.Empty(Check("Patient", Elements, """ "telecom":[{"system":"phone","use":"home","value":"1"},{"system":"phone","use":"work","value":"2"},{"system":"email","use":"home","value":"a"},{"system":"email","use":"home","value":"b"}]"""));
        Assert.Equal(
            ["error profile-max Patient.telecom[1]"],
            Check("Patient", Elements, """ "telecom":[{"system":"phone","use":"home","value":"1"},{"system":"phone","use":"home","value":"2"}]"""));
    }

    [Fact]
    public void A_derived_profile_refines_a_slice_of_its_base_by_name()
    {
        var middle = Sample.Profile("middle", "Patient", Identifiers("open"));
        var leaf = Sample.Profile("leaf", "Patient", """{"path":"Patient.identifier","sliceName":"b"},{"path":"Patient.identifier.assigner","min":1}""", "http://example.org/middle");

        var found = Sample.Findings("""{"resourceType":"Patient","identifier":[{"system":"http://a","value":"1"},{"system":"http://b","value":"2"}]}""", [middle, leaf], new ValidationOptions { Profiles = ["http://example.org/leaf"] });

        Assert.Equal(["error profile-min Patient.identifier[1]"], found);
    }

    private static string Patient(string systems) =>
        $"\"identifier\":[{string.Join(',', systems.Split(',').Select((system, place) => $$"""{"system":"http://{{system}}","value":"{{place}}"}"""))}]";

    private static string Observation(string code) => $$$""" "status":"final","code":{"text":"t"},"component":[{"code":{{{code}}},"valueString":"v"}]""";
}
