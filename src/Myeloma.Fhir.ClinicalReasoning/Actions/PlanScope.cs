using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>A plan that is being applied.</summary>
/// <param name="Plan">The definition.</param>
/// <param name="Path">Where it is used: empty for the plan that was asked for, <c>1.2</c> for one that the second action of the first uses.</param>
/// <param name="GroupId">Of the RequestGroup that takes its actions.</param>
/// <param name="IdPrefix">Before the ids of its actions, where they stand among those of another plan.</param>
internal sealed record PlanScope(Definition Plan, string Path, string GroupId, string IdPrefix)
{
    /// <summary>The produced Goal of each goal that has an id.</summary>
    public Dictionary<string, string> Goals { get; } = new(StringComparer.Ordinal);

    /// <summary>The actions of the result with those of the definition, in order.</summary>
    public List<(JsonObject Json, Element Source)> Actions { get; } = [];

    /// <summary>The place of an action among the actions of one above it, one-based.</summary>
    public string PathOf(string parent, int index) => FormattableString.Invariant($"{parent}{(parent.Length == 0 ? "" : parent == Path ? "-" : ".")}{index + 1}");
}
