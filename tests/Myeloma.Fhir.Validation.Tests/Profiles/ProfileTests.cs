namespace Myeloma.Fhir.Validation.Tests.Profiles;

/// <remarks>https://hl7.org/fhir/R4/profiling.html</remarks>
public sealed class ProfileTests
{
    private static string[] Check(string elements, string patient, params string[] definitions) => Sample.Findings(
        $$$"""{"resourceType":"Patient",{{{patient}}}}""",
        [Sample.Profile("p", "Patient", elements), .. definitions],
        new ValidationOptions { Profiles = ["http://example.org/p"] });

    [Theory]
    [InlineData("""{"path":"Patient.name","min":1}""", "\"active\":true", "error profile-min Patient")]
    [InlineData("""{"path":"Patient.name","max":"1"}""", "\"name\":[{\"family\":\"A\"},{\"family\":\"B\"}]", "error profile-max Patient.name[1]")]
    [InlineData("""{"path":"Patient.photo","max":"0"}""", "\"photo\":[{\"url\":\"http://example.org/a\"}]", "error profile-max Patient.photo[0]")]
    [InlineData("""{"path":"Patient.active","fixedBoolean":true}""", "\"active\":false", "error fixed-value Patient.active")]
    [InlineData("""{"path":"Patient.name","patternHumanName":{"use":"official"}}""", "\"name\":[{\"use\":\"usual\",\"family\":\"A\"}]", "error pattern-value Patient.name[0]")]
    [InlineData("""{"path":"Patient.birthDate","minValueDate":"1900-01-01"}""", "\"birthDate\":\"1899-12-31\"", "error min-value Patient.birthDate")]
    [InlineData("""{"path":"Patient.multipleBirthInteger","maxValueInteger":5}""", "\"multipleBirthInteger\":6", "error max-value Patient.multipleBirth")]
    [InlineData("""{"path":"Patient.name.family","maxLength":3}""", "\"name\":[{\"family\":\"Long\"}]", "error max-length Patient.name[0].family")]
    [InlineData("""{"path":"Patient.deceased[x]","type":[{"code":"boolean"}]}""", "\"deceasedDateTime\":\"2020\"", "error profile-type Patient.deceased")]
    [InlineData("""{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/marital-status"}}""", "\"maritalStatus\":{\"text\":\"?\"}", "error code-not-in-value-set Patient.maritalStatus")]
    [InlineData("""{"path":"Patient","constraint":[{"key":"p-1","severity":"warning","human":"Named","expression":"name.exists()"}]}""", "\"active\":true", "warning p-1 Patient")]
    [InlineData("""{"path":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]}""", "\"generalPractitioner\":[{\"reference\":\"Practitioner/1\"}]", "warning reference-target-type Patient.generalPractitioner[0]")]
    [InlineData("""{"path":"Patient.generalPractitioner","type":[{"code":"Reference","aggregation":["contained"]}]}""", "\"generalPractitioner\":[{\"reference\":\"Practitioner/1\"}]", "error reference-aggregation Patient.generalPractitioner[0]")]
    [InlineData("""{"path":"Patient.generalPractitioner","type":[{"code":"Reference","versioning":"specific"}]}""", "\"generalPractitioner\":[{\"reference\":\"Practitioner/1\"}]", "error reference-versioning Patient.generalPractitioner[0]")]
    public void What_a_profile_asks_for_and_does_not_get_is_told(string element, string patient, string expected) =>
        Assert.Equal([expected], Check(element, patient));

    [Theory]
    [InlineData("""{"path":"Patient.name","min":1}""", "\"name\":[{\"family\":\"A\"}]")]
    [InlineData("""{"path":"Patient.active","fixedBoolean":true}""", "\"active\":true")]
    [InlineData("""{"path":"Patient.name","patternHumanName":{"use":"official"}}""", "\"name\":[{\"use\":\"official\",\"family\":\"A\"}]")]
    [InlineData("""{"path":"Patient.birthDate","minValueDate":"1900-01-01"}""", "\"birthDate\":\"1900-01-01\"")]
    [InlineData("""{"path":"Patient.multipleBirthInteger","maxValueInteger":5}""", "\"multipleBirthBoolean\":true")]
    [InlineData("""{"path":"Patient.name.family","maxLength":3}""", "\"name\":[{\"family\":\"\\u00fcb\\ud83d\\ude00\"}]")]
    [InlineData("""{"path":"Patient.generalPractitioner","type":[{"code":"Reference","aggregation":["referenced"]}]}""", "\"generalPractitioner\":[{\"reference\":\"Practitioner/1\"}]")]
    public void What_a_profile_asks_for_and_gets_is_fine(string element, string patient) =>
        Assert.Empty(Check(element, patient));

    [Fact]
    public void A_derived_profile_asks_for_all_that_its_base_asks_for()
    {
        var middle = Sample.Profile("middle", "Patient", """{"path":"Patient.name","min":1}""");

        var found = Sample.Findings(
            """{"resourceType":"Patient","birthDate":"2020"}""",
            [middle, Sample.Profile("leaf", "Patient", """{"path":"Patient.birthDate","max":"0"}""", "http://example.org/middle")],
            new ValidationOptions { Profiles = ["http://example.org/leaf"] });

        Assert.Equal(["error profile-min Patient", "error profile-max Patient.birthDate"], found);
    }

    [Fact]
    public void A_profile_without_its_base_can_not_be_used_and_says_so()
    {
        var found = Sample.Findings(
            """{"resourceType":"Patient"}""",
            [Sample.Profile("lost", "Patient", """{"path":"Patient.name","min":1}""", "http://example.org/gone")],
            new ValidationOptions { Profiles = ["http://example.org/lost"] });

        Assert.Equal(["warning profile-unusable Patient"], found);
    }

    [Fact]
    public void Profiles_that_are_each_others_base_or_target_end()
    {
        var left = Sample.Profile("left", "Patient", """{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["http://example.org/left"]}]}""");
        const string Bundle = """
            {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1",
             "meta":{"profile":["http://example.org/left","http://example.org/a"]},"link":[{"other":{"reference":"Patient/1"},"type":"seealso"}]}}]}
            """;
        var circle = new[] { ("a", "b"), ("b", "a") }.Select(pair => Sample.Profile(pair.Item1, "Patient", """{"path":"Patient.name","min":1}""", "http://example.org/" + pair.Item2));

        Assert.Equal(["warning profile-unusable Bundle.entry[0].resource.meta.profile[1]"], Sample.Findings(Bundle, [left, .. circle]));
    }

    [Fact]
    public void The_profile_of_a_type_is_checked_where_the_element_stands()
    {
        var address = Sample.Profile("address", "Address", """{"path":"Address.city","min":1}""");
        const string Element = """{"path":"Patient.address","type":[{"code":"Address","profile":["http://example.org/address"]}]}""";

        Assert.Equal(["error profile-min Patient.address[0]"], Check(Element, "\"address\":[{\"country\":\"A\"}]", address));
        Assert.Empty(Check(Element, "\"address\":[{\"city\":\"A\"}]", address));
    }

    [Fact]
    public void The_vital_signs_of_the_specification_are_known()
    {
        const string Weight = """
            {"resourceType":"Observation","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/bodyweight"]},"status":"final",
             "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01",
             "valueQuantity":{"value":70,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}
            """;

        Assert.DoesNotContain(Sample.Findings(Weight), finding => finding.StartsWith("error", StringComparison.Ordinal));
        Assert.Contains(
            "error profile-min Observation",
            Sample.Findings(Weight.Replace("observation-category\",\"code\":\"vital-signs\"", "observation-category\",\"code\":\"survey\"", StringComparison.Ordinal)));
        Assert.Contains(
            "error fixed-value Observation.value.system",
            Sample.Findings(Weight.Replace("http://unitsofmeasure.org", "http://example.org/units", StringComparison.Ordinal)));
    }
}
