namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Which parts of a regimen became which of another: the plan itself the plan itself, others by what they are called and by the drugs in them.</summary>
internal sealed class PartMatching
{
    private readonly BestMatching parts;

    private PartMatching(BestMatching parts) => this.parts = parts;

    public static PartMatching Of(RegimenContent before, RegimenContent after) =>
        new(BestMatching.Of(Keys(before), Keys(after), (old, made) => Likeness(before.Parts[old + 1], after.Parts[made + 1])));

    /// <returns>Null for one that is new.</returns>
    public int? BeforeOf(int after) => after == 0 ? 0 : parts.BeforeOf(after - 1) + 1;

    /// <returns>Null for one that is gone.</returns>
    public int? AfterOf(int before) => before == 0 ? 0 : parts.AfterOf(before - 1) + 1;

    private static List<string> Keys(RegimenContent content) => [.. content.Parts.Skip(1).Select((part, index) =>
    {
        var facts = part.Facts.Select(fact => $"{fact.What} {fact.Key}").Order(StringComparer.Ordinal);
        var parent = part.Parent > 0 ? content.Parts[part.Parent].Title : null;
        return string.Join('\u0002', facts.Concat(part.Members.Select(MemberMatching.KeyOf).Order(StringComparer.Ordinal)).Prepend($"{parent} {part.Title} {part.IsStep}"));
    })];

    private static int Likeness(RegimenPart before, RegimenPart after)
    {
        var title = before.Title is { } name && after.Title is { } other && ElementWords.Folded(name) == ElementWords.Folded(other);
        var drugs = before.Members.Count(member => after.Members.Any(theirs => MemberMatching.IsSameDrug(member.Drug, theirs.Drug)));
        var facts = before.Facts.Count(fact => after.Facts.Any(theirs => theirs.What == fact.What && theirs.Key == fact.Key));
        if (!title && drugs == 0 && before.Members.Count + after.Members.Count > 0) return 0;
        return (title ? 100 : 0) + (10 * drugs) + facts + (before.IsStep == after.IsStep ? 1 : 0);
    }
}
