using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>How far a reindex is.</summary>
/// <param name="Type">The resource type it is at.</param>
/// <param name="Done">Resources indexed so far, of all types.</param>
public readonly record struct ReindexProgress(string Type, long Done);

/// <summary>Indexing of resources that were stored before a search parameter was known.</summary>
public sealed partial class ResourceStore
{
    private const string NextText = """
        SELECT rid, body FROM resource WHERE type = $1 AND NOT deleted AND rid > $2 ORDER BY rid LIMIT $3 FOR UPDATE
        """;

    /// <summary>Makes the index rows of all current resources of these parameters' types anew, then notes the parameters as indexed.</summary>
    /// <returns>Number of resources indexed.</returns>
    /// <remarks>
    /// Batch by batch, each a transaction of its own: reads and writes go on meanwhile, and one that was stopped may be started again. All rows of a
    /// resource are replaced, because a posting does not tell its parameter. The store's own extraction has to know the parameters before this begins.
    /// </remarks>
    public async Task<long> ReindexAsync(
        IReadOnlyList<SearchParameter> parameters, IProgress<ReindexProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var done = 0L;
            foreach (var type in parameters.Select(parameter => parameter.ResourceType).Distinct().Order(StringComparer.Ordinal))
            {
                long? last = 0;
                while (last is { } after)
                {
                    (last, var count) = await ReindexBatchAsync(connection, type, after, cancellationToken);
                    done += count;
                    progress?.Report(new ReindexProgress(type, done));
                }
            }

            await SearchParameterTable.MarkIndexedAsync(connection, [.. parameters.Select(parameter => parameter.Id)], cancellationToken);
            return done;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <returns>The last rid of the batch, null when there was none; and its size.</returns>
    private async Task<(long? Last, int Count)> ReindexBatchAsync(
        NpgsqlConnection connection, string type, long after, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = new IndexBatch();
        List<long> rids = [];
        await using (var command = new NpgsqlCommand(NextText, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.ReindexBatch });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rids.Add(reader.GetInt64(0));
                var document = ResourceDocument.Parse(reader.GetFieldValue<byte[]>(1), limits: PendingWrite.Unlimited);
                rows.Add(reader.GetInt64(0), IndexEntries.Of(document, extract));
            }
        }

        if (rids.Count == 0) return (null, 0);

        await using (var forget = new NpgsqlCommand(WriteTransaction.ForgetText, connection))
        {
            forget.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rids] });
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var table in rows.Tables()) await table.CopyAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (rids[^1], rids.Count);
    }
}
