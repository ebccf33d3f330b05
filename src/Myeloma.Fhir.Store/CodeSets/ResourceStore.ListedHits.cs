using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Searching;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Searches by one large set of codes and nothing else, which this server answers from a list of its hits. src/decisions/code-sets.md has the reasons.</summary>
public sealed partial class ResourceStore
{
    private const string ListText = """
        SELECT h.rids, pg_current_snapshot()::text
        FROM (SELECT array_agg(DISTINCT t.rid ORDER BY t.rid DESC) AS rids FROM (
            SELECT p.rid FROM code_set_member g CROSS JOIN LATERAL (SELECT t.rid FROM index_token t WHERE t.hash = (g.hash # $2) AND t.rid < $3 OFFSET 0) p
            WHERE g.set_id = ANY ($1) LIMIT $4) t) h
        """;

    /// <summary>How many times more of the list is tried than the time before, when too many of it were superseded.</summary>
    private const int MoreOfList = 16;

    private readonly ListedHitsCache listedHits;

    /// <returns>Null where a list doesn't answer the search, or there is none.</returns>
    private async Task<SearchPage?> ListedPageAsync(BoundSearch search, SearchCursor? cursor, CursorSeal seal, CancellationToken cancellationToken)
    {
        if (pinned is not null || listedHits.MaxLength == 0 || ListedSource.CriterionOf(search, cursor) is not { } criterion) return null;

        var seen = cursor is null ? null : Snapshot.Parse(cursor.View.Snapshot);
        for (var isStale = false; ; isStale = true)
        {
            if (await HitsAsync(criterion, isStale, cancellationToken).ConfigureAwait(false) is not { } hits) return null;
            if (seen is not null && !hits.Seen.IsNotAfter(seen)) return null;
            for (var factor = 1; ; factor *= MoreOfList)
            {
                var source = ListedSource.Of(search, criterion, cursor, hits, factor);
                if (await PageAsync(search, cursor, seal, null, cancellationToken, source).ConfigureAwait(false) is { } page) return page;
                if (source.IsStale || source.IsWhole) break;
            }

            if (isStale) return null;
        }
    }

    private async Task<ListedHits?> HitsAsync(Criterion.TokenIn criterion, bool isStale, CancellationToken cancellationToken)
    {
        var key = ListKey.Of(criterion, IndexGeneration);
        var (known, make) = listedHits.Find(key, isStale);

        if (!make) return isStale ? null : known;

        var begin = Stopwatch.GetTimestamp();
        ListedHits? made = null;
        try
        {
            return made = await ListHitsAsync(criterion, begin, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            listedHits.Keep(key, made, Stopwatch.GetElapsedTime(begin));
        }
    }

    private async Task<ListedHits?> ListHitsAsync(Criterion.TokenIn criterion, long begin, CancellationToken cancellationToken)
    {
        var horizon = await FindSettledAsync(cancellationToken).ConfigureAwait(false);
        await using var command = dataSource.CreateCommand(ListText);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. criterion.Stored.Select(set => set.Id)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = PostingHash.Key(criterion.Parameter.Id) });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = horizon });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = listedHits.MaxLength + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        long[] rids = await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false) ? [] : reader.GetFieldValue<long[]>(0);
        return rids.Length > listedHits.MaxLength ? null
            : new ListedHits(rids, horizon, Snapshot.Parse(reader.GetString(1)), time.GetTimestamp(), Stopwatch.GetElapsedTime(begin));
    }
}
