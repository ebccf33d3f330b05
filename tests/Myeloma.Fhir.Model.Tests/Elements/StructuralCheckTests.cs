using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Tests.Elements;

/// <remarks>https://hl7.org/fhir/R4/json.html</remarks>
public sealed class StructuralCheckTests
{
    private static IReadOnlyList<Issue> Check(string json, int maxIssues = StructuralCheck.DefaultMaxIssues) =>
        StructuralCheck.Check(ResourceDocument.Parse(Encoding.UTF8.GetBytes(json)), maxIssues);

    private static string[] Brief(string json) => [.. Check(json).Select(issue => $"{issue.MessageId} {issue.Expression}")];

    [Theory]
    [InlineData("""{"resourceType":"Patient","brithDate":"2000"}""", "unknown-property Patient.brithDate")]
    [InlineData("""{"resourceType":"Patient","resourcetype":"x"}""", "unknown-property Patient.resourcetype")]
    [InlineData("""{"resourceType":"Patient","name":[{"resourceType":"HumanName","text":"a"}]}""", "unknown-property Patient.name[0].resourceType")]
    [InlineData("""{"resourceType":"Patient","fhir_comments":["x"]}""", "fhir-comments Patient.fhir_comments")]
    [InlineData("""{"resourceType":"Patient","name":{"text":"a"}}""", "array-expected Patient.name")]
    [InlineData("""{"resourceType":"Patient","gender":["male"]}""", "array-not-allowed Patient.gender")]
    [InlineData("""{"resourceType":"Patient","gender":null}""", "null-not-allowed Patient.gender")]
    [InlineData("""{"resourceType":"Patient","name":[null]}""", "null-not-allowed Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","name":[]}""", "empty-array Patient.name")]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", "empty-object Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"a"}]}""", "empty-object Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":""}]}""", "invalid-string Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":["Ann"]}""", "wrong-json-type Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "wrong-json-type Patient.active")]
    [InlineData("""{"resourceType":"Patient","birthDate":2000}""", "wrong-json-type Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","contact":[{"gender":"male"},{"birthDate":"2000"}]}""", "unknown-property Patient.contact[1].birthDate")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null]}]}""", "null-not-allowed Patient.name[0].given[1]")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[null,{"id":"x"}]}]}""", "companion-length Patient.name[0].given", "empty-object Patient.name[0].given[1]")]
    [InlineData("""{"resourceType":"Patient","_name":[{"id":"x"}]}""", "companion-of-complex Patient.name")]
    [InlineData("""{"resourceType":"Patient","_birthDate":"2000"}""", "wrong-json-type Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{}}""", "empty-object Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"id":"x"}}""", "empty-object Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"value":"2000"}}""", "unknown-property Patient.birthDate.value")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2000"}""", "choice-twice Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"extension":[{"url":"http://e"}]}}""", "choice-twice Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceased":true}""", "unknown-property Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","gender":"Male"}""", "code-not-in-value-set Patient.gender")]
    [InlineData("""{"resourceType":"Patient","link":[{"type":"seealso"}]}""", "missing-element Patient.link[0]")]
    [InlineData("""{"resourceType":"Observation","status":"final"}""", "missing-element Observation")]
    [InlineData("""{"resourceType":"Patient","id":"a_b"}""", "invalid-id Patient.id")]
    [InlineData("""{"resourceType":"Patient","contained":[{"id":"x"}]}""", "resource-type Patient.contained[0]")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Nonsense"}]}""", "resource-type Patient.contained[0]")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"DomainResource"}]}""", "resource-type Patient.contained[0]")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Medication","code":{"txt":"a"}}]}""", "unknown-property Patient.contained[0].code.txt")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","deceasedDateTime":"2000-13"}}]}""", "invalid-dateTime Bundle.entry[0].resource.deceased")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"generated","div":"<div><script>x</script></div>"}}""", "invalid-xhtml Patient.text.div")]
    [InlineData("""{"resourceType":"AllergyIntolerance","patient":{"display":"p"},"clinicalStatus":{"text":"active"}}""", "code-not-in-value-set AllergyIntolerance.clinicalStatus")]
    [InlineData(
        """{"resourceType":"AllergyIntolerance","patient":{"display":"p"},"clinicalStatus":{"coding":[{"system":"http://e","code":"active"}]}}""",
        "code-not-in-value-set AllergyIntolerance.clinicalStatus")]
    public void A_fault_is_named_with_its_place(string json, params string[] expected) => Assert.Equal(expected, Brief(json));

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2000-02-29","_birthDate":{"id":"x"}}""")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://e","valueCode":"unknown"}]}}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"http://e","valueString":"x"}]}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"_given":[{"extension":[{"url":"http://e","valueString":"x"}]}]}]}""")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"_deceasedBoolean":{"id":"x"}}""")]
    [InlineData("""{"resourceType":"Patient","gender":"\u006dale"}""")]
    [InlineData("""{"resourceType":"ExampleScenario","status":"draft","instance":[{"resourceId":"a","resourceType":"Patient"}]}""")]
    [InlineData("""{"resourceType":"AllergyIntolerance","patient":{"display":"p"},"clinicalStatus":{"extension":[{"url":"http://e","valueCode":"unknown"}]}}""")]
    [InlineData(
        """{"resourceType":"AllergyIntolerance","patient":{"display":"p"},"clinicalStatus":{"coding":[{"code":"x"},{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}}""")]
    public void The_sound_neighbour_has_no_fault(string json) => Assert.Equal([], Brief(json));

    [Fact]
    public void All_faults_come_together_in_the_order_of_the_document()
    {
        const string json = """
            {
              "resourceType": "Patient",
              "gender": "Male",
              "contact": [ { "gender": "male" }, { "birthDate": "2000" } ],
              "birthDate": "2001-02-29"
            }
            """;

        Assert.Equal(
            [
                new Issue(IssueSeverity.Error, IssueType.CodeInvalid,
                    "'Male' is not in the value set http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1 (male, female, other, unknown), which 'gender' must take its code from.",
                    "Patient.gender", 3, 13, "code-not-in-value-set"),
                new Issue(IssueSeverity.Error, IssueType.Structure, "'birthDate' is not a property of Patient.contact.", "Patient.contact[1].birthDate", 4, 53, "unknown-property"),
                new Issue(IssueSeverity.Error, IssueType.Value, "'2001-02-29' is no date: it is YYYY, YYYY-MM or YYYY-MM-DD, and a day of the calendar.", "Patient.birthDate", 5, 16, "invalid-date"),
            ],
            Check(json));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","brithDate":"2000"}""", "'brithDate' is not a property of Patient; did you mean 'birthDate'?")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueAddress":{"text":"a"}}""",
        "'valueAddress' is not a property of Observation; 'value[x]' is of one of the types Quantity, CodeableConcept, string, boolean, integer, Range, Ratio, SampledData, time, dateTime, Period.")]
    [InlineData("""{"resourceType":"Patient","relationship":[{"text":"a"}]}""", "'relationship' is not a property of Patient; Patient.contact has one.")]
    [InlineData("""{"resourceType":"Patient","zzz":1}""", "'zzz' is not a property of Patient.")]
    public void An_unknown_property_is_answered_with_what_may_have_been_meant(string json, string expected) =>
        Assert.Equal(expected, Assert.Single(Check(json)).Diagnostics);

    [Fact]
    public void The_number_of_issues_has_a_cap_that_is_told()
    {
        var json = $$"""{"resourceType":"Patient",{{string.Join(',', Enumerable.Range(0, 50).Select(number => $"\"x{number}\":1"))}}}""";

        Assert.Equal(50, Check(json).Count);
        var capped = Check(json, maxIssues: 10);
        Assert.Equal(10, capped.Count);
        Assert.Equal(("too-many-issues", "More than 9 faults were found; the others are left out."), (capped[^1].MessageId, capped[^1].Diagnostics));
        Assert.Equal(50, Check(json, maxIssues: 50).Count);
    }

    [Fact]
    public void A_sound_document_costs_one_small_object_at_most()
    {
        var document = ResourceDocument.Parse(Encoding.UTF8.GetBytes(
            """{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Ann &amp; Bob</p></div>"},"name":[{"given":["Ann","\u00c4"]}],"birthDate":"2000-01-31"}"""));
        for (var warm = 0; warm < 3; warm++) StructuralCheck.Check(document);

        var before = GC.GetAllocatedBytesForCurrentThread();
        StructuralCheck.Check(document);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128);
    }
}
