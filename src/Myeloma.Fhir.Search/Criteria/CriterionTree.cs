namespace Myeloma.Fhir.Search.Criteria;

/// <summary>Criteria that are made of criteria, as trees.</summary>
public static class CriterionTree
{
    /// <summary>The criterion itself and all that it is made of, in the order they are written.</summary>
    public static IEnumerable<Criterion> Descendants(Criterion criterion) => Parts(criterion).SelectMany(Descendants).Prepend(criterion);

    /// <summary>The same criterion with each that it is made of, and then itself, put through a function.</summary>
    public static Criterion Replace(Criterion criterion, Func<Criterion, Criterion> replace)
    {
        Criterion Again(Criterion part) => Replace(part, replace);
        return replace(criterion switch
        {
            Criterion.Composite composite => composite with { Alternatives = [.. composite.Alternatives.Select(parts => parts.Select(Again).ToList())] },
            Criterion.Chain chain => chain with { Targets = [.. chain.Targets.Select(target => target with { Criterion = Again(target.Criterion) })] },
            Criterion.Has has => has with { Criterion = Again(has.Criterion) },
            Criterion.Not not => new Criterion.Not(Again(not.Criterion)),
            Criterion.OverTypes types => new Criterion.OverTypes([.. types.Each.Select(Again)]),
            Criterion.AllOf all => new Criterion.AllOf([.. all.Criteria.Select(Again)]),
            Criterion.AnyOf any => new Criterion.AnyOf([.. any.Criteria.Select(Again)]),
            _ => criterion,
        });
    }

    /// <summary>The words that whatever fulfils the criterion is searched for by.</summary>
    public static IEnumerable<Criterion.FullText> Words(Criterion criterion) => criterion switch
    {
        Criterion.FullText text => [text],
        Criterion.AllOf all => all.Criteria.SelectMany(Words),
        Criterion.OverTypes types => types.Each.SelectMany(Words),
        _ => [],
    };

    private static IEnumerable<Criterion> Parts(Criterion criterion) => criterion switch
    {
        Criterion.Composite composite => composite.Alternatives.SelectMany(parts => parts),
        Criterion.Chain chain => chain.Targets.Select(target => target.Criterion),
        Criterion.Has has => [has.Criterion],
        Criterion.Not not => [not.Criterion],
        Criterion.OverTypes types => types.Each,
        Criterion.AllOf all => all.Criteria,
        Criterion.AnyOf any => any.Criteria,
        _ => [],
    };
}
