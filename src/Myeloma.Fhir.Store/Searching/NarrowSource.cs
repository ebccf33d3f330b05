using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>All versions that fulfil one criterion of a search, found by that criterion alone, provided that they are few enough to look at each for the others.</summary>
/// <remarks>
/// A statement that begins with one has the same good plan for all values, so that PostgreSQL need not plan it anew; for that the parts stay in this order.
/// When a part has more than <see cref="StoreOptions.NarrowRows"/>, the statement says so and finds nothing.
/// </remarks>
internal sealed class NarrowSource
{
    /// <summary>The rank of criteria that are sources of later pages only.</summary>
    private const int LaterOnly = 8;

    private readonly int maxRows;
    private readonly List<(Alias Name, Sql Rows)> parts = [];

    private NarrowSource(Criterion criterion, int maxRows)
    {
        Criterion = criterion;
        this.maxRows = maxRows;
    }

    /// <summary>What the rows fulfil; nothing else needs to look at it.</summary>
    public Criterion Criterion { get; }

    /// <summary>Tells criteria with other values apart, as far as 32 bits do.</summary>
    public int Fingerprint => parts[^1].Rows.Fingerprint;

    /// <summary>The common table expressions, one for each part.</summary>
    public Sql With => Sql.Join($", ", parts.Select(part => (Sql)$"{part.Name} AS MATERIALIZED ({part.Rows} LIMIT {new RowLimit(maxRows + 1)})"));

    /// <summary>Whether no part was cut off.</summary>
    public Sql IsComplete => Sql.Join($" AND ", parts.Select(part => (Sql)$"(SELECT count(*) FROM {part.Name}) <= {new RowLimit(maxRows)}"));

    /// <summary>The part with the versions, some perhaps more than once.</summary>
    public Alias Rows => parts[^1].Name;

    /// <summary>The criteria that must all hold, those that are made of such taken apart.</summary>
    public static IReadOnlyList<Criterion> Conditions(BoundSearch search) => [.. search.Criteria.SelectMany(Apart)];

    /// <summary>The source that promises the fewest rows.</summary>
    /// <param name="frequent">Those that were found to have too many.</param>
    /// <param name="isLater">
    /// For a page that is not the first: PostgreSQL has no statistics about views, so that words and criteria of several types, which it else begins with where they are rare, are sources too.
    /// </param>
    /// <returns>Null when no criterion gives one.</returns>
    public static NarrowSource? Of(BoundSearch search, StoreOptions options, FrequentCriteria frequent, bool isLater = false)
    {
        if ((search.ResourceType is null && !isLater) || options.NarrowRows <= 0 || search.Contained != ContainedMode.False) return null;
        foreach (var criterion in Conditions(search).Where(each => Rank(each) < (isLater ? int.MaxValue : LaterOnly)).OrderBy(Rank))
        {
            var source = new NarrowSource(criterion, options.NarrowRows);
            var isAdded = search.ResourceType is { } type && Rank(criterion) < LaterOnly ? source.Add(criterion, type) : source.AddOfAnyType(criterion, search.ResourceType);
            if (isAdded && !frequent.Contains(source.Fingerprint)) return source;
        }

        return null;
    }

    private static IEnumerable<Criterion> Apart(Criterion criterion) => criterion is Criterion.AllOf all ? all.Criteria.SelectMany(Apart) : [criterion];

    /// <summary>The smaller, the fewer versions have such a value by experience.</summary>
    private static int Rank(Criterion criterion) => criterion switch
    {
        Criterion.Id { Negated: false } => 0,
        Criterion.Uri { Negated: false, Match: UriMatch.Exact } => 1,
        Criterion.Token { Negated: false } or Criterion.ReferenceIdentifier => 2,
        Criterion.TokenIn { Negated: false } set when TokenSetSql.Of(set).HasFewMembers => 3,
        Criterion.Reference { Negated: false } => 3,
        Criterion.String { Match: StringMatch.Prefix or StringMatch.Exact or StringMatch.Equal } => 4,
        Criterion.Composite => 4,
        Criterion.Quantity or Criterion.Number or Criterion.Near => 5,
        Criterion.Uri { Negated: false } => 5,
        Criterion.Date => 6,
        Criterion.TokenIn { Negated: false } => 6,
        Criterion.AnyOf => 6,
        Criterion.Chain or Criterion.Has => 7,
        Criterion.FullText or Criterion.OverTypes => LaterOnly,
        _ => int.MaxValue,
    };

    /// <returns>False when the criterion can't be the beginning; then nothing of this object may be used.</returns>
    private bool Add(Criterion criterion, string type)
    {
        var row = new Alias('x', parts.Count);
        var rows = criterion switch
        {
            Criterion.Id { Negated: false } id => (Sql)$"SELECT {row}.rid FROM resource {row} WHERE {row}.type = {type} AND {row}.id = ANY ({id.Values.ToArray()}) AND NOT {row}.deleted",
            Criterion.Chain chain => Chained(chain, type),
            Criterion.Has has => Referred(has, type),
            Criterion.Composite composite when CriterionSql.TypeOf(composite) == type => CompositeSql.Rids(composite),
            Criterion.AnyOf any => Either(any, row, type),
            _ => CriterionSql.Rows(row, type, criterion) is { } source ? (Sql)$"SELECT {row}.rid FROM {source.Rows}" : null,
        };
        if (rows is null) return false;
        parts.Add((new Alias('n', parts.Count), rows));
        return true;
    }

    /// <summary>Rows of words, or of the same criterion of several types, each of which alone tells what fulfils it.</summary>
    /// <param name="type">What they must be; null for any.</param>
    private bool AddOfAnyType(Criterion criterion, string? type)
    {
        var row = new Alias('x', parts.Count);
        IReadOnlyList<Criterion> each = criterion switch
        {
            Criterion.FullText => [criterion],
            Criterion.OverTypes types => types.Each,
            _ => [],
        };
        var sources = each.Select(one => one is Criterion.Reference { Negated: true } or Criterion.Uri { Negated: true } ? null : CriterionSql.Rows(row, one)).ToList();
        if (sources.Count == 0 || sources.Contains(null)) return false;
        Sql ofType = type is null ? (Sql)$"" : $" AND EXISTS (SELECT FROM resource r WHERE r.rid = {row}.rid AND r.type = {type} OFFSET 0)";
        parts.Add((new Alias('n', parts.Count), Sql.Join($" UNION ALL ", sources.Select(source => (Sql)$"SELECT {row}.rid FROM {source!.Value.Rows}{ofType}"))));
        return true;
    }

    private static Sql? Either(Criterion.AnyOf any, Alias row, string type)
    {
        var each = any.Criteria.Select(criterion => CriterionSql.Rows(row, type, criterion)).ToList();
        return each.Contains(null) ? null : Sql.Join($" UNION ALL ", each.Select(source => (Sql)$"SELECT {row}.rid FROM {source!.Value.Rows}"));
    }

    /// <summary>From the resources that fulfil the last criterion of the chain back to those that refer to them.</summary>
    private Sql? Chained(Criterion.Chain chain, string type)
    {
        if (chain.Parameter.ResourceType != type) return null;
        var alternatives = new List<Sql>();
        foreach (var target in chain.Targets)
        {
            if (Rank(target.Criterion) >= LaterOnly || !Add(target.Criterion, target.TargetType)) return null;
            var found = Rows;
            alternatives.Add(Each(found, $"""
                SELECT f.rid FROM resource r JOIN index_reference f ON f.parameter_id = {chain.Parameter.Id} AND f.target_id = r.id AND f.target_type = r.type
                WHERE r.rid = {found}.rid
                """));
            if (target.Canonical is null) continue;
            alternatives.Add(Each(found, $"""
                SELECT f.rid FROM index_uri u JOIN index_reference f ON f.parameter_id = {chain.Parameter.Id} AND f.url_hash = u.value_hash AND f.url = u.value
                WHERE u.rid = {found}.rid AND u.parameter_id = {target.Canonical.Url.Id}
                    AND EXISTS (SELECT FROM canonical_target(f.url_hash, f.url, f.version, {target.TargetType}) c WHERE c.rid = {found}.rid OFFSET 0)
                """));
        }

        return alternatives.Count == 0 ? null : Sql.Join($" UNION ALL ", alternatives);
    }

    /// <summary>From the resources that refer here, and fulfil the criterion asked of them, to what they refer to.</summary>
    private Sql? Referred(Criterion.Has has, string type)
    {
        if (has.TargetType is { } target && target != type) return null;
        if (Rank(has.Criterion) >= LaterOnly || !Add(has.Criterion, has.Parameter.ResourceType)) return null;
        var found = Rows;
        var referred = Each(found, $"""
            SELECT r.rid FROM index_reference f JOIN resource r ON r.type = {type} AND r.id = f.target_id AND NOT r.deleted
            WHERE f.rid = {found}.rid AND f.parameter_id = {has.Parameter.Id} AND f.target_type = {type}
            """);
        if (!has.LeadsByCanonical) return referred;
        var named = Each(found, $"""
            SELECT c.rid FROM index_reference f CROSS JOIN LATERAL canonical_target(f.url_hash, f.url, f.version, {type}) c
            WHERE f.rid = {found}.rid AND f.parameter_id = {has.Parameter.Id} AND f.url_hash IS NOT NULL
            """);
        return $"{referred} UNION ALL {named}";
    }

    /// <summary>What a query gives for each row of a part by itself.</summary>
    private static Sql Each(Alias part, Sql query) => $"SELECT step.rid FROM {part} CROSS JOIN LATERAL ({query} OFFSET 0) step";
}
