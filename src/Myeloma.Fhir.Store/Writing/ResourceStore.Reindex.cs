using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Some resources of one type that were indexed anew.</summary>
/// <param name="Last">From where to go on; null when there are no more.</param>
public readonly record struct ReindexedBatch(long? Last, int Count);

/// <summary>Indexing of resources that were stored before a search parameter was known.</summary>
public sealed partial class ResourceStore
{
    private const string NextText = """
        SELECT rid, body, id, version FROM resource WHERE type = $1 AND NOT deleted AND rid > $2 ORDER BY rid LIMIT $3 FOR UPDATE
        """;

    /// <summary>Makes the index rows of all current resources of these parameters' types anew, then notes the parameters as indexed.</summary>
    /// <returns>Number of resources indexed.</returns>
    /// <remarks>Batch by batch: reads and writes go on meanwhile. The store's own extraction has to know the parameters before this begins.</remarks>
    /// <exception cref="FhirException"><c>transient</c>: search parameters changed meanwhile.</exception>
    public async Task<long> ReindexAsync(IReadOnlyList<SearchParameter> parameters, CancellationToken cancellationToken)
    {
        var done = 0L;
        foreach (var type in parameters.Select(parameter => parameter.ResourceType).Distinct().Order(StringComparer.Ordinal))
        {
            for (long? last = 0; last is { } after;)
            {
                (last, var count) = await ReindexBatchAsync(type, after, follows: false, cancellationToken);
                done += count;
            }
        }

        await MarkIndexedAsync([.. parameters.Select(parameter => (parameter.Id, parameter.DefinitionHash))], cancellationToken);
        return done;
    }

    /// <summary>Makes the index rows of the next resources of a type anew, in one transaction.</summary>
    /// <param name="after">0 for the first ones, then <see cref="ReindexedBatch.Last"/>.</param>
    /// <param name="follows">Whether a change of search parameters is followed first; if not, it is a fault.</param>
    /// <remarks>
    /// All rows of a resource are replaced, because a posting does not tell its parameter. So they have to be extracted by the parameters of now, as those of a write:
    /// by earlier ones they would lack rows that a write on another server has just made.
    /// </remarks>
    /// <exception cref="FhirException"><c>transient</c>: search parameters changed meanwhile, more often than could be followed.</exception>
    public async Task<ReindexedBatch> ReindexBatchAsync(string type, long after, bool follows, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                return await ReindexBatchAsync(connection, type, after, cancellationToken);
            }
            catch (StaleExtractionException) when (follows && attempt < options.MaxRetries && FollowIndexGeneration is { } follow)
            {
                await follow(cancellationToken);
            }
            catch (StaleExtractionException)
            {
                throw new FhirException(Issue.Transient("Search parameters changed while resources were indexed by them; try again in a moment."));
            }
            catch (PostgresException lost) when (Faults.IsLostRace(lost) && attempt < options.MaxRetries)
            {
                await Task.Delay(Random.Shared.Next(1, 10 << attempt), cancellationToken);
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    /// <summary>Notes that every current resource is indexed by these parameters, those left out whose definition is another one by now.</summary>
    public async Task MarkIndexedAsync(IReadOnlyList<(int Id, string DefinitionHash)> parameters, CancellationToken cancellationToken)
    {
        try
        {
            await SearchParameterTable.MarkIndexedAsync(dataSource, parameters, cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Whether current resources may lack index rows of one of these parameters, by what the database holds: what a server knows of it may be of before.</summary>
    public async Task<bool> ArePendingAsync(IReadOnlyList<(int Id, string DefinitionHash)> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await SearchParameterTable.ArePendingAsync(dataSource, parameters, cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>The resource types of which there is a current resource, in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> StoredTypesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return [.. (await SearchParameterTable.StoredTypesAsync(connection, cancellationToken)).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<ReindexedBatch> ReindexBatchAsync(NpgsqlConnection connection, string type, long after, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await HoldGenerationAsync(connection, cancellationToken);
        var rows = new IndexBatch();
        List<(ResourceVersion Version, long Rid, ContainedEntries Entries)> containers = [];
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
                var entries = IndexEntries.Of(document, extract);
                rows.Add(rids[^1], entries);
                if (entries.Contained is { Count: > 0 } contained)
                    containers.Add((new ResourceVersion(new ResourceKey(type, reader.GetString(2)), reader.GetInt32(3), Rid.LastUpdated(rids[^1]), false, "PUT", document.Bytes), rids[^1], contained));
            }
        }

        if (rids.Count == 0) return new ReindexedBatch(null, 0);

        await using (var forget = new NpgsqlCommand(WriteTransaction.ForgetText, connection))
        {
            forget.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rids] });
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var table in rows.Tables()) await table.CopyAsync(connection, cancellationToken);
        if (containers.Count > 0) await ReindexContainedAsync(connection, containers, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ReindexedBatch(rids[^1], rids.Count);
    }

    private static async Task ReindexContainedAsync(
        NpgsqlConnection connection, List<(ResourceVersion Version, long Rid, ContainedEntries Entries)> containers, CancellationToken cancellationToken)
    {
        await using var next = new NpgsqlCommand("SELECT array_agg(nextval('resource_rid')) FROM generate_series(1, $1)", connection);
        next.Parameters.Add(new NpgsqlParameter<int> { TypedValue = containers.Sum(container => container.Entries.Count) });
        ReadOnlyMemory<long> sequence = (long[])(await next.ExecuteScalarAsync(cancellationToken))!;
        var batch = new ContainedBatch();
        foreach (var (version, rid, entries) in containers)
        {
            entries.AddTo(batch, version, rid, sequence.Span[..entries.Count]);
            sequence = sequence[entries.Count..];
        }

        foreach (var table in batch.Tables()) await table.CopyAsync(connection, cancellationToken);
    }

    /// <summary>Until the end of the transaction no change of search parameters counts.</summary>
    /// <exception cref="StaleExtractionException">One has counted already that the extraction does not know.</exception>
    private async Task HoldGenerationAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (FollowIndexGeneration is null) return;
        var known = IndexGeneration;
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_xact_lock_shared({IndexLock})", connection)) await hold.ExecuteNonQueryAsync(cancellationToken);
        await using var ask = new NpgsqlCommand(GenerationText, connection);
        if ((await ask.ExecuteScalarAsync(cancellationToken) as long? ?? 0) != known) throw new StaleExtractionException();
    }
}
