using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Every kind of request, with what is particular to it.</summary>
public sealed class ActivityTests
{
    [Theory]
    [InlineData("Appointment", """{"resourceType":"Appointment","status":"proposed","serviceType":[{"text":"c"}],"created":"T","participant":[{"actor":{"reference":"Patient/1"},"status":"needs-action"}]}""")]
    [InlineData("AppointmentResponse", """{"resourceType":"AppointmentResponse","appointment":"?","actor":{"reference":"Patient/1"},"participantStatus":"needs-action"}""")]
    [InlineData("CarePlan", """{"resourceType":"CarePlan","instantiatesCanonical":["http://example.org/a|1"],"status":"active","intent":"proposal","subject":{"reference":"Patient/1"},"created":"T","activity":[{"detail":{"code":{"text":"c"},"status":"not-started","productCodeableConcept":{"text":"p"},"quantity":{"value":2.50}}}]}""")]
    [InlineData("Claim", """{"resourceType":"Claim","status":"active","type":{"text":"c"},"use":"preauthorization","patient":{"reference":"Patient/1"},"created":"T","provider":"?","priority":"?","insurance":[{"_sequence":"?","_focal":"?","coverage":"?"}]}""")]
    [InlineData("CommunicationRequest", """{"resourceType":"CommunicationRequest","status":"active","category":[{"text":"c"}],"subject":{"reference":"Patient/1"},"authoredOn":"T"}""")]
    [InlineData("Contract", """{"resourceType":"Contract","issued":"T","subject":[{"reference":"Patient/1"}],"type":{"text":"c"}}""")]
    [InlineData("DeviceRequest", """{"resourceType":"DeviceRequest","instantiatesCanonical":["http://example.org/a|1"],"status":"active","intent":"proposal","codeCodeableConcept":{"text":"p"},"subject":{"reference":"Patient/1"},"authoredOn":"T"}""")]
    [InlineData("EnrollmentRequest", """{"resourceType":"EnrollmentRequest","status":"active","created":"T","candidate":{"reference":"Patient/1"}}""")]
    [InlineData("ImmunizationRecommendation", """{"resourceType":"ImmunizationRecommendation","patient":{"reference":"Patient/1"},"date":"T","recommendation":[{"vaccineCode":[{"text":"p"}],"forecastStatus":"?"}]}""")]
    [InlineData("MedicationRequest", """{"resourceType":"MedicationRequest","status":"active","intent":"proposal","medicationCodeableConcept":{"text":"p"},"subject":{"reference":"Patient/1"},"authoredOn":"T","instantiatesCanonical":["http://example.org/a|1"],"dispenseRequest":{"quantity":{"value":2.50}}}""")]
    [InlineData("NutritionOrder", """{"resourceType":"NutritionOrder","instantiatesCanonical":["http://example.org/a|1"],"status":"active","intent":"proposal","patient":{"reference":"Patient/1"},"dateTime":"T","oralDiet":{"type":[{"text":"p"}]}}""")]
    [InlineData("ServiceRequest", """{"resourceType":"ServiceRequest","instantiatesCanonical":["http://example.org/a|1"],"status":"active","intent":"proposal","code":{"text":"c"},"quantityQuantity":{"value":2.50},"subject":{"reference":"Patient/1"},"authoredOn":"T"}""")]
    [InlineData("SupplyRequest", """{"resourceType":"SupplyRequest","status":"active","itemCodeableConcept":{"text":"p"},"quantity":{"value":2.50},"authoredOn":"T","deliverTo":{"reference":"Patient/1"}}""")]
    [InlineData("Task", """{"resourceType":"Task","instantiatesCanonical":"http://example.org/a|1","status":"ready","intent":"proposal","code":{"text":"c"},"for":{"reference":"Patient/1"},"authoredOn":"T"}""")]
    [InlineData("VisionPrescription", """{"resourceType":"VisionPrescription","status":"active","created":"T","patient":{"reference":"Patient/1"},"dateWritten":"T","prescriber":"?","lensSpecification":[{"product":{"text":"p"},"_eye":"?"}]}""")]
    public void Each_kind_gets_what_the_activity_states_and_says_what_is_not_known(string kind, string expected)
    {
        var made = Applying.Activity($$"""{"resourceType":"ActivityDefinition","url":"http://example.org/a","version":"1","status":"active","code":{"text":"c"},"productCodeableConcept":{"text":"p"},"quantity":{"value":2.50},"kind":"{{kind}}"}""");

        var text = made.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .Replace("""{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""", "\"?\"").Replace("2026-03-01T12:00:00Z", "T");
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("\"dosage\":[{\"text\":\"d\"}],\"timingTiming\":{\"repeat\":{\"count\":2}}", """[{"text":"d","timing":{"repeat":{"count":2}}}]""")]
    [InlineData("\"dosage\":[{\"timing\":{\"code\":{\"text\":\"own\"}}}],\"timingTiming\":{\"repeat\":{\"count\":2}}", """[{"timing":{"code":{"text":"own"}}}]""")]
    [InlineData("\"timingDateTime\":\"2026-05-01\"", """[{"timing":{"event":["2026-05-01"]}}]""")]
    [InlineData("\"timingPeriod\":{\"start\":\"2026\"}", """[{"timing":{"repeat":{"boundsPeriod":{"start":"2026"}}}}]""")]
    public void A_medication_has_its_timing_in_the_dosage(string stated, string expected)
    {
        var made = Applying.Activity($$"""{"resourceType":"ActivityDefinition","status":"draft","kind":"MedicationRequest",{{stated}}}""");

        Assert.Equal(expected, made["dosageInstruction"]!.ToJsonString());
    }

    [Theory]
    [InlineData("Task", "timingPeriod", "{\"start\":\"2026\"}", "executionPeriod")]
    [InlineData("ServiceRequest", "timingTiming", "{\"repeat\":{\"count\":2}}", "occurrenceTiming")]
    [InlineData("Appointment", "timingPeriod", "{\"start\":\"2026\"}", "requestedPeriod")]
    public void A_timing_stands_where_the_kind_has_it(string kind, string stated, string value, string place)
    {
        var made = Applying.Activity($$"""{"resourceType":"ActivityDefinition","status":"draft","kind":"{{kind}}","{{stated}}":{{value}}}""");

        Assert.Contains(value.Replace(" ", ""), made[place]!.ToJsonString());
    }

    [Fact]
    public void A_timing_without_a_place_is_told()
    {
        var made = Applying.Activity("""{"resourceType":"ActivityDefinition","id":"a","status":"draft","kind":"Task","timingAge":{"value":3,"unit":"a"}}""");

        Assert.Equal(["information informational ActivityDefinition.timing: ActivityDefinition/a: a Task has no place for this timing, and it is left out."], Applying.Issues(made));
    }

    [Fact]
    public void What_must_not_be_done_is_never_turned_into_a_request_to_do_it()
    {
        var service = Applying.Activity("""{"resourceType":"ActivityDefinition","status":"draft","kind":"ServiceRequest","doNotPerform":true}""");
        var fault = Assert.Throws<FhirException>(() => Applying.Activity("""{"resourceType":"ActivityDefinition","id":"a","status":"draft","kind":"Task","doNotPerform":true}"""));

        Assert.True(service["doNotPerform"]!.GetValue<bool>());
        Assert.Equal("ActivityDefinition/a: a Task can't say that something is not to be done, so no request is made.", fault.Message);
    }

    [Theory]
    [InlineData("", IssueType.Required, "ActivityDefinition/a: it names no kind of request and no product, so no request is made.")]
    [InlineData("\"kind\":\"Observation\",", IssueType.NotSupported, "ActivityDefinition/a: requests of kind Observation are not made here.")]
    public void Without_a_kind_that_is_made_here_there_is_no_request(string kind, IssueType type, string text)
    {
        var fault = Assert.Throws<FhirException>(() => Applying.Activity($$"""{"resourceType":"ActivityDefinition","id":"a",{{kind}}"status":"draft"}"""));

        Assert.Equal((type, text), (fault.Issues[0].Type, fault.Issues[0].Diagnostics));
    }

    [Fact]
    public void A_dynamic_value_fills_what_would_be_unknown()
    {
        var made = Applying.Activity("""{"resourceType":"ActivityDefinition","status":"draft","kind":"VisionPrescription","dynamicValue":[{"path":"prescriber.display","expression":{"language":"text/fhirpath","expression":"'somebody'"}}]}""");

        Assert.Equal("""{"display":"somebody"}""", made["prescriber"]!.ToJsonString());
    }
}
