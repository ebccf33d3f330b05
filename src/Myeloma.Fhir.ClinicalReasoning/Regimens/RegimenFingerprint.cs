using System.Security.Cryptography;
using System.Text;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Short texts that are equal for regimens that are the same: one over the drugs, one over what is given and when. The order of actions, ids, names and sources do not count.</summary>
/// <param name="Combination">Of the set of drugs.</param>
/// <param name="Regimen">Of the drugs with their qualifiers, doses, routes, days and timing, cycle by cycle with their lengths, numbers and order.</param>
public sealed record RegimenFingerprint(string Combination, string Regimen)
{
    /// <summary>Stands before every fingerprint; another one when the rule by which they are made changes, so that those of two rules are never taken for the same.</summary>
    public const string Rule = "1";

    private static readonly HashSet<string> Counted = new(StringComparer.Ordinal)
    {
        RegimenFactKind.Days, RegimenFactKind.Definition, RegimenFactKind.Dosage, RegimenFactKind.Dose, RegimenFactKind.Length, RegimenFactKind.Qualifier, RegimenFactKind.Relation,
        RegimenFactKind.Repeats, RegimenFactKind.Route, RegimenFactKind.Selection, RegimenFactKind.Timing, "asNeeded", "doNotPerform", "maxDosePerAdministration", "maxDosePerLifetime", "maxDosePerPeriod",
        "cardinalityBehavior", "precheckBehavior", "requiredBehavior",
    };

    /// <param name="drugOf">One key for a drug, whatever codes it is written with.</param>
    public static RegimenFingerprint Of(RegimenContent content, Func<RegimenDrug, string> drugOf)
    {
        var members = content.Parts.SelectMany(part => part.Members).Select(member => drugOf(member.Drug)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new RegimenFingerprint(Hash(string.Join('\n', members)), Hash(OfPart(content, 0, drugOf)));
    }

    /// <summary>A group whose members are all taken says no more than its members do; cycles and plans say where they stand.</summary>
    private static string OfPart(RegimenContent content, int index, Func<RegimenDrug, string> drugOf)
    {
        var (lines, steps) = (new List<string>(), new List<string>());
        Collect(content, index, drugOf, lines, steps);
        lines.AddRange(Facts(content.Parts[index].Facts));
        lines.Sort(StringComparer.Ordinal);
        return $"{{{string.Join('\n', lines)}}}{string.Concat(steps)}";
    }

    private static void Collect(RegimenContent content, int index, Func<RegimenDrug, string> drugOf, List<string> lines, List<string> steps)
    {
        foreach (var member in content.Parts[index].Members) lines.Add($"{drugOf(member.Drug)}\t{string.Join('\t', Facts(member.Facts))}");
        for (var child = index + 1; child < content.Parts.Count; child++)
        {
            var part = content.Parts[child];
            if (part.Parent != index) continue;
            if (part.IsStep) steps.Add(OfPart(content, child, drugOf));
            else if (Facts(part.Facts).Count > 0) lines.Add(OfPart(content, child, drugOf));
            else Collect(content, child, drugOf, lines, steps);
        }
    }

    /// <summary>Of a qualifier that a document gives in one of its mentions only, its word counts, not the mention.</summary>
    private static List<string> Facts(IReadOnlyList<RegimenFact> facts) =>
    [
        .. facts.Where(fact => Counted.Contains(fact.What)).Select(fact => $"{fact.What} {fact.Meaning}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private static string Hash(string text) => $"{Rule}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32]}";
}
