using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>A set of drugs that documents say are given together, or one drug that a requirement is stated for.</summary>
/// <param name="Members">In the order of the first mention.</param>
/// <param name="Mentions">Every place that states the combination; empty for a single drug.</param>
/// <param name="Requirements">Treatment that must have been received before, each with its own place.</param>
internal sealed record Regimen(
    string Id, IReadOnlyList<DrugKey> Members, IReadOnlyList<Stated<RegimenMention>> Mentions, IReadOnlyList<Stated<PriorTherapyFact>> Requirements)
{
    /// <summary>As written, each once, in the order of the documents.</summary>
    public IReadOnlyList<string> Abbreviations { get; } =
        [.. Mentions.Select(mention => mention.Fact.Abbreviation).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The first abbreviation, else the members.</summary>
    public string Title => Abbreviations.Count > 0 ? Abbreviations[0] : MemberNames;

    public string MemberNames => Wording.List(Members.Select(member => member.Name));

    /// <summary>The word that every mention puts before the member; null when none does or the mentions differ.</summary>
    public string? AgreedDoseQualifier(DrugKey member)
    {
        var words = Mentions.Select(mention => mention.Fact.Members.First(drug => drug.Drug.Equals(member)).DoseQualifier).Distinct(StringComparer.Ordinal).ToList();
        return words.Count == 1 ? words[0] : null;
    }

    public bool Is(IEnumerable<DrugKey> members) => Members.ToHashSet().SetEquals(members);
}

/// <summary>The combinations of all documents, merged by their set of members.</summary>
internal sealed class RegimenCatalog
{
    private RegimenCatalog(IReadOnlyList<Regimen> all) => All = all;

    /// <summary>In the order of their first mention; single drugs with a requirement last.</summary>
    public IReadOnlyList<Regimen> All { get; }

    public Regimen? Find(IEnumerable<DrugKey> members)
    {
        var set = members.ToList();
        return All.FirstOrDefault(regimen => regimen.Is(set));
    }

    public static RegimenCatalog Of(FactSet facts)
    {
        var mentions = facts.Of<RegimenMention>()
            .GroupBy(mention => Key(mention.Fact.Members.Select(member => member.Drug)), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        var requirements = facts.Of<PriorTherapyFact>()
            .ToLookup(stated => Key(stated.Fact.Subject), StringComparer.Ordinal);

        var regimens = mentions.Select(entry => new Regimen(
            entry.Key,
            [.. entry.Value[0].Fact.Members.Select(member => member.Drug)],
            entry.Value,
            [.. requirements[entry.Key]])).ToList();

        // A requirement for one drug alone needs a plan of that drug; one for several drugs has its combination above.
        foreach (var single in requirements.Where(group => !mentions.ContainsKey(group.Key) && group.First().Fact.Subject.Count == 1))
            regimens.Add(new Regimen(single.Key, single.First().Fact.Subject, [], [.. single]));
        return new RegimenCatalog(regimens);
    }

    private static string Key(IEnumerable<DrugKey> drugs) => Ids.OfSet(drugs.Select(drug => drug.Slug));
}

/// <summary>Words of generated sentences.</summary>
internal static class Wording
{
    /// <summary>"a", "a and b", "a, b and c".</summary>
    public static string List(IEnumerable<string> words)
    {
        var list = words.ToList();
        return list.Count < 2 ? string.Concat(list) : $"{string.Join(", ", list.SkipLast(1))} and {list[^1]}";
    }
}
