namespace Myeloma.Fhir.Validation.Tests.Questionnaires;

/// <remarks>https://hl7.org/fhir/R4/questionnaireresponse.html</remarks>
public sealed class ResponseTests
{
    private const string Form = """
        {"resourceType":"Questionnaire","id":"q","url":"http://example.org/q","status":"active","item":[
          {"linkId":"a","type":"boolean","required":true},
          {"linkId":"b","type":"choice","answerOption":[{"valueCoding":{"system":"http://example.org/c","code":"x"}},{"valueCoding":{"system":"http://example.org/c","code":"y"}}],
           "enableWhen":[{"question":"a","operator":"=","answerBoolean":true}]},
          {"linkId":"g","type":"group","repeats":true,"item":[{"linkId":"g1","type":"string","maxLength":3},{"linkId":"g2","type":"integer","required":true,"enableWhen":[{"question":"g1","operator":"exists","answerBoolean":true}]}]},
          {"linkId":"s","type":"choice","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"},
          {"linkId":"d","type":"display"},
          {"linkId":"n","type":"decimal","repeats":true,"item":[{"linkId":"n1","type":"text"}]}]}
        """;

    private static string[] Findings(string items, string status = "completed") => Sample.Findings(
        $$"""{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/q","status":"{{status}}","item":[{{items}}]}""", [Form]);

    private const string Yes = """{"linkId":"a","answer":[{"valueBoolean":true}]}""";
    private const string No = """{"linkId":"a","answer":[{"valueBoolean":false}]}""";

    [Theory]
    [InlineData(Yes)]
    [InlineData(Yes + """,{"linkId":"b","answer":[{"valueCoding":{"system":"http://example.org/c","code":"y"}}]}""")]
    [InlineData(No + """,{"linkId":"g","item":[{"linkId":"g1","answer":[{"valueString":"abc"}]},{"linkId":"g2","answer":[{"valueInteger":1}]}]},{"linkId":"g"}""")]
    [InlineData(No + """,{"linkId":"s","answer":[{"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}}]},{"linkId":"d"}""")]
    [InlineData(No + """,{"linkId":"n","answer":[{"valueDecimal":1.5,"item":[{"linkId":"n1","answer":[{"valueString":"t"}]}]},{"valueDecimal":2}]}""")]
    public void A_response_as_its_questionnaire_asks_is_fine(string items) => Assert.Empty(Findings(items));

    [Theory]
    [InlineData("""{"linkId":"g"}""", "error questionnaire-required QuestionnaireResponse")]
    [InlineData(Yes + """,{"linkId":"z"}""", "error questionnaire-link-id QuestionnaireResponse.item[1]")]
    [InlineData(Yes + """,{"linkId":"g1"}""", "error questionnaire-link-id QuestionnaireResponse.item[1]")]
    [InlineData("""{"linkId":"g"},""" + Yes, "error questionnaire-order QuestionnaireResponse.item[1]")]
    [InlineData("""{"linkId":"a","answer":[{"valueString":"yes"}]}""", "error questionnaire-answer-type QuestionnaireResponse.item[0].answer[0].value")]
    [InlineData("""{"linkId":"a","answer":[{"valueBoolean":true},{"valueBoolean":true}]}""", "error questionnaire-repeats QuestionnaireResponse.item[0].answer[1]")]
    [InlineData(Yes + "," + Yes, "error questionnaire-repeats QuestionnaireResponse.item[1]")]
    [InlineData(Yes + """,{"linkId":"b","answer":[{"valueCoding":{"system":"http://example.org/c","code":"z"}}]}""", "error questionnaire-answer-option QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(No + """,{"linkId":"b","answer":[{"valueCoding":{"system":"http://example.org/c","code":"x"}}]}""", "error questionnaire-not-enabled QuestionnaireResponse.item[1]")]
    [InlineData(No + """,{"linkId":"g","item":[{"linkId":"g1","answer":[{"valueString":"abcd"}]},{"linkId":"g2","answer":[{"valueInteger":1}]}]}""", "error questionnaire-answer-length QuestionnaireResponse.item[1].item[0].answer[0].value")]
    [InlineData(No + """,{"linkId":"g","item":[{"linkId":"g1","answer":[{"valueString":"abc"}]}]}""", "error questionnaire-required QuestionnaireResponse.item[1]")]
    [InlineData(No + """,{"linkId":"s","answer":[{"valueCoding":{"system":"http://hl7.org/fhir/contact-point-system","code":"phone"}}]}""", "error questionnaire-answer-value-set QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(No + """,{"linkId":"d","answer":[{"valueString":"x"}]}""", "error questionnaire-answer-type QuestionnaireResponse.item[1].answer[0]")]
    [InlineData(No + """,{"linkId":"n","item":[{"linkId":"n1"}]}""", "error questionnaire-structure QuestionnaireResponse.item[1].item[0]")]
    public void One_that_differs_is_told_where_it_does(string items, string expected) => Assert.Equal([expected], Findings(items));

    [Fact]
    public void What_is_required_may_be_missing_while_a_response_is_filled_in() => Assert.Empty(Findings("""{"linkId":"g"}""", "in-progress"));

    [Fact]
    public void A_questionnaire_that_is_not_known_is_a_warning() => Assert.Equal(
        ["warning questionnaire-unknown QuestionnaireResponse.questionnaire"],
        Sample.Findings("""{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/other","status":"completed"}"""));

    [Fact]
    public void A_contained_questionnaire_is_the_one_that_counts() => Assert.Equal(
        ["error questionnaire-link-id QuestionnaireResponse.item[0]"],
        Sample.Findings("""{"resourceType":"QuestionnaireResponse","contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[{"linkId":"a","type":"string"}]}],"questionnaire":"#q","status":"completed","item":[{"linkId":"b"}]}"""));

    [Theory]
    [InlineData("z")]
    [InlineData("g")]
    [InlineData("g1")]
    public void A_condition_asks_for_an_answer_that_can_be_there_before(string question) => Assert.Equal(
        ["error questionnaire-enable-when Questionnaire.item[0].enableWhen[0].question"],
        Sample.Findings($$"""{"resourceType":"Questionnaire","url":"http://example.org/q","status":"active","item":[{"linkId":"g","type":"group","enableWhen":[{"question":"{{question}}","operator":"exists","answerBoolean":true}],"item":[{"linkId":"g1","type":"string"}]}]}"""));
}
