using System.Text.Json.Nodes;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>The regimens that the loader made, with their requirements of earlier treatment.</summary>
public sealed class RegimenTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Folder, "fhir-resources", "built");

    private static readonly ILookup<string?, ResourceDocument> Definitions = Directory.GetFiles(Folder, "*Definition-*.json").Select(path => ResourceDocument.Parse(File.ReadAllBytes(path))).ToLookup(document => document.Root.TextOf("url"));

    private static readonly ApplySources Sources = new() { Definitions = url => [.. Definitions[url]] };

    private static ResourceDocument Plan(string id) => Definitions[$"http://myeloma-fhir.org/fhir/PlanDefinition/{id}"].Single();

    /// <summary>A treatment with drugs by their codes.</summary>
    private static Element Treatment(string drugs, string? outcome = null, string status = "completed")
    {
        var activities = drugs.Split(' ').Select(drug => new JsonObject
        {
            ["outcomeCodeableConcept"] = outcome is null ? null : new JsonArray(Concept("prior-therapy-outcome", outcome)),
            ["detail"] = new JsonObject { ["status"] = "completed", ["productCodeableConcept"] = Concept("drug", drug) },
        });
        return Applying.Parsed(new JsonObject
        {
            ["resourceType"] = "CarePlan", ["id"] = drugs.Replace(' ', '-'), ["status"] = status, ["intent"] = "plan",
            ["subject"] = new JsonObject { ["reference"] = "Patient/1" }, ["activity"] = new JsonArray([.. activities]),
        }.ToJsonString());
    }

    private static JsonObject Concept(string system, string code) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://myeloma-fhir.org/fhir/CodeSystem/" + system, ["code"] = code }) };

    private static JsonObject Apply(string plan, params Element[] data) => Applying.CarePlan(Plan(plan).Root, Applying.Request with { Data = data }, Sources);

    private static string Outcome(JsonObject result) =>
        Applying.Contained(result, "requestgroup")["action"] is not null ? "met" : Applying.Issues(result).Any(issue => issue.StartsWith("warning", StringComparison.Ordinal)) ? "not known" : "not met";

    [Fact]
    public void Every_plan_applies_and_gives_a_request_for_every_member()
    {
        foreach (var plan in Definitions.SelectMany(each => each).Where(document => document.ResourceType == "PlanDefinition"))
        {
            // A patient with whom every requirement is met.
            var history = new[] { Treatment("lenalidomide bortezomib daratumumab", "not-worked"), Treatment("carfilzomib"), Treatment("ixazomib"), Treatment("thalidomide", status: "active") };
            var result = Applying.CarePlan(plan.Root, Applying.Request with { Data = history }, Sources);

            var members = JsonNode.Parse(plan.Bytes.Span)!["action"]?[0]?["action"]?.AsArray() ?? [];
            Assert.Empty(Applying.Issues(result));
            Assert.Equal(
                members.Select(member => member!["definitionCanonical"]!.ToString()),
                result["contained"]!.AsArray().Where(part => part!["resourceType"]!.ToString() == "MedicationRequest" && members.Count > 0).Select(part => part!["instantiatesCanonical"]![0]!.ToString()));
        }
    }

    [Fact]
    public void Two_treatments_with_the_drugs_that_are_asked_for_are_met_not_met_or_not_known()
    {
        const string plan = "dexamethasone-isatuximab-pomalidomide";

        Assert.Equal("met", Outcome(Apply(plan, Treatment("lenalidomide dexamethasone"), Treatment("bortezomib dexamethasone"))));
        var unmet = Apply(plan, Treatment("lenalidomide bortezomib"));
        Assert.Equal("not met", Outcome(unmet));
        Assert.EndsWith(
            "is left out: the condition 'The stated requirement: at least 2 treatments received before, lenalidomide and proteasome inhibitor among them. It is no recommendation.' is not met.",
            Assert.Single(Applying.Issues(unmet)), StringComparison.Ordinal);
        Assert.Equal("not met", Outcome(Apply(plan, Treatment("lenalidomide"), Treatment("thalidomide"))));
        Assert.Equal("not known", Outcome(Apply(plan)));
    }

    [Fact]
    public void A_treatment_that_has_not_worked_is_not_known_while_no_outcome_is_stated()
    {
        const string plan = "bortezomib-dexamethasone-pomalidomide";

        Assert.Equal("met", Outcome(Apply(plan, Treatment("lenalidomide bortezomib", "not-worked"))));
        Assert.Equal("not met", Outcome(Apply(plan, Treatment("lenalidomide", "not-worked"))));
        var unknown = Apply(plan, Treatment("lenalidomide bortezomib"));
        Assert.Equal("not known", Outcome(unknown));
        Assert.StartsWith("warning processing PlanDefinition.action[0].condition[0]: http://myeloma-fhir.org/fhir/PlanDefinition/bortezomib-dexamethasone-pomalidomide|0.1.0: it is not known whether the action", Assert.Single(Applying.Issues(unknown)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_earlier_treatment_of_any_kind_counts_whatever_form_its_record_has()
    {
        const string plan = "carfilzomib-dexamethasone-isatuximab";
        var given = Applying.Parsed("""{"resourceType":"MedicationAdministration","id":"m","status":"completed","subject":{"reference":"Patient/1"},"context":{"reference":"EpisodeOfCare/e"},"medicationReference":{"reference":"Medication/d"},"effectiveDateTime":"2025-01-01"}""");
        Element Episode(string status) => Applying.Parsed($$$"""{"resourceType":"EpisodeOfCare","id":"e","status":"{{{status}}}","patient":{"reference":"Patient/1"}}""");

        Assert.Equal("met", Outcome(Apply(plan, given, Episode("finished"))));
        Assert.Equal("not met", Outcome(Apply(plan, given, Episode("active"))));
        Assert.Equal("not known", Outcome(Apply(plan, given)));
        Assert.Equal("not met", Outcome(Apply(plan, Treatment("lenalidomide", status: "active"))));
    }

    [Fact]
    public void That_there_was_no_treatment_can_be_said()
    {
        var request = Applying.Request with { Variables = new Dictionary<string, Collection> { ["priorTreatments"] = Collection.Empty } };

        Assert.Equal("not met", Outcome(Applying.CarePlan(Plan("carfilzomib-dexamethasone-isatuximab").Root, request, Sources)));
    }

    /// <summary>Codes of another system, as the concept maps that were published relate them.</summary>
    private static readonly ApplySources Related = Sources with
    {
        SameMeaning = (system, code) => (system, code) switch
        {
            ("urn:other", "L") => [("http://myeloma-fhir.org/fhir/CodeSystem/drug", "lenalidomide")],
            ("urn:other", "B") => [("http://myeloma-fhir.org/fhir/CodeSystem/drug", "bortezomib")],
            _ => [],
        },
    };

    private static Element Given(string id, string activities) =>
        Applying.Parsed($$$"""{"resourceType":"CarePlan","id":"{{{id}}}","status":"completed","intent":"plan","subject":{"reference":"Patient/1"}{{{(activities.Length == 0 ? "" : $",\"activity\":[{activities}]")}}}}""");

    private static string Drug(string system, string code) => $$$$"""{"detail":{"status":"completed","productCodeableConcept":{"coding":[{"system":"{{{{system}}}}","code":"{{{{code}}}}"}]}}}""";

    [Fact]
    public void Drugs_by_codes_of_other_systems_are_those_that_concept_maps_say_they_are()
    {
        var result = Applying.CarePlan(
            Plan("dexamethasone-isatuximab-pomalidomide").Root, Applying.Request with { Data = [Given("1", Drug("urn:other", "L")), Given("2", Drug("urn:other", "B"))] }, Related);

        Assert.Equal("met", Outcome(result));
    }

    [Theory]
    [InlineData("""{"detail":{"status":"completed","productCodeableConcept":{"coding":[{"system":"urn:other","code":"X","display":"drug X"}]}}}""", "CarePlan/2 names 'drug X' by no code that is related to http://myeloma-fhir.org/fhir/CodeSystem/drug")]
    [InlineData("""{"detail":{"status":"completed","productCodeableConcept":{"text":"some drug"}}}""", "CarePlan/2 names 'some drug' by no code that is related to http://myeloma-fhir.org/fhir/CodeSystem/drug")]
    [InlineData("""{"detail":{"status":"completed","productReference":{"reference":"Medication/none"}}}""", "CarePlan/2 points at Medication/none, which is neither among the data given nor known here")]
    [InlineData("""{"reference":{"reference":"MedicationRequest/none"}}""", "CarePlan/2 points at MedicationRequest/none, which is neither among the data given nor known here")]
    [InlineData("", "CarePlan/2 does not say what was given")]
    public void A_requirement_is_not_known_to_be_unmet_while_it_is_not_known_what_was_given(string activity, string why)
    {
        const string plan = "dexamethasone-isatuximab-pomalidomide";
        JsonObject With(params string[] more) => Applying.CarePlan(Plan(plan).Root, Applying.Request with { Data = [Given("2", activity), .. more.Select((drug, index) => Given("o" + index, Drug("urn:other", drug)))] }, Related);

        Assert.EndsWith($": it is not known whether the action 'isatuximab, pomalidomide and dexamethasone together' applies, and it is left out: {why}.", Assert.Single(Applying.Issues(With("L"))), StringComparison.Ordinal);
        Assert.Equal("met", Outcome(With("L", "B")));
        Assert.Equal("not met", Outcome(With()));
    }

    [Fact]
    public void What_is_no_drug_does_not_keep_a_requirement_from_being_unmet()
    {
        var other = Given("2", """{"detail":{"kind":"ServiceRequest","status":"completed","code":{"text":"transplant"}}}""");

        Assert.Equal("not met", Outcome(Apply("dexamethasone-isatuximab-pomalidomide", Treatment("lenalidomide"), other)));
    }

    [Fact]
    public void Treatments_of_somebody_else_do_not_count()
    {
        var other = Applying.Parsed("""{"resourceType":"CarePlan","id":"o","status":"completed","intent":"plan","subject":{"reference":"Patient/2"}}""");

        Assert.Equal("not known", Outcome(Apply("carfilzomib-dexamethasone-isatuximab", other)));
    }

    [Fact]
    public void Products_and_orders_by_reference_are_read_as_the_drugs_they_are()
    {
        var medication = Applying.Parsed("""{"resourceType":"Medication","id":"l","code":{"coding":[{"system":"http://myeloma-fhir.org/fhir/CodeSystem/drug","code":"lenalidomide"}]}}""");
        var order = Applying.Parsed("""{"resourceType":"MedicationRequest","id":"r","status":"completed","intent":"order","subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"coding":[{"system":"http://myeloma-fhir.org/fhir/CodeSystem/drug","code":"bortezomib"}]}}""");
        var first = Applying.Parsed("""{"resourceType":"CarePlan","id":"1","status":"completed","intent":"plan","subject":{"reference":"Patient/1"},"activity":[{"detail":{"status":"completed","productReference":{"reference":"Medication/l"}}}]}""");
        var second = Applying.Parsed("""{"resourceType":"CarePlan","id":"2","status":"revoked","intent":"plan","subject":{"reference":"Patient/1"},"activity":[{"reference":{"reference":"MedicationRequest/r"}}]}""");

        Assert.Equal("met", Outcome(Apply("dexamethasone-isatuximab-pomalidomide", medication, order, first, second)));
    }
}
