using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology;

/// <summary>What is to be said of the standing of the definitions an answer draws on: deprecated, withdrawn, experimental, draft, retired.</summary>
internal static class StatusRemarks
{
    /// <returns>Each with the resource type, the canonical and one status; the strongest where several hold.</returns>
    public static IEnumerable<(string ResourceType, string Canonical, string Status)> Of(ValueSetSource asked, ValueSetEvaluation evaluation)
    {
        foreach (var valueSet in evaluation.UsedValueSets.Prepend(asked))
            if (Standing(valueSet.StandardsStatus, valueSet.Status, valueSet.IsExperimental, asked.Status, asked.IsExperimental) is { } status) yield return ("ValueSet", valueSet.Canonical, status);
        foreach (var system in evaluation.UsedCodeSystems)
            if (Standing(system.Source.StandardsStatus, system.Source.Status, system.Source.IsExperimental, asked.Status, asked.IsExperimental) is { } status) yield return ("CodeSystem", system.Canonical, status);
    }

    /// <summary>That a draft draws on drafts, and an experiment on experiments, goes without saying.</summary>
    private static string? Standing(string? standards, string? status, bool isExperimental, string? askedStatus, bool askedIsExperimental)
    {
        if (standards is "deprecated" or "withdrawn") return standards;
        if (status == "retired") return "retired";
        if (isExperimental && !askedIsExperimental) return "experimental";
        return status == "draft" && askedStatus != "draft" ? "draft" : null;
    }
}
