using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>The world outside, as far as <c>$apply</c> asks about it. All of it answers at once: who has to read from elsewhere does so before.</summary>
public sealed record ApplySources
{
    /// <summary>Knows nothing but what a request brings along.</summary>
    public static readonly ApplySources None = new();

    /// <summary>All versions of the definition that a canonical url (without version) names, in any order; empty when there is none.</summary>
    public Func<string, IReadOnlyList<ResourceDocument>> Definitions { get; init; } = _ => [];

    /// <summary>A resource by reference (<c>Patient/1</c>), after the data of the request; null when it is not found.</summary>
    public Func<string, Element?> Resources { get; init; } = _ => null;

    /// <summary>The subject's resources of a type (<c>CarePlan</c>), after the data of the request; empty when there are none.</summary>
    public Func<string, IReadOnlyList<Element>> SubjectData { get; init; } = _ => [];

    /// <summary>
    /// Codes of other systems that mean the same as a code (system, code), so that drugs are found whatever codes a record has; the code itself is not among them. Empty when there
    /// are none.
    /// </summary>
    public Func<string, string, IReadOnlyList<(string System, string Code)>> SameMeaning { get; init; } = (_, _) => [];

    /// <summary>What expressions can ask besides: <c>memberOf()</c>, <c>subsumes()</c>, <c>conformsTo()</c>. Its variables, resolver, clock and limits are not used.</summary>
    public EvaluationContext Environment { get; init; } = EvaluationContext.Default;
}
