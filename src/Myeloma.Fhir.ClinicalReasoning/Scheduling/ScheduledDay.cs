using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>One action on one day.</summary>
/// <param name="When">From the first day that it may be on to the last: one for what has its day, more where a relation to another action leaves it open.</param>
/// <param name="Cycle">The number of the cycle in its plan; 0 outside of cycles.</param>
/// <param name="Day">The day of the cycle; null outside of cycles.</param>
/// <param name="Instructions">For this day; null when there are none.</param>
internal sealed record ScheduledDay(Window When, int Cycle, int? Day, ScheduledAction Action, string? Instructions);

/// <summary>A cycle of a plan.</summary>
/// <param name="End">Its last day.</param>
internal sealed record ScheduledCycle(int Number, DateOnly Start, DateOnly End, ScheduledAction Action);

/// <summary>An action of a plan, with what it is defined by.</summary>
/// <param name="Path">Its place: <c>1.2</c> is the second action of the first; those of a nested plan stand behind a hyphen.</param>
/// <param name="Activity">Null when it is defined by none, or by one that is not known.</param>
internal sealed record ScheduledAction(Element Source, string Path, Element? Activity)
{
    public string Id => Source.TextOf("id") ?? Path;

    /// <summary>What it is called; null when nothing says so.</summary>
    public string? Title => Source.TextOf("title") ?? Source.TextOf("textEquivalent") ?? NotEmpty(Source.TextOf("description")) ?? Activity?.TextOf("title") ?? Product ?? Activity?.TextOf("name");

    private string? Product => Activity?.Child("product") is { Type.Name: "CodeableConcept" } concept ? concept.TextOf("text") ?? concept.Child("coding")?.TextOf("display") : null;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
