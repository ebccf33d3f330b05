using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>CDS Hooks over a running server with the regimens of the seeds, and with a plan that names a hook as its trigger.</summary>
/// <remarks>https://cds-hooks.hl7.org/2.0/</remarks>
[Trait("Category", "Postgres")]
public sealed class CdsHooksTests(SeededServer seeded) : IClassFixture<SeededServer>, IAsyncLifetime
{
    private const string Plan = """
        {"resourceType":"PlanDefinition","id":"hooked","url":"http://example.org/hooked","version":"1","status":"active","title":"Hooked","description":"For those who look.",
         "action":[
          {"title":"Look","description":"Have a look.","priority":"urgent","selectionBehavior":"exactly-one","trigger":[{"type":"named-event","name":"patient-view"}],
           "documentation":[{"type":"documentation","display":"Why","url":"http://example.org/why"}],
           "condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"Patient.gender = 'female'"}}],
           "action":[{"title":"Order it","definitionCanonical":"http://example.org/hooked-drug"},{"title":"Only say it"}]},
          {"title":"Sign","trigger":[{"type":"named-event","name":"order-sign"}]}]}
        """;

    private readonly RunningServer server = seeded.Server;

    private string Site => server.BaseUrl[..^"/fhir".Length];

    public async Task InitializeAsync()
    {
        await server.PutAsync("""{"resourceType":"ActivityDefinition","id":"hooked-drug","url":"http://example.org/hooked-drug","version":"1","status":"active","kind":"MedicationRequest","productCodeableConcept":{"text":"drug A"}}""");
        await server.PutAsync(Plan);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Services_are_those_of_stated_requirements_and_of_plans_that_name_a_hook()
    {
        var answer = await server.GetAsync(Site + "/cds-services");

        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal(
            ["hooked-order-sign order-sign Hooked", "hooked-patient-view patient-view Hooked", "requirements-order-select order-select Combinations with a drug", "requirements-patient-view patient-view Stated requirements"],
            answer.Json.GetProperty("services").EnumerateArray().Select(service => $"{service.GetProperty("id")} {service.GetProperty("hook")} {service.GetProperty("title")}"));
        Assert.Equal("Patient/{{context.patientId}}", answer.Json.GetProperty("services")[1].GetProperty("prefetch").GetProperty("patient").GetString());
        Assert.Equal("For those who look.", answer.Json.GetProperty("services")[1].GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_requirement_that_is_met_is_told_with_the_sentence_behind_it_and_one_that_is_not_met_is_left_out()
    {
        var answer = await CallAsync("requirements-patient-view", "patient-view", "", """, "prefetch":{"patient":{"resourceType":"Patient","id":"p"},"carePlans":{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"CarePlan","id":"c1","status":"completed","intent":"plan","subject":{"reference":"Patient/p"},"activity":[{"detail":{"status":"completed","productCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"342369"}]}}}]}}]}}""");

        var card = Assert.Single(answer.Json.GetProperty("cards").EnumerateArray());
        Assert.Equal(
            ("Isa-Kd: the stated requirement is met", "info", "Targeted therapy for multiple myeloma", $"{Site}/regimens/carfilzomib-dexamethasone-isatuximab"),
            (card.GetProperty("summary").GetString(), card.GetProperty("indicator").GetString(), card.GetProperty("source").GetProperty("label").GetString(), card.GetProperty("source").GetProperty("url").GetString()));
        Assert.StartsWith("The stated requirement: at least 1 treatment received before. It is no recommendation.\n\n> ", card.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var link = Assert.Single(card.GetProperty("links").EnumerateArray());
        Assert.Equal(("The sentence behind it", "absolute"), (link.GetProperty("label").GetString(), link.GetProperty("type").GetString()));
        var words = card.GetProperty("detail").GetString()!.Split("> ")[1];
        var page = await server.GetAsync(link.GetProperty("url").GetString()!.Split('#')[0]);
        Assert.Contains(words, page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_record_each_requirement_is_told_as_not_known()
    {
        var answer = await CallAsync("requirements-patient-view", "patient-view", "", "");

        var cards = answer.Json.GetProperty("cards").EnumerateArray().ToList();
        Assert.Equal(5, cards.Count);
        Assert.All(cards, card => Assert.EndsWith(": it is not known whether the stated requirement is met", card.GetProperty("summary").GetString(), StringComparison.Ordinal));
        Assert.All(cards, card => Assert.Contains("no treatment of the subject is recorded in the data", card.GetProperty("detail").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_selected_drug_leads_to_its_combinations_and_to_requirements_that_are_not_met()
    {
        const string order = """{"resource":{"resourceType":"MedicationRequest","id":"ID","status":"draft","intent":"order","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"CODE","display":"NAME"}]}}}""";
        string Of(string id, string code, string name) => order.Replace("ID", id, StringComparison.Ordinal).Replace("CODE", code, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal);
        var context = $$""","selections":["MedicationRequest/b"],"draftOrders":{"resourceType":"Bundle","type":"collection","entry":[{{Of("a", "358258", "bortezomib")}},{{Of("b", "1302966", "carfilzomib")}}]}""";

        var answer = await CallAsync("requirements-order-select", "order-select", context, """, "prefetch":{"carePlans":{"resourceType":"CarePlan","id":"now","status":"active","intent":"plan","subject":{"reference":"Patient/p"}}}""");

        var cards = answer.Json.GetProperty("cards").EnumerateArray().ToList();
        Assert.Equal(
            ["info carfilzomib is a member of 5 combinations of the documents here", "warning Isa-Kd: the stated requirement is not met"],
            cards.Select(card => $"{card.GetProperty("indicator")} {card.GetProperty("summary")}"));
        Assert.Contains($"{Site}/regimens/carfilzomib-dexamethasone", cards[0].GetProperty("links").EnumerateArray().Select(link => link.GetProperty("url").GetString()));
    }

    [Theory]
    [InlineData("6851", "8640", "is not known whether")]
    [InlineData("342369", "358258", "the stated requirement is met")]
    public async Task Treatments_by_codes_of_an_EHR_are_related_to_the_drugs_of_a_requirement(string first, string second, string expected)
    {
        string Plan(string id, string code) =>
            """{"resource":{"resourceType":"CarePlan","id":"ID","status":"completed","intent":"plan","subject":{"reference":"Patient/p"},"activity":[{"detail":{"status":"completed","productCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"CODE"}]}}}]}}"""
                .Replace("ID", id, StringComparison.Ordinal).Replace("CODE", code, StringComparison.Ordinal);

        var answer = await CallAsync("requirements-patient-view", "patient-view", "", $$$""", "prefetch":{"carePlans":{"resourceType":"Bundle","type":"searchset","entry":[{{{Plan("c1", first)}}},{{{Plan("c2", second)}}}]}}""");

        var summaries = answer.Json.GetProperty("cards").EnumerateArray().Select(card => card.GetProperty("summary").GetString()!).ToList();
        Assert.Contains(summaries, summary => summary.StartsWith("isatuximab, pomalidomide and dexamethasone", StringComparison.Ordinal) && summary.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_that_names_the_hook_gives_a_card_with_what_it_would_request()
    {
        var answer = await CallAsync("hooked-patient-view", "patient-view", "", """, "prefetch":{"patient":{"resourceType":"Patient","id":"p","gender":"female"}}""");
        var unknown = await CallAsync("hooked-patient-view", "patient-view", "", "");
        var not = await CallAsync("hooked-patient-view", "patient-view", "", """, "prefetch":{"patient":{"resourceType":"Patient","id":"p","gender":"male"}}""");

        var card = Assert.Single(answer.Json.GetProperty("cards").EnumerateArray());
        Assert.Equal(
            """{"summary":"Look","detail":"Have a look.","indicator":"warning","source":{"label":"Hooked","url":"http://example.org/why"},"suggestions":[{"label":"Order it","actions":[{"type":"create","description":"Order it","resource":RESOURCE}]}],"selectionBehavior":"at-most-one","links":[{"label":"Why","url":"http://example.org/why","type":"absolute"}]}""",
            card.GetRawText().Replace(card.GetProperty("suggestions")[0].GetProperty("actions")[0].GetProperty("resource").GetRawText(), "RESOURCE", StringComparison.Ordinal));
        var resource = card.GetProperty("suggestions")[0].GetProperty("actions")[0].GetProperty("resource");
        Assert.Equal(("MedicationRequest", "Patient/p", "drug A"), (resource.GetProperty("resourceType").GetString(), resource.GetProperty("subject").GetProperty("reference").GetString(), resource.GetProperty("medicationCodeableConcept").GetProperty("text").GetString()));
        Assert.Equal("Hooked: not everything could be evaluated", Assert.Single(unknown.Json.GetProperty("cards").EnumerateArray()).GetProperty("summary").GetString());
        Assert.Equal("""{"cards":[]}""", not.Body);
    }

    [Theory]
    [InlineData("none", """{"hook":"patient-view","hookInstance":"1","context":{"patientId":"p"}}""", 404, "error not-found: There is no CDS service 'none' here; /cds-services lists those that there are.")]
    [InlineData("requirements-patient-view", "[]", 400, "error structure: The body is no JSON object, as the call of a CDS service is.")]
    [InlineData("requirements-patient-view", """{"hook":"patient-view","hookInstance":"1"}""", 400, "error required context.patientId: The call has no 'patientId' in its 'context'.")]
    [InlineData("requirements-patient-view", """{"hook":"order-sign","hookInstance":"1","context":{"patientId":"p"}}""", 400, "error invalid hook: The service is for the hook 'patient-view', and 'hook' is 'order-sign'.")]
    [InlineData("requirements-patient-view", """{"hook":"patient-view","context":{"patientId":"p"}}""", 400, "error required hookInstance: The call has no 'hookInstance'.")]
    public async Task What_is_no_call_is_refused_with_words(string service, string body, int status, string expected)
    {
        var answer = await server.SendAsync("POST", $"{Site}/cds-services/{service}", body, ("Content-Type", "application/json"));

        Assert.Equal((status, expected), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Nothing"}""")]
    [InlineData("""{"resourceType":"Patient","id":{}}""")]
    [InlineData("""{"resourceType":"Bundle","entry":7}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"CarePlan","subject":[],"activity":{}}}]}""")]
    [InlineData("\"text\"")]
    public async Task Prefetched_data_of_any_shape_is_no_fault_of_the_server(string value)
    {
        var answer = await CallAsync("requirements-patient-view", "patient-view", "", $$""", "prefetch":{"patient":{{value}}}""");

        Assert.True(answer.Status is 200 or 400 or 422, answer.Body);
    }

    [Fact]
    public async Task Services_can_be_switched_off_and_pages_of_allowed_origins_may_call_them()
    {
        var off = await server.AnotherAsync(("Fhir:CdsHooks", "false"), ("Fhir:CorsOrigins", "https://ehr.example.org"));
        var on = await server.AnotherAsync(("Fhir:CorsOrigins", "https://ehr.example.org"));

        var refused = await off.GetAsync(off.BaseUrl[..^5] + "/cds-services");
        var preflight = await on.SendAsync("OPTIONS", on.BaseUrl[..^5] + "/cds-services/requirements-patient-view", null, ("Origin", "https://ehr.example.org"), ("Access-Control-Request-Method", "POST"));
        await off.DisposeAsync();
        await on.DisposeAsync();

        Assert.Equal(404, refused.Status);
        Assert.Equal((204, "https://ehr.example.org"), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
    }

    private Task<Answer> CallAsync(string service, string hook, string context, string more) => server.SendAsync(
        "POST", $"{Site}/cds-services/{service}", $$$"""{"hook":"{{{hook}}}","hookInstance":"1","context":{"userId":"Practitioner/d","patientId":"p"{{{context}}}}{{{more}}}}""", ("Content-Type", "application/json"));
}
