namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Which members of a part became which: those of one drug, told by a code they share, or by name where one of them has no code of a system the other uses.</summary>
internal static class MemberMatching
{
    /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: too many of both differ.</exception>
    public static BestMatching Of(IReadOnlyList<RegimenMember> before, IReadOnlyList<RegimenMember> after)
    {
        var stated = before.Select(member => Keys(member).ToHashSet(StringComparer.Ordinal)).ToList();
        return BestMatching.Of(
            [.. before.Select(KeyOf)], [.. after.Select(KeyOf)],
            (old, made) => IsSameDrug(before[old].Drug, after[made].Drug) ? 1 + after[made].Facts.Count(fact => stated[old].Contains($"{fact.What} {fact.Key}")) : 0);
    }

    /// <summary>All that a member states.</summary>
    public static string KeyOf(RegimenMember member) => string.Join('\u0001', Keys(member).Prepend(ElementWords.Folded(member.Drug.Name)));

    /// <summary>Two codes of one system are two drugs, whatever they are called.</summary>
    public static bool IsSameDrug(RegimenDrug one, RegimenDrug other)
    {
        if (one.Codings.Any(other.Codings.Contains)) return true;
        return ElementWords.Folded(one.Name) == ElementWords.Folded(other.Name) && !one.Codings.Any(coding => other.Codings.Any(theirs => theirs.System == coding.System));
    }

    private static IEnumerable<string> Keys(RegimenMember member) => member.Facts.Select(fact => $"{fact.What} {fact.Key}").Order(StringComparer.Ordinal);
}
