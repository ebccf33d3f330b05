namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Conditions and dynamic values.</summary>
public sealed class ExpressionTests
{
    private const string Patient = """{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1960-02-01","name":[{"given":["Ada"]}]}""";

    private static readonly ApplyRequest WithPatient = Applying.Request with { Data = [Applying.Parsed(Patient)] };

    private static string Condition(string expression, string language = "text/fhirpath", string kind = "applicability") =>
        $$$"""{"title":"it","condition":[{"kind":"{{{kind}}}","expression":{"language":"{{{language}}}","expression":"{{{expression}}}"}}]}""";

    [Theory]
    [InlineData("%subject.gender = 'female'")]
    [InlineData("%patient.gender = 'female'")]
    [InlineData("Patient.gender = 'female'")]
    [InlineData("%context.status = 'active' and %resource.url = 'http://example.org/plan' and status = 'active'")]
    [InlineData("%action.title = 'it' and %planDefinition.action.count() = 1")]
    [InlineData("%encounter.empty() and %practitioner.empty() and %organization.empty() and %userType.empty()")]
    [InlineData("today() = @2026-03-01 and %subject.birthDate < today() - 66 years")]
    public void An_action_whose_condition_is_met_is_in_the_result(string expression)
    {
        var result = Applying.CarePlan(Applying.Plan(Condition(expression)), WithPatient);

        Assert.Equal(([], "it"), (Applying.Issues(result).ToArray(), Applying.Contained(result, "requestgroup")["action"]?[0]!["title"]!.ToString()));
    }

    [Fact]
    public void An_action_whose_condition_is_not_met_is_left_out_and_told()
    {
        var result = Applying.CarePlan(Applying.Plan(Condition("%subject.gender = 'male'")), WithPatient);

        Assert.Null(Applying.Contained(result, "requestgroup")["action"]);
        Assert.Equal(["information informational PlanDefinition.action[0].condition[0]: http://example.org/plan: the action 'it' does not apply, and is left out: the condition %subject.gender = 'male' is not met."], Applying.Issues(result));
    }

    [Theory]
    [InlineData("%subject.deceased.ofType(boolean)", "text/fhirpath", "processing", "the condition gives neither true nor false for this subject; something it asks for is not stated")]
    [InlineData("%subject.name.given | 'Bea'", "text/fhirpath", "invalid", "the condition gives 2 items instead of true or false")]
    [InlineData("%unheard = 1", "text/fhirpath", "invalid", "FHIRPath '%unheard = 1', character 1: the variable %unheard is not defined")]
    [InlineData("%priorTreatments.count() > 1", "text/fhirpath", "processing", "no treatment of the subject is recorded in the data, neither as CarePlan nor as MedicationAdministration, and the parameters do not say that there was none")]
    [InlineData("exists [Condition]", "text/cql", "not-supported", "this CQL is beyond what can be evaluated here: exists [Condition]")]
    [InlineData("Has It", "text/cql-identifier", "processing", "no library of http://example.org/plan defines 'Has It', and no parameter of that name was given")]
    [InlineData("x", "text/x-own", "not-supported", "expressions in text/x-own are not supported; text/fhirpath is")]
    public void An_action_of_which_it_is_not_known_whether_it_applies_is_left_out_and_told(string expression, string language, string type, string why)
    {
        var result = Applying.CarePlan(Applying.Plan(Condition(expression, language)), WithPatient);

        Assert.Null(Applying.Contained(result, "requestgroup")["action"]);
        Assert.Equal([$"warning {type} PlanDefinition.action[0].condition[0]: http://example.org/plan: it is not known whether the action 'it' applies, and it is left out: {why}."], Applying.Issues(result));
    }

    [Fact]
    public void A_subject_that_is_not_there_makes_what_asks_for_it_unknown()
    {
        var result = Applying.CarePlan(Applying.Plan(Condition("%subject.gender = 'female'")));

        Assert.EndsWith("Patient/1 is neither among the data given nor known here.", Assert.Single(Applying.Issues(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_is_not_met_decides_whatever_the_others_are()
    {
        var action = """{"condition":[{"kind":"applicability","expression":{"language":"text/cql","expression":"exists [X]"}},{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"false"}}]}""";

        Assert.Equal(["information informational PlanDefinition.action[0].condition[1]: http://example.org/plan: the action does not apply, and is left out: the condition false is not met."], Applying.Issues(Applying.CarePlan(Applying.Plan(action))));
    }

    [Theory]
    [InlineData("start", "false", "the start condition is not met at the time of the request.")]
    [InlineData("stop", "true", "the stop condition is met at the time of the request.")]
    public void Conditions_of_start_and_stop_go_into_the_result_and_how_they_stand_is_told(string kind, string expression, string told)
    {
        var result = Applying.CarePlan(Applying.Plan(Condition(expression, kind: kind)));

        Assert.Equal(kind, Applying.Contained(result, "requestgroup")["action"]![0]!["condition"]![0]!["kind"]!.ToString());
        Assert.EndsWith(told, Assert.Single(Applying.Issues(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 = 1 and not-FHIRPath", false)]
    [InlineData("Patient.gender = 'female' // a comment", true)]
    [InlineData("\\\"Is Adult\\\" and IsFemale", true)]
    [InlineData("\\\"Circular\\\"", false)]
    [InlineData("gender = 'female'", false)]
    [InlineData("exists(IsFemale)", false)]
    [InlineData("IsFemale is null", false)]
    public void Of_cql_only_what_means_the_same_in_fhirpath_is_evaluated(string cql, bool applies)
    {
        var text = """
            library L version '1.0'
            context Patient
            define "Is Adult": Patient.birthDate < @2000-01-01 // by far
            define IsFemale:
              Patient.gender = 'female'
            define "Circular": "Circular" and true
            define function F(x Integer): x
            """;
        var library = $$"""{"resourceType":"Library","url":"http://example.org/L","status":"active","content":[{"contentType":"text/cql","data":"{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text))}}"}]}""";

        var result = Applying.CarePlan(Applying.Plan(Condition(cql, "text/cql"), "\"library\":[\"http://example.org/L\"],"), WithPatient, Applying.Knowing(library));

        Assert.Equal((applies, applies ? 0 : 1), (Applying.Contained(result, "requestgroup")["action"] is not null, Applying.Issues(result).Count()));
    }

    [Theory]
    [InlineData("title", "'Hello ' + %subject.name.given", "title", "\"Hello Ada\"")]
    [InlineData("action.description", "%subject.gender", "description", "\"female\"")]
    [InlineData("%action.timing", "4 days", "timingDuration", null)]
    [InlineData("timingDateTime", "now()", "timingDateTime", "\"2026-03-01T12:00:00.000Z\"")]
    [InlineData("code[0].text", "'c'", "code", """[{"text":"c"}]""")]
    [InlineData("code[0].coding[0].display", "'l'", "code", """[{"coding":[{"display":"l"}]}]""")]
    [InlineData("type", "'t'", "type", """{"text":"t"}""")]
    public void A_dynamic_value_is_set_in_the_action(string path, string expression, string property, string? expected)
    {
        var result = Applying.CarePlan(Applying.Plan($$$"""{"id":"a","title":"before","dynamicValue":[{"path":"{{{path}}}","expression":{"language":"text/fhirpath","expression":"{{{expression}}}"}}]}"""), WithPatient);

        var found = Applying.Contained(result, "requestgroup")["action"]![0]![property]?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        if (expected is not null) Assert.Equal(expected, found);
        else Assert.NotNull(found);
    }

    [Theory]
    [InlineData("priority", "'soon'", "'soon' is none of its codes")]
    [InlineData("title", "%subject.name", "an item of the type FHIR.HumanName is no string")]
    [InlineData("title", "'a' | 'b'", "the expression gives 2 items, and there is place for one")]
    [InlineData("title", "{}", "the expression gives nothing for this subject")]
    [InlineData("code[3].text", "'c'", "'code' has 0 items, so there is none to be the one at index 3")]
    [InlineData("nothing", "'c'", "neither the action nor its request has such an element")]
    [InlineData("title.more", "'c'", "'title' has no elements of its own")]
    [InlineData("title; drop", "'c'", "this is no path of element names and indexes")]
    [InlineData("code[99999].text", "'c'", "this is no path of element names and indexes")]
    public void A_dynamic_value_that_does_not_fit_changes_nothing_and_is_told(string path, string expression, string why)
    {
        var result = Applying.CarePlan(Applying.Plan($$$"""{"title":"before","dynamicValue":[{"path":"{{{path}}}","expression":{"language":"text/fhirpath","expression":"{{{expression}}}"}}]}"""), WithPatient);

        Assert.Equal("""[{"title":"before"}]""", Applying.Contained(result, "requestgroup")["action"]!.ToJsonString());
        Assert.EndsWith($"the value of '{path}' is not set: {why}.", Assert.Single(Applying.Issues(result)), StringComparison.Ordinal);
    }
}
