using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>The timing of an activity, where each kind of request has a place for it.</summary>
internal static class RequestTiming
{
    /// <returns>False when there is a timing and the request has no place for one of its type.</returns>
    public static bool Put(Element activity, ResourceDraft request)
    {
        if (activity.Child("timing") is not { } timing) return true;
        var type = ResourceDraft.Capitalized(timing.Type.Name);
        if (request.Type.FindProperty("occurrence" + type) is not null) return request.Copy(activity, "timing", "occurrence");
        return (request.Type.Name, timing.Type.Name) switch
        {
            // The dosage says when a medication is taken; it takes the timing on where it has none of its own.
            ("MedicationRequest", "Timing" or "dateTime" or "Period") => true,
            ("CarePlan", "Timing" or "Period") => true,
            ("NutritionOrder", "Timing") => true,
            ("Task", "Period") => request.Set("executionPeriod", ResourceDraft.ValueOf(timing)!),
            ("Appointment", "Period") => request.Set("requestedPeriod", ResourceDraft.ValueOf(timing)!),
            _ => false,
        };
    }

    /// <summary>The timing as a Timing: itself, an event of a dateTime, the bounds of a Period.</summary>
    /// <returns>Null for none, and for ages, ranges and durations.</returns>
    public static JsonNode? AsTiming(Element activity) => activity.Child("timing") switch
    {
        { Type.Name: "Timing" } timing => ResourceDraft.ValueOf(timing),
        { Type.Name: "dateTime", HasValue: true } moment => new JsonObject { ["event"] = new JsonArray(ResourceDraft.ValueOf(moment)) },
        { Type.Name: "Period" } period => new JsonObject { ["repeat"] = new JsonObject { ["boundsPeriod"] = ResourceDraft.ValueOf(period) } },
        _ => null,
    };
}
