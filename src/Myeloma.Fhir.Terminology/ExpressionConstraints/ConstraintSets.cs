using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>What expression constraints select of a system; kept for the last ones, as long as the system is.</summary>
internal static class ConstraintSets
{
    /// <summary>How many a system keeps: then all are let go of.</summary>
    private const int MaxKept = 500;

    private static readonly ConditionalWeakTable<CompiledCodeSystem, ConcurrentDictionary<string, ConceptSet>> Kept = [];

    /// <param name="expression">FHIRPath of where the constraint stands, for faults.</param>
    /// <exception cref="FhirException"><c>invalid</c>: it is no expression constraint; <c>not-supported</c>: it asks for what is not kept; <c>too-costly</c>: too long, too deep, or too much to look at.</exception>
    public static ConceptSet Select(CompiledCodeSystem system, string constraint, TerminologyLimits limits, string? expression)
    {
        var kept = Kept.GetValue(system, _ => new(StringComparer.Ordinal));
        if (kept.TryGetValue(constraint, out var known)) return known;
        var set = new ConstraintEvaluation(system, limits, expression).Evaluate(ConstraintParser.Parse(constraint, limits, expression));
        if (kept.Count >= MaxKept) kept.Clear();
        return kept.GetOrAdd(constraint, set);
    }
}
