using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>The kinds of request that an ActivityDefinition can name, with those of CPG.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-request-resource-types.html</remarks>
internal static class RequestKinds
{
    private static readonly RequestKind Plain = new("draft", "active");

    /// <summary>By resource type.</summary>
    public static readonly IReadOnlyDictionary<string, RequestKind> All = new Dictionary<string, RequestKind>(StringComparer.Ordinal)
    {
        ["Appointment"] = new("proposed", "proposed", Appointment),
        ["AppointmentResponse"] = new(null, null, (_, request, _) => request.Set("participantStatus", "needs-action")),
        ["CarePlan"] = Plain with { Add = CarePlan },
        ["Claim"] = Plain with { Add = Claim },
        ["CommunicationRequest"] = Plain with { Add = (activity, request, _) => request.Copy(activity, "code", "category") },
        ["Contract"] = new(null, null, (activity, request, _) => request.Copy(activity, "code", "type")),
        ["DeviceRequest"] = Plain with { Add = (activity, request, _) => request.Copy(activity, "product", "code") },
        ["DiagnosticReport"] = new("registered", "registered"),
        ["EnrollmentRequest"] = Plain,
        ["ImmunizationRecommendation"] = new(null, null, ImmunizationRecommendation),
        ["MedicationRequest"] = Plain with { Add = MedicationRequest },
        ["NutritionOrder"] = Plain with { Add = NutritionOrder },
        ["RequestGroup"] = Plain,
        ["ServiceRequest"] = Plain with { Add = (activity, request, _) => request.Copy(activity, "quantity", "quantity") },
        ["SupplyRequest"] = Plain with { Add = SupplyRequest },
        ["Task"] = new("ready", "ready"),
        ["VisionPrescription"] = Plain with { Add = VisionPrescription },
    };

    private static void Appointment(Element activity, ResourceDraft request, ApplyRun run)
    {
        request.Copy(activity, "code", "serviceType");
        var participants = new JsonArray(Participant(run.Request.Subject));
        if (run.Request.Practitioner is { } practitioner) participants.Add(Participant(practitioner));
        request.Set("participant", participants);
    }

    private static JsonObject Participant(string reference) => new() { ["actor"] = RequestContext.Reference(reference), ["status"] = "needs-action" };

    /// <summary>What the activity is about becomes the detail of the plan's one activity.</summary>
    private static void CarePlan(Element activity, ResourceDraft request, ApplyRun run)
    {
        if (activity.Child("code") is null && activity.Child("product") is null) return;
        var detail = new ResourceDraft(request.Type.FindProperty("activity")!.Type.FindProperty("detail")!.Type, []);
        detail.Set("status", "not-started");
        foreach (var element in (string[])["code", "product", "quantity", "location", "description", "doNotPerform"]) detail.Copy(activity, element);
        detail.Copy(activity, "timing", "scheduled");
        request.Set("activity", new JsonObject { ["detail"] = detail.Json });
    }

    private static void Claim(Element activity, ResourceDraft request, ApplyRun run)
    {
        request.Json.Remove("priority");
        request.Copy(activity, "code", "type");
        request.Set("use", "preauthorization");
    }

    private static void ImmunizationRecommendation(Element activity, ResourceDraft request, ApplyRun run)
    {
        var recommendation = new ResourceDraft(request.Type.FindProperty("recommendation")!.Type, []);
        if (ConceptOf(activity) is { } vaccine) recommendation.Set("vaccineCode", vaccine);
        MandatoryElements.Fill(recommendation);
        request.Set("recommendation", recommendation.Json);
    }

    private static void MedicationRequest(Element activity, ResourceDraft request, ApplyRun run)
    {
        if (activity.Child("product") is not null) request.Copy(activity, "product", "medication");
        else request.Copy(activity, "code", "medication");
        request.Copy(activity, "dosage", "dosageInstruction");
        if (RequestTiming.AsTiming(activity) is { } timing)
        {
            if (request.Json["dosageInstruction"] is not JsonArray dosages) request.Json["dosageInstruction"] = dosages = new JsonArray(new JsonObject());
            foreach (var dosage in dosages.OfType<JsonObject>()) dosage.TryAdd("timing", timing.DeepClone());
        }

        if (activity.Child("quantity") is { } quantity) request.Set("dispenseRequest", new JsonObject { ["quantity"] = ResourceDraft.ValueOf(quantity) });
    }

    private static void NutritionOrder(Element activity, ResourceDraft request, ApplyRun run)
    {
        var diet = new JsonObject();
        if (ConceptOf(activity) is { } type) diet["type"] = new JsonArray(type);
        if (activity.Child("timing") is { Type.Name: "Timing" } timing) diet["schedule"] = new JsonArray(ResourceDraft.ValueOf(timing));
        if (diet.Count > 0) request.Set("oralDiet", diet);
    }

    private static void SupplyRequest(Element activity, ResourceDraft request, ApplyRun run)
    {
        if (activity.Child("product") is not null) request.Copy(activity, "product", "item");
        else request.Copy(activity, "code", "item");
        request.Copy(activity, "quantity");
    }

    private static void VisionPrescription(Element activity, ResourceDraft request, ApplyRun run)
    {
        request.Set("dateWritten", run.Now);
        if (ConceptOf(activity) is not { } product) return;
        var lens = new ResourceDraft(request.Type.FindProperty("lensSpecification")!.Type, []);
        lens.Set("product", product);
        MandatoryElements.Fill(lens);
        request.Set("lensSpecification", lens.Json);
    }

    /// <summary>The product as a concept, else the code.</summary>
    private static JsonNode? ConceptOf(Element activity) =>
        activity.Child("product") is { Type.Name: "CodeableConcept" } product ? ResourceDraft.ValueOf(product)
        : activity.Child("code") is { } code ? ResourceDraft.ValueOf(code)
        : null;
}
