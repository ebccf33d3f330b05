using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>The order of a search: keys with resources that lack one last, then newest first, so that it is the same each time.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#sort. Of several values the lowest counts going up, the highest going down.</remarks>
internal sealed class SortSql
{
    private static readonly Alias Match = Alias.Match;

    private readonly IReadOnlyList<SortKey> keys;
    private readonly bool backward;
    private readonly Sql? score;

    /// <param name="backward">From the end to the beginning, for a page before another one.</param>
    public SortSql(BoundSearch search, bool backward = false)
    {
        var keys = search.Sort;
        if (keys.Any(key => key.Column == SortColumn.Score)) score = ScoreSql.Of(search);
        this.backward = backward;
        // What comes after the instant of the version decides nothing.
        var last = keys.ToList().FindIndex(key => key is { Parameter: null, Column: SortColumn.LastUpdated });
        RidDescends = (last < 0 || keys[last].Descending) != backward;
        this.keys = last < 0 ? keys : [.. keys.Take(last)];
    }

    /// <summary>Whether the order is nothing but that of the versions, the last one made first.</summary>
    public bool IsNewestFirst => RidDescends && !HasKeys;

    private bool RidDescends { get; }

    public bool HasKeys => keys.Count > 0;

    /// <summary>Joins that give every match its keys, one value each.</summary>
    public Sql Joins => Sql.Join($" ", keys.Select((key, at) => (Sql)$"LEFT JOIN LATERAL ({Value(key)}) {Key(at)} ON TRUE"));

    /// <summary>What stands after ORDER BY.</summary>
    public Sql Order
    {
        get
        {
            var order = keys.Select((key, at) => backward
                ? key.Descending ? (Sql)$"{Key(at)}.value ASC NULLS FIRST" : (Sql)$"{Key(at)}.value DESC NULLS FIRST"
                : key.Descending ? (Sql)$"{Key(at)}.value DESC NULLS LAST" : (Sql)$"{Key(at)}.value ASC NULLS LAST");
            return Sql.Join($", ", [.. order, RidDescends ? (Sql)$"{Match}.rid DESC" : $"{Match}.rid ASC"]);
        }
    }

    /// <summary>The keys of a match as an array of texts, for the cursor.</summary>
    public Sql Texts => HasKeys
        ? (Sql)$"ARRAY[{Sql.Join($", ", keys.Select((_, at) => (Sql)$"{Key(at)}.value::text"))}]"
        : $"NULL::text[]";

    /// <summary>Only what comes after the match the cursor names, in the order of this; every earlier key equal, the next one beyond.</summary>
    public Sql After(SearchCursor cursor)
    {
        List<Sql> alternatives = [];
        List<Sql> equal = [];
        for (var at = 0; at < keys.Count; at++)
        {
            var text = cursor.Keys[at];
            if (Beyond(at, text) is { } beyond) alternatives.Add(Sql.Join($" AND ", [.. equal, beyond]));
            equal.Add(text is null ? (Sql)$"{Key(at)}.value IS NULL" : $"{Key(at)}.value = {Typed(keys[at], text)}");
        }

        alternatives.Add(Sql.Join($" AND ", [.. equal, RidDescends ? (Sql)$"{Match}.rid < {cursor.Rid}" : $"{Match}.rid > {cursor.Rid}"]));
        return alternatives is [var only] ? only : $"(({Sql.Join($") OR (", alternatives)}))";
    }

    /// <summary>Whether a cursor's keys are as many as these.</summary>
    public bool Fits(SearchCursor cursor) => cursor.Keys.Length == keys.Count;

    /// <summary>Resources without a value are last forwards and first backwards.</summary>
    /// <returns>Null when nothing lies beyond: forwards after those without a value.</returns>
    private Sql? Beyond(int at, string? text)
    {
        if (text is null) return backward ? (Sql)$"{Key(at)}.value IS NOT NULL" : null;
        var value = Typed(keys[at], text);
        var lower = keys[at].Descending != backward;
        if (backward) return lower ? (Sql)$"{Key(at)}.value < {value}" : $"{Key(at)}.value > {value}";
        return lower ? (Sql)$"({Key(at)}.value < {value} OR {Key(at)}.value IS NULL)" : $"({Key(at)}.value > {value} OR {Key(at)}.value IS NULL)";
    }

    private static Alias Key(int at) => new('k', at);

    private static Sql Typed(SortKey key, string text) => key.Column == SortColumn.Score ? (Sql)$"({text}::text)::real" : key.Parameter?.Type switch
    {
        SearchParameterType.Date => $"({text}::text)::timestamptz",
        SearchParameterType.Number or SearchParameterType.Quantity => $"({text}::text)::numeric",
        _ => $"{text}::text COLLATE \"C\"",
    };

    private Sql Value(SortKey key)
    {
        if (key.Column == SortColumn.Score) return score is null ? (Sql)$"SELECT NULL::real AS value" : score;
        if (key.Parameter is not { } parameter) return $"SELECT x.id AS value FROM resource x WHERE x.rid = {Match}.rid";

        var down = key.Descending;
        Sql best = parameter.Type switch
        {
            SearchParameterType.Token => down ? (Sql)$"x.high AS value FROM index_code x" : $"x.low AS value FROM index_code x",
            SearchParameterType.String => down ? (Sql)$"max(x.prefix) AS value FROM index_string x" : $"min(x.prefix) AS value FROM index_string x",
            SearchParameterType.Uri => down ? (Sql)$"max(x.prefix) AS value FROM index_uri x" : $"min(x.prefix) AS value FROM index_uri x",
            SearchParameterType.Date => down ? (Sql)$"max(x.high) AS value FROM index_date x" : $"min(x.low) AS value FROM index_date x",
            SearchParameterType.Number => down ? (Sql)$"max(x.high) AS value FROM index_number x" : $"min(x.low) AS value FROM index_number x",
            SearchParameterType.Quantity => down ? (Sql)$"max(x.high) AS value FROM index_quantity x" : $"min(x.low) AS value FROM index_quantity x",
            SearchParameterType.Reference => down
                ? (Sql)$"max(coalesce(x.target_type || '/' || x.target_id, x.url)) AS value FROM index_reference x"
                : $"min(coalesce(x.target_type || '/' || x.target_id, x.url)) AS value FROM index_reference x",
            _ => throw new UnreachableException(),
        };
        Sql written = parameter.Type == SearchParameterType.Quantity ? (Sql)$" AND x.system IS DISTINCT FROM {CanonicalUnit.System}" : $"";
        return $"SELECT {best} WHERE x.rid = {Match}.rid AND x.parameter_id = {parameter.Id}{written}";
    }
}
