using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>What came of an expression: its items, or why it could not be evaluated.</summary>
/// <param name="Items">Null when it could not be evaluated.</param>
/// <param name="Why">A sentence for people; null when it was evaluated.</param>
/// <param name="Type">Of the issue to report.</param>
internal readonly record struct ExpressionAnswer(Collection? Items, string? Why, IssueType Type)
{
    public static ExpressionAnswer Of(Collection items) => new(items, null, default);

    public static ExpressionAnswer Unknown(string why, IssueType type = IssueType.Processing) => new(null, why, type);
}
