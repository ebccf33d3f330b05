using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Which versions match: a row source that gives rids, and the conditions over it.</summary>
internal sealed class MatchSql
{
    private MatchSql(Sql source, Sql conditions, bool isPlain)
    {
        Source = source;
        Conditions = conditions;
        IsPlain = isPlain;
    }

    /// <summary>What stands after FROM; its name is <see cref="Alias.Match"/>.</summary>
    public Sql Source { get; }

    /// <summary>What stands after WHERE; never empty.</summary>
    public Sql Conditions { get; }

    /// <summary>Whether one plan fits all values: a single posting, or nothing but the type.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether a search is nothing but one posting or a type, newest or oldest first, which one walk along an index answers for any number of matches.</summary>
    public static bool IsPlainPage(BoundSearch search) =>
        search.Includes.Count == 0 && search.Contained == ContainedMode.False && !new SortSql(search).HasKeys && Driver(search) is var driver && search.Criteria.Count == (driver is null ? 0 : 1);

    private static Criterion? Driver(BoundSearch search) => search.ResourceType is null ? null : search.Criteria.FirstOrDefault(
        criterion => CriterionSql.SinglePosting(criterion) is not null && CriterionSql.TypeOf(criterion) == search.ResourceType);

    /// <summary>
    /// A posting list gives the rids in order, and only those of current versions; it is taken as the source where a criterion is one.
    /// Else the index of (type, rid) is, and the planner turns the conditions round where that is better.
    /// </summary>
    public static MatchSql Of(BoundSearch search)
    {
        var match = Alias.Match;
        var driver = Driver(search);
        var others = search.Criteria.Where(criterion => !ReferenceEquals(criterion, driver))
            .Select(criterion => CriterionSql.Holds(match, search.ResourceType, criterion)).ToList();

        Sql first = driver is not null ? (Sql)$"{match}.hash = {CriterionSql.SinglePosting(driver)!.Value}"
            : search.ResourceType is { } type ? (Sql)$"{match}.type = {type} AND NOT {match}.deleted"
            : $"NOT {match}.deleted";
        Sql source = driver is not null ? (Sql)$"index_token {match}" : $"resource {match}";
        return new MatchSql(source, Sql.Join($" AND ", [first, .. others]), others.Count == 0);
    }
}
