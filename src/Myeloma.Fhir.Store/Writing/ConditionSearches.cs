using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Searching;
using Npgsql;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>The searches of a conditional write, on the connection of its transaction.</summary>
internal static class ConditionSearches
{
    /// <summary>Names these locks among those of two numbers ("mfcn" in ASCII).</summary>
    private const int LockClass = 0x6D66636E;

    /// <summary>
    /// Texts share so many locks, because a bundle of thousands of conditions with a lock each would fill PostgreSQL's lock table. Two texts on one lock wait for each other without need, no more.
    /// </summary>
    private const int LockCount = 256;

    /// <summary>Searches that go to PostgreSQL in one round trip.</summary>
    private const int RoundTrip = 100;

    private static readonly string LockText = $"SELECT pg_advisory_xact_lock({LockClass}, slot) FROM unnest($1) AS slot";

    /// <summary>Takes the locks of all conditions, in one order for all writers.</summary>
    /// <remarks>Each statement after this one sees what the former holders of the locks have committed.</remarks>
    public static void AddLocks(NpgsqlBatch batch, IReadOnlyList<WriteCondition> conditions)
    {
        var slots = new SortedSet<int>();
        foreach (var condition in conditions)
            foreach (var text in condition.Locks) slots.Add((int)(PostingHash.Text(text) & (LockCount - 1)));
        if (slots.Count == 0) return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockText) { Parameters = { new NpgsqlParameter<int[]> { TypedValue = [.. slots] } } });
    }

    /// <returns>The matches of each search, in the order of the searches.</returns>
    public static async Task<IReadOnlyList<IReadOnlyList<ConditionMatch>>> RunAsync(
        NpgsqlConnection connection, IReadOnlyList<BoundSearch> searches, CancellationToken cancellationToken)
    {
        var matches = new List<IReadOnlyList<ConditionMatch>>(searches.Count);
        for (var first = 0; first < searches.Count; first += RoundTrip)
        {
            var count = Math.Min(RoundTrip, searches.Count - first);
            await using var batch = connection.CreateBatch();
            for (var at = 0; at < count; at++) SearchStatement.Keys(searches[first + at]).AddTo(batch);

            // The choice of plans would else hold for the rest of the transaction.
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SearchStatement.UsualPlansText));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            for (var at = 0; at < count; at++)
            {
                // Each search comes behind the result of choosing its plan.
                if (at > 0) await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                var found = new List<ConditionMatch>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    found.Add(new ConditionMatch(new ResourceKey(reader.GetString(0), reader.GetString(1)), reader.GetInt32(2)));
                matches.Add(found);
            }
        }

        return matches;
    }
}
