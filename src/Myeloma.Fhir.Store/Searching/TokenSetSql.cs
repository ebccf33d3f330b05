using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Postings that are members of sets of codes: <c>code_set_member</c> joined with <c>index_token</c>, in the direction that fits.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#modifiers. A member has the hash of a posting but for the key of the parameter, which the statement puts to it or takes from it; so one
/// set serves all parameters.
/// </remarks>
internal sealed class TokenSetSql
{
    /// <summary>Up to this many members a version is asked for the posting of each; of more its own postings, of which it has a few dozen, are looked up in the set.</summary>
    private const int FewMembers = 50;

    private readonly long[] keys;
    private readonly long[] sets;
    private readonly Alias member = new('g', 0);

    /// <param name="parameterIds">One or more; the value may be of any.</param>
    public TokenSetSql(IEnumerable<int> parameterIds, IReadOnlyList<StoredCodeSet> stored)
    {
        keys = [.. parameterIds.Select(PostingHash.Key)];
        sets = [.. stored.Select(set => set.Id)];
        HasFewMembers = stored.Sum(set => (long)set.Size) * keys.Length <= FewMembers;
    }

    /// <summary>Whether it is cheap to begin with the members.</summary>
    public bool HasFewMembers { get; }

    public static TokenSetSql Of(Criterion.TokenIn criterion) => new([criterion.Parameter.Id], criterion.Stored);

    /// <summary>The postings of all members as a row source.</summary>
    public RowSource Rows(Alias row) => new(
        row, $"{Members} CROSS JOIN LATERAL (SELECT t.rid FROM index_token t WHERE t.hash = ({member}.hash # {Key}) OFFSET 0) {row} WHERE {IsOfSet}");

    /// <summary>Postings of a component, which tell the element they come from.</summary>
    public RowSource ItemRows(Alias row) => new(row, $"{Members} JOIN index_token_item {row} ON {row}.hash = ({member}.hash # {Key}) WHERE {IsOfSet}");

    /// <summary>The version has a posting that is a member.</summary>
    public Sql Holds(Alias match)
    {
        if (!match.IsNarrow)
            return $"EXISTS (SELECT FROM {Members} JOIN index_token t ON t.hash = ({member}.hash # {Key}) WHERE {IsOfSet} AND t.rid = {match}.rid)";
        return HasFewMembers
            ? (Sql)$"""
            EXISTS (SELECT FROM {Members} CROSS JOIN LATERAL (SELECT t.rid FROM index_token t WHERE t.hash = ({member}.hash # {Key}) AND t.rid = {match}.rid OFFSET 0) t
                WHERE {IsOfSet}{match.Fence})
            """
            : $"""
            EXISTS (SELECT FROM (SELECT t.hash FROM index_token t WHERE t.rid = {match}.rid OFFSET 0) own{Keys}
                WHERE EXISTS (SELECT FROM code_set_member {member} WHERE {IsOfSet} AND {member}.hash = (own.hash # {Key}) OFFSET 0){match.Fence})
            """;
    }

    private Sql Members => $"code_set_member {member}{Keys}";

    /// <summary>The keys as rows, where there are several.</summary>
    private Sql Keys => keys.Length == 1 ? Sql.Empty : (Sql)$" CROSS JOIN unnest({keys}) parameter(key)";

    private Sql Key => keys is [var only] ? (Sql)$"{only}" : $"parameter.key";

    private Sql IsOfSet => sets is [var only] ? (Sql)$"{member}.set_id = {only}" : $"{member}.set_id = ANY ({sets})";
}
