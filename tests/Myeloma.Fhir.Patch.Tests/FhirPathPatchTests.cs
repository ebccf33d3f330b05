using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Tests;

/// <remarks>https://hl7.org/fhir/R4/fhirpatch.html</remarks>
public sealed class FhirPathPatchTests
{
    private const string Contact = """{"name":"value","part":[{"name":"name","valueHumanName":{"family":"F"}},{"name":"relationship","valueCodeableConcept":{"text":"r"}},{"name":"relationship","valueCodeableConcept":{"text":"s"}}]}""";

    [Theory]
    [InlineData("""{ "resourceType" : "Patient" , "active" : true }""", "replace", "Patient.active", """{"name":"value","valueBoolean":false}""", """{ "resourceType" : "Patient" , "active" : false }""")]
    [InlineData("""{"resourceType":"Patient"}""", "add", "Patient", """{"name":"name","valueString":"contact"},""" + Contact, """{"resourceType":"Patient","contact":[{"name":{"family":"F"},"relationship":[{"text":"r"},{"text":"s"}]}]}""")]
    [InlineData("""{"resourceType":"Patient"}""", "add", "Patient", """{"name":"name","valueString":"deceased"},{"name":"value","valueDateTime":"2020"}""", """{"resourceType":"Patient","deceasedDateTime":"2020"}""")]
    [InlineData("""{"resourceType":"Patient"}""", "add", "Patient", """{"name":"name","valueString":"deceased[x]"},{"name":"value","valueBoolean":true}""", """{"resourceType":"Patient","deceasedBoolean":true}""")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true}""", "replace", "Patient.deceased", """{"name":"value","valueDateTime":"2020"}""", """{"resourceType":"Patient","deceasedDateTime":"2020"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970"}""", "add", "Patient.birthDate", """{"name":"name","valueString":"extension"},{"name":"value","part":[{"name":"url","valueUri":"http://e.org"},{"name":"value","valueCode":"x"}]}""", """{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"http://e.org","valueCode":"x"}]}}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"http://e.org","valueCode":"x"}]}}""", "delete", "Patient.birthDate.extension", "", """{"resourceType":"Patient","birthDate":"1970"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"b"}}""", "delete", "Patient.birthDate", "", """{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]}""", "delete", "Patient.name[0].given[0]", "", """{"resourceType":"Patient","name":[{"given":["b"],"_given":[{"id":"b"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]}""", "move", "Patient.name[0].given", """{"name":"source","valueInteger":1},{"name":"destination","valueInteger":0}""", """{"resourceType":"Patient","name":[{"given":["b","a"],"_given":[{"id":"b"},null]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"]}]}""", "insert", "Patient.name[0].given", """{"name":"index","valueInteger":0},{"name":"value","_valueString":{"extension":[{"url":"http://e.org","valueCode":"x"}]}}""", """{"resourceType":"Patient","name":[{"given":[null,"a"],"_given":[{"extension":[{"url":"http://e.org","valueCode":"x"}]},null]}]}""")]
    [InlineData("""{"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}]}""", "delete", "Patient.telecom.where(system='phone')", "", """{"resourceType":"Patient","telecom":[{"system":"email","value":"2"}]}""")]
    [InlineData("""{"resourceType":"Patient"}""", "delete", "Patient.telecom.where(system='phone')", "", """{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient"}""", "add", "Patient", """{"name":"name","valueString":"contained"},{"name":"value","resource":{"resourceType":"Organization","id":"o","name":"O"}}""", """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}]}""")]
    public void An_operation_changes_its_place_and_leaves_the_rest_as_written(string json, string type, string path, string parts, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Apply(json, type, path, parts).Bytes.Span));

    [Theory]
    [InlineData("replace", "Patient.birthDate", """{"name":"value","valueDate":"1970"}""", "business-rule operation[0] (replace Patient.birthDate): the path selects nothing.")]
    [InlineData("delete", "Patient.nam", "", "business-rule operation[0] (delete Patient.nam): the path selects nothing of any Patient: FHIRPath 'Patient.nam', character 9: FHIR.Patient has no element 'nam'; did you mean 'name'?")]
    [InlineData("delete", "Patient.name", "", "business-rule operation[0] (delete Patient.name): the path selects 2 elements; it has to select one, for instance with an index.")]
    [InlineData("add", "Patient", """{"name":"name","valueString":"active"},{"name":"value","valueBoolean":true}""", "business-rule operation[0] (add Patient): 'active' is there already and does not repeat; replace it.")]
    [InlineData("add", "Patient", """{"name":"name","valueString":"colour"},{"name":"value","valueString":"red"}""", "business-rule operation[0] (add Patient): Patient has no element 'colour'.")]
    [InlineData("add", "Patient", """{"name":"name","valueString":"birthDate"},{"name":"value","valueBoolean":true}""", "invalid operation[0] (add Patient): 'birthDate' is date, not boolean.")]
    [InlineData("add", "Patient", """{"name":"name","valueString":"deceased"},{"name":"value","valueQuantity":{"value":1}}""", "invalid operation[0] (add Patient): 'deceased[x]' takes boolean, dateTime, not Quantity.")]
    [InlineData("insert", "Patient.name", """{"name":"index","valueInteger":3},{"name":"value","valueHumanName":{"text":"x"}}""", "business-rule operation[0] (insert Patient.name): the list has 2 items; an index from 0 to 2 was expected, not 3.")]
    [InlineData("insert", "Patient.name[0]", """{"name":"index","valueInteger":0},{"name":"value","valueHumanName":{"text":"x"}}""", "business-rule operation[0] (insert Patient.name[0]): the path has to select one list, whole: 'Patient.name', with neither index nor filter at its end.")]
    [InlineData("move", "Patient.name", """{"name":"source","valueInteger":2},{"name":"destination","valueInteger":0}""", "business-rule operation[0] (move Patient.name): the list has 2 items; places from 0 to 1 were expected, not 2 and 0.")]
    [InlineData("delete", "Patient", "", "business-rule operation[0] (delete Patient): the resource itself can't be replaced, moved or deleted by a patch.")]
    [InlineData("replace", "Patient.name.count()", """{"name":"value","valueInteger":1}""", "business-rule operation[0] (replace Patient.name.count()): the path gives something that is no element of this resource.")]
    [InlineData("erase", "Patient.active", "", "invalid operation[0]: 'erase' is no type of operation; there are add, insert, delete, replace and move.")]
    [InlineData("replace", "Patient.active", "", "invalid operation[0] (replace Patient.active): the part 'value' is missing.")]
    public void A_fault_names_the_operation_and_says_what_was_expected(string type, string path, string parts, string expected)
    {
        const string patient = """{"resourceType":"Patient","active":true,"name":[{"text":"a"},{"text":"b"}]}""";

        var issue = Assert.Single(Assert.Throws<FhirException>(() => Apply(patient, type, path, parts)).Issues);

        Assert.Equal(expected, $"{(issue.Type == IssueType.BusinessRule ? "business-rule" : "invalid")} {issue.Diagnostics}");
        Assert.Equal("Parameters.parameter[0]", issue.Expression);
    }

    [Fact]
    public void What_an_operation_empties_can_be_filled_by_the_next_one()
    {
        var result = FhirPathPatch.Apply(Document("""{"resourceType":"Patient","contact":[{"name":{"text":"a"}},{"gender":"male"}]}"""), Document("""
            {"resourceType":"Parameters","parameter":[
              {"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.contact[0].name.text"}]},
              {"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient.contact[0].name"},{"name":"name","valueString":"family"},{"name":"value","valueString":"b"}]},
              {"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.contact[1].gender"}]}]}
            """));

        Assert.Equal("""{"resourceType":"Patient","contact":[{"name":{"family":"b"}}]}""", Encoding.UTF8.GetString(result.Bytes.Span));
    }

    private static ResourceDocument Apply(string json, string type, string path, string parts) => FhirPathPatch.Apply(Document(json), Document(
        $$"""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{type}}"},{"name":"path","valueString":"{{path}}"}{{(parts.Length > 0 ? "," : "")}}{{parts}}]}]}"""));

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
}
