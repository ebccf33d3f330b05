using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Writes: one transaction, one round trip to lock and look, one more to write when there are few rows.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Does all operations in one transaction, or none; index rows change with them.</summary>
    /// <returns>One result an operation, in their order.</returns>
    /// <exception cref="FhirException">
    /// <c>conflict</c> with the message id <c>version-conflict</c> when If-Match names another than the current version;
    /// <c>duplicate</c> when a created resource exists; <c>invalid</c> when two operations name the same resource;
    /// <c>value</c> when a value can't be kept in PostgreSQL (the character U+0000). All obstacles of all operations together.
    /// </exception>
    /// <remarks>
    /// The rows of existing resources are locked in the order of their keys, so that writers never wait for each other in a circle; that two
    /// do not create the same key is the unique index's business. A transaction that loses such a race is run again, see
    /// <see cref="StoreOptions.MaxRetries"/>; nothing was answered yet then.
    /// </remarks>
    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count == 0) return [];
        RefuseRepeatedKeys(operations);
        PendingWrite[] writes = [.. operations.Select(operation => new PendingWrite(operation))];
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                var generation = FollowIndexGeneration is null ? (long?)null : IndexGeneration;
                await new WriteTransaction(connection, options, time, extract, generation).RunAsync(writes, cancellationToken).ConfigureAwait(false);
                return [.. writes.Select(write => write.Result!)];
            }
            catch (StaleExtractionException) when (attempt < options.MaxRetries)
            {
                await FollowIndexGeneration!(cancellationToken).ConfigureAwait(false);

                // Rows that an earlier attempt extracted may be those of before.
                writes = [.. operations.Select(operation => new PendingWrite(operation))];
            }
            catch (StaleExtractionException)
            {
                throw new FhirException(Issue.Transient("Search parameters change faster than resources can be indexed by them; try again in a moment."));
            }
            catch (PostgresException race) when (Faults.IsLostRace(race) && attempt < options.MaxRetries)
            {
                // Jitter, so that those who met do not meet again.
                await Task.Delay(Random.Shared.Next(1, 10 << attempt), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    private static void RefuseRepeatedKeys(IReadOnlyList<WriteOperation> operations)
    {
        HashSet<ResourceKey> seen = [];
        List<Issue> issues = [];
        foreach (var operation in operations)
            if (!seen.Add(operation.Key))
                issues.Add(Issue.Invalid($"{operation.Key} is named by two operations of one transaction; each resource may change once."));
        if (issues.Count > 0) throw new FhirException(issues);
    }
}
