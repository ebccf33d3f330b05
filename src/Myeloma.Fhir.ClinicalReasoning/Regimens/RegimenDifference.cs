using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Two regimens compared as a person reads them. The order of actions in a group, of codes and of lists, ids, and places in documents make no difference; the order of cycles does.</summary>
public sealed class RegimenDifference
{
    private readonly RegimenContent before;
    private readonly RegimenContent after;
    private readonly List<RegimenChange> changes = [];

    private RegimenDifference(RegimenContent before, RegimenContent after) => (this.before, this.after) = (before, after);

    /// <returns>What differs: of the whole first, then part by part as they stand in <paramref name="after"/>, parts that are gone last. Empty when both state the same.</returns>
    public static IReadOnlyList<RegimenChange> Between(RegimenContent before, RegimenContent after)
    {
        var difference = new RegimenDifference(before, after);
        difference.Compare();
        return difference.changes;
    }

    private void Compare()
    {
        var pairs = PartMatching.Of(before, after);
        for (var index = 0; index < after.Parts.Count; index++)
        {
            if (pairs.BeforeOf(index) is not { } old) AddPart(RegimenChangeKind.Added, after, index);
            else ComparePart(pairs, old, index);
        }

        for (var index = 0; index < before.Parts.Count; index++)
            if (pairs.AfterOf(index) is null) AddPart(RegimenChangeKind.Removed, before, index);
    }

    private void ComparePart(PartMatching pairs, int old, int made)
    {
        var (was, now) = (before.Parts[old], after.Parts[made]);
        var part = LabelOf(after, made);
        CompareFacts(part, null, was.Facts, now.Facts);
        if (was.Parent >= 0 && pairs.AfterOf(was.Parent) != now.Parent)
            Add(RegimenChangeKind.Changed, RegimenFactKind.Within, part, null, (LabelOf(before, was.Parent), was.Place), (LabelOf(after, now.Parent), now.Place));
        CompareOrder(pairs, old, made, part);
        CompareMembers(part, was.Members, now.Members);
    }

    /// <summary>Cycles and plans follow one another, so that their order is a fact.</summary>
    private void CompareOrder(PartMatching pairs, int old, int made, string? part)
    {
        var was = Steps(before, old).Where(step => pairs.AfterOf(step) is { } there && after.Parts[there].Parent == made).ToList();
        var now = Steps(after, made).Where(step => pairs.BeforeOf(step) is { } there && before.Parts[there].Parent == old).ToList();
        if (was.Select(step => pairs.AfterOf(step)!.Value).SequenceEqual(now)) return;
        Add(RegimenChangeKind.Changed, RegimenFactKind.Order, part, null, (Names(before, was), before.Parts[old].Place), (Names(after, now), after.Parts[made].Place));
    }

    private static List<int> Steps(RegimenContent content, int parent) =>
        [.. Enumerable.Range(0, content.Parts.Count).Where(index => content.Parts[index].Parent == parent && content.Parts[index].IsStep)];

    private static string Names(RegimenContent content, List<int> steps) => string.Join(", ", steps.Select(step => content.Parts[step].Title ?? FormattableString.Invariant($"part {step}")));

    private void CompareMembers(string? part, IReadOnlyList<RegimenMember> was, IReadOnlyList<RegimenMember> now)
    {
        var pairs = MemberMatching.Of(was, now);
        for (var index = 0; index < now.Count; index++)
        {
            if (pairs.BeforeOf(index) is { } old) CompareMember(part, was[old], now[index]);
            else Add(RegimenChangeKind.Added, RegimenFactKind.Member, part, now[index].Drug.Name, null, (SummaryOf(now[index]), now[index].Place));
        }

        for (var index = 0; index < was.Count; index++)
            if (pairs.AfterOf(index) is null) Add(RegimenChangeKind.Removed, RegimenFactKind.Member, part, was[index].Drug.Name, (SummaryOf(was[index]), was[index].Place), null);
    }

    private void CompareMember(string? part, RegimenMember was, RegimenMember now)
    {
        // The dose tells members of one drug apart, as long as it is the same in both.
        var (old, made) = (DoseOf(was), DoseOf(now));
        var subject = old is not null && old.Key == made?.Key ? $"{now.Drug.Name} {made.Value}" : now.Drug.Name;
        CompareFacts(part, subject, was.Facts, now.Facts);
    }

    private static RegimenFact? DoseOf(RegimenMember member) => member.Facts.FirstOrDefault(fact => fact.What == RegimenFactKind.Dose);

    /// <summary>What is given and when, in one line.</summary>
    private static string SummaryOf(RegimenMember member)
    {
        string[] told = [RegimenFactKind.Qualifier, RegimenFactKind.Dose, RegimenFactKind.Dosage, RegimenFactKind.Route, RegimenFactKind.Days, RegimenFactKind.Timing];
        var words = told.SelectMany(what => member.Facts.Where(fact => fact.What == what).Select(fact => fact.Value)).Where(value => value.Length > 0).Distinct();
        return string.Join(", ", words.Prepend(member.Drug.Name));
    }

    private void CompareFacts(string? part, string? subject, IReadOnlyList<RegimenFact> was, IReadOnlyList<RegimenFact> now)
    {
        var (gone, made) = (Without(was, now), Without(now, was));

        foreach (var what in gone.Concat(made).Select(fact => fact.What).Distinct().ToList())
        {
            var (old, fresh) = (gone.Where(fact => fact.What == what).ToList(), made.Where(fact => fact.What == what).ToList());
            if (old.Count == 1 && fresh.Count == 1 && what is not (RegimenFactKind.Abbreviation or RegimenFactKind.Identifier or RegimenFactKind.Source or RegimenFactKind.Mention))
            {
                Add(RegimenChangeKind.Changed, what, part, subject, Told(old[0], fresh[0]), Told(fresh[0], old[0]));
                continue;
            }

            foreach (var fact in old) Add(RegimenChangeKind.Removed, what, part, subject, (fact.Value, fact.Place), null);
            foreach (var fact in fresh) Add(RegimenChangeKind.Added, what, part, subject, null, (fact.Value, fact.Place));
        }
    }

    /// <summary>The facts that the others do not state; what is stated twice here and once there is left once.</summary>
    private static List<RegimenFact> Without(IReadOnlyList<RegimenFact> facts, IReadOnlyList<RegimenFact> others)
    {
        var stated = others.CountBy(fact => (fact.What, fact.Key)).ToDictionary();
        var left = new List<RegimenFact>();
        foreach (var fact in facts)
        {
            if (stated.GetValueOrDefault((fact.What, fact.Key)) is > 0 and var count) stated[(fact.What, fact.Key)] = count - 1;
            else left.Add(fact);
        }

        return left;
    }

    /// <summary>Values whose words are the same are told with what they differ in.</summary>
    private static (string, Element) Told(RegimenFact fact, RegimenFact other) => (fact.Value == other.Value ? $"{fact.Value} ({fact.Key.Replace('\n', ' ')})" : fact.Value, fact.Place);

    private void AddPart(RegimenChangeKind kind, RegimenContent content, int index)
    {
        var part = content.Parts[index];
        var label = LabelOf(content, index);
        var words = (string.Join("; ", part.Members.Select(SummaryOf).Prepend(part.Title ?? label ?? "")), part.Place);
        Add(kind, RegimenFactKind.Part, label, null, kind == RegimenChangeKind.Removed ? words : null, kind == RegimenChangeKind.Added ? words : null);
    }

    /// <summary>What a part is called, with those it stands in: <c>Part 1 › Cycle 1</c>; null for the plan itself, and for the group that holds all its members.</summary>
    private static string? LabelOf(RegimenContent content, int index)
    {
        if (content.Parts is [{ Members.Count: 0 }, { IsStep: false }]) return null;
        var titles = new List<string>();
        for (var at = index; at > 0; at = content.Parts[at].Parent) titles.Insert(0, content.Parts[at].Title ?? FormattableString.Invariant($"part {at}"));
        return titles.Count == 0 ? null : string.Join(" › ", titles);
    }

    private void Add(RegimenChangeKind kind, string what, string? part, string? subject, (string? Words, Element Place)? was, (string? Words, Element Place)? now) =>
        changes.Add(new RegimenChange(kind, what, part, subject, was?.Words, was?.Place, now?.Words, now?.Place));
}

/// <summary>One thing that differs.</summary>
/// <param name="What">Of <see cref="RegimenFactKind"/>, or the name of an element or extension that has no kind of its own.</param>
/// <param name="Part">The cycle, phase or group it is in; null for the plan itself.</param>
/// <param name="Subject">The member it is about; null for the part itself.</param>
/// <param name="Before">In words; null for what is added.</param>
/// <param name="BeforePlace">The element that states it; null for what is added.</param>
/// <param name="After">In words; null for what is removed.</param>
/// <param name="AfterPlace">The element that states it; null for what is removed.</param>
public sealed record RegimenChange(RegimenChangeKind Kind, string What, string? Part, string? Subject, string? Before, Element? BeforePlace, string? After, Element? AfterPlace);

public enum RegimenChangeKind { Added, Removed, Changed }
