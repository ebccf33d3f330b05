using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>An action whose time follows from that of others, until that is known.</summary>
/// <param name="Definition">What it is defined by; null when nothing, or nothing known.</param>
/// <param name="Relations">Those that a time follows from, at least one.</param>
/// <param name="Open">The definitions it was come across in.</param>
internal sealed record WaitingAction(
    Definition Plan, Element Action, Definition? Definition, ActionTimes Times, IReadOnlyList<ActionRelation> Relations, Stretch Stretch, string Path, int Depth, IReadOnlyList<Definition> Open)
{
    public bool IsGroup => Action.Child("action") is not null || Definition?.Type == "PlanDefinition";

    /// <summary>What it is called in messages.</summary>
    public string Id => Action.TextOf("id") ?? Path;
}
