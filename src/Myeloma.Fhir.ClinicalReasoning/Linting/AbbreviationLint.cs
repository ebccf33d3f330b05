using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Linting;

/// <summary>Abbreviations of regimens beside those of other plans.</summary>
internal static class AbbreviationLint
{
    /// <summary>The system of abbreviations in <c>PlanDefinition.identifier</c>.</summary>
    public const string System = "http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation";

    public static IEnumerable<Issue> Of(Element plan, IReadOnlyList<Element> others, ApplySources sources, ApplyLimits? limits, CancellationToken cancellationToken)
    {
        var own = Abbreviations(plan);
        if (own.Count == 0) yield break;
        foreach (var second in own.DistinctBy(one => one.Value).Skip(1))
            yield return RegimenLint.Finding(LintRule.SecondAbbreviation, $"{second.Value} is the abbreviation of the same drugs as {own[0].Value}.", second.Place);

        var members = Members(plan, sources, limits, cancellationToken);
        foreach (var other in others)
        {
            if (other == plan || (other.TextOf("url") ?? other.TextOf("id")) == (plan.TextOf("url") ?? plan.TextOf("id")) || other.TextOf("status") == "retired") continue;
            var theirs = Abbreviations(other);
            if (theirs.Count == 0) continue;
            var isSame = IsSame(members, Members(other, sources, limits, cancellationToken));
            var shared = own.Where(one => theirs.Exists(their => their.Value == one.Value)).ToList();
            if (!isSame)
                foreach (var one in shared) yield return RegimenLint.Finding(LintRule.SharedAbbreviation, $"{one.Value} is also the abbreviation of PlanDefinition/{other.TextOf("id")}, which has other drugs.", one.Place);
            else if (shared.Count == 0)
                yield return RegimenLint.Finding(LintRule.SecondAbbreviation, $"The same drugs are called {theirs[0].Value} in PlanDefinition/{other.TextOf("id")}.", own[0].Place);
        }
    }

    private static List<(string Value, Element Place)> Abbreviations(Element plan)
    {
        var found = new List<(string, Element)>();
        foreach (var identifier in plan.Children("identifier"))
            if (identifier.TextOf("system") == System && identifier.TextOf("value") is { } value) found.Add((value, identifier));
        return found;
    }

    private static List<RegimenDrug> Members(Element plan, ApplySources sources, ApplyLimits? limits, CancellationToken cancellationToken) =>
        [.. RegimenReading.Of(plan, sources, limits, cancellationToken).Parts.SelectMany(part => part.Members).Select(member => member.Drug)];

    private static bool IsSame(List<RegimenDrug> one, List<RegimenDrug> other) =>
        one.Count > 0 && one.TrueForAll(drug => other.Exists(their => MemberMatching.IsSameDrug(drug, their))) && other.TrueForAll(drug => one.Exists(their => MemberMatching.IsSameDrug(drug, their)));
}
