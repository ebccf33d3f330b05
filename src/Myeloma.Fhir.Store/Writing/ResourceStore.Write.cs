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
    public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count == 0) return Task.FromResult<IReadOnlyList<WriteResult>>([]);
        RefuseRepeatedKeys(operations);
        PendingWrite[] writes = [.. operations.Select(operation => new PendingWrite(operation))];
        return RepeatAsync(
            async (transaction, isStale) =>
            {
                // Rows that an earlier attempt extracted may be those of before.
                if (isStale) writes = [.. operations.Select(operation => new PendingWrite(operation))];
                await transaction.RunAsync(writes, cancellationToken).ConfigureAwait(false);
                return writes;
            },
            null,
            cancellationToken);
    }

    /// <summary>Runs searches, and the operations that the caller makes of what they find, in one transaction.</summary>
    /// <returns>One result an operation, in the order of the plan; none when the plan was empty.</returns>
    /// <exception cref="FhirException">As above; what the plan throws; <c>conflict</c> when others change what the searches find faster each time.</exception>
    /// <remarks>
    /// What was found is what is written to: the version found has to be the current one when its row is locked, else everything is run again. That two writers do
    /// not both find nothing, and both create, is the business of <see cref="WriteCondition.Locks"/>. src/decisions/conditional-writes.md has the reasons.
    /// </remarks>
    public async Task<IReadOnlyList<WriteResult>> WriteAsync(ConditionalWrite write, CancellationToken cancellationToken)
    {
        var complete = await WithCodeSetsAsync(write, cancellationToken).ConfigureAwait(false);
        return await RepeatAsync((transaction, _) => transaction.RunAsync(complete, cancellationToken), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What stands against operations as things are now; nothing is written.</summary>
    /// <param name="operations">Each of a resource of its own.</param>
    /// <returns>What <see cref="WriteAsync(IReadOnlyList{WriteOperation}, CancellationToken)"/> would refuse them for before it writes; empty when it would not.</returns>
    public async Task<IReadOnlyList<Issue>> FindObstaclesAsync(IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count == 0) return [];
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await new WriteTransaction(connection, options, time, extract, null, hot).ObstaclesAsync([.. operations.Select(operation => new PendingWrite(operation))], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<IReadOnlyList<WriteResult>> RepeatAsync(
        Func<WriteTransaction, bool, Task<PendingWrite[]>> run, Bulk.ImportStep? import, CancellationToken cancellationToken)
    {
        var isStale = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

                // The rows of an import are made before its transaction, and belong to the search parameters of then.
                var generation = FollowIndexGeneration is null ? (long?)null : import is not null && !isStale ? import.Generation : IndexGeneration;
                var transaction = new WriteTransaction(connection, options, time, extract, generation, hot, import);
                var writes = await run(transaction, isStale).ConfigureAwait(false);
                if (transaction.HasOthers) await Hot.HotLease.KeepBarredAsync(connection).ConfigureAwait(false);
                return [.. writes.Select(write => write.Result!)];
            }
            catch (Hot.HotElsewhereException)
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await Hot.HotLease.BarAsync(connection, waits: true, cancellationToken).ConfigureAwait(false);
            }
            catch (StaleExtractionException) when (attempt < options.MaxRetries)
            {
                await FollowIndexGeneration!(cancellationToken).ConfigureAwait(false);
                isStale = true;
            }
            catch (StaleExtractionException)
            {
                throw new FhirException(Issue.Transient("Search parameters change faster than resources can be indexed by them; try again in a moment."));
            }
            catch (Exception race) when (attempt < options.MaxRetries && (race is LostMatchException || (race is PostgresException fault && Faults.IsLostRace(fault))))
            {
                // Jitter, so that those who met do not meet again.
                await Task.Delay(Random.Shared.Next(1, 10 << attempt), cancellationToken).ConfigureAwait(false);
            }
            catch (LostMatchException)
            {
                throw new FhirException(Faults.Overtaken);
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    internal static void RefuseRepeatedKeys(IReadOnlyList<WriteOperation> operations)
    {
        HashSet<ResourceKey> seen = [];
        List<Issue> issues = [];
        foreach (var operation in operations)
            if (operation is not WriteOperation.Keep && !seen.Add(operation.Key))
                issues.Add(Issue.Invalid($"{operation.Key} is named by two operations of one transaction; each resource may change once."));
        if (issues.Count > 0) throw new FhirException(issues);
    }
}
