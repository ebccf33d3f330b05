using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>Where an expression stands.</summary>
/// <param name="Definition"><c>%context</c>: the definition whose expression it is.</param>
/// <param name="Action"><c>%action</c>: the action of the plan; null where there is none.</param>
/// <param name="Plan"><c>%planDefinition</c>: the plan that is being applied; null when an activity is applied on its own.</param>
internal readonly record struct ExpressionScope(Definition Definition, Element? Action, Definition? Plan);
