using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Hot;
using Myeloma.Fhir.Store.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>One run of a transaction over a connection of its own.</summary>
/// <param name="import">What goes with the writes when they are a batch of an import; null for all others.</param>
internal sealed class WriteTransaction(
    NpgsqlConnection connection, StoreOptions options, TimeProvider time, Func<ResourceDocument, IndexRows> extract, long? generation, HotVersions hot,
    ImportStep? import = null)
{
    private const string LockText = """
        SELECT k.at, r.rid, r.version, r.deleted, r.method, r.body
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(type, id, at)
        JOIN resource r ON r.type = k.type COLLATE "C" AND r.id = k.id COLLATE "C"
        ORDER BY r.type, r.id
        FOR UPDATE OF r
        """;

    private const string SequenceText = "SELECT nextval('resource_rid'), clock_timestamp() FROM generate_series(1, $1)";

    private const string HistoryText = "INSERT INTO resource_history SELECT * FROM resource WHERE rid = ANY ($1)";

    /// <summary>Takes versions out of the indexes that are current and stay so, to index them anew.</summary>
    public const string ForgetText = "SELECT index_forget($1), contained.forget($1)";

    private const string SupersedeText = "SELECT index_supersede($1), contained.forget($1)";

    private const string UpdateText = """
        UPDATE resource r SET rid = n.rid, version = n.version, deleted = n.deleted, method = n.method, body = n.body
        FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::boolean[], $5::text[], $6::bytea[]) AS n(old_rid, rid, version, deleted, method, body)
        WHERE r.rid = n.old_rid
        """;

    private const string CompleteText = "UPDATE resource r SET body = n.body FROM unnest($1::bigint[], $2::bytea[]) AS n(rid, body) WHERE r.rid = n.rid";

    /// <summary>Whether what is written changes what codes mean.</summary>
    private bool changesTerminology;

    /// <summary>Whether it changes what canonicals lead to.</summary>
    private bool changesDefinitions;

    private bool isHotElsewhere;

    /// <summary>What else is done in the transaction, when everything is written and just before the commit; null: nothing.</summary>
    public Func<NpgsqlConnection, CancellationToken, Task>? Closing { get; set; }

    private readonly ReferenceGuard? guard = (import?.IsGuarded ?? options.ReferentialIntegrity) ? new ReferenceGuard(connection) : null;

    private readonly ArtifactGuard artifacts = new(options.UniqueVersions, options.StatusRules);

    /// <summary>Locks, decides and writes; on return the transaction is committed, on an exception it is rolled back.</summary>
    public async Task RunAsync(PendingWrite[] writes, CancellationToken cancellationToken)
    {
        try
        {
            await FinishAsync(writes, null, isOpen: false, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await RollBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Locks and looks, and lets go of everything again.</summary>
    /// <returns>What stands against the operations.</returns>
    public async Task<List<Issue>> ObstaclesAsync(PendingWrite[] writes, CancellationToken cancellationToken)
    {
        try
        {
            guard?.Add(writes, options.BaseUrl);
            artifacts.Add(writes);
            await LockAsync(writes, isOpen: false, cancellationToken).ConfigureAwait(false);
            return Obstacles(writes);
        }
        finally
        {
            await RollBackAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs the searches, and then does as above what the caller makes of them.</summary>
    /// <returns>The operations, in the order of the plan.</returns>
    public async Task<PendingWrite[]> RunAsync(ConditionalWrite request, CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(request, cancellationToken).ConfigureAwait(false);
            var matches = await ConditionSearches.RunAsync(connection, [.. request.Conditions.Select(condition => condition.Search)], cancellationToken).ConfigureAwait(false);
            var operations = request.Plan(matches);
            ResourceStore.RefuseRepeatedKeys(operations);
            PendingWrite[] writes = [.. operations.Select(operation => new PendingWrite(operation))];
            if (writes.Length == 0) await ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
            else await FinishAsync(writes, request, isOpen: true, cancellationToken).ConfigureAwait(false);
            return writes;
        }
        catch
        {
            await RollBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether the write has to tell the others that it goes on, once it is done.</summary>
    public bool HasOthers { get; private set; }

    private async Task FinishAsync(PendingWrite[] writes, ConditionalWrite? request, bool isOpen, CancellationToken cancellationToken)
    {
        guard?.Add(writes, options.BaseUrl);
        artifacts.Add(writes);
        var (sequence, now) = await LockAsync(writes, isOpen, cancellationToken).ConfigureAwait(false);
        if (writes.Any(write => write.HasLostMatch)) throw new LostMatchException();
        if (Obstacles(writes) is { Count: > 0 } obstacles) throw new FhirException(obstacles);
        for (var at = 0; at < writes.Length; at++) writes[at].Decide(now, sequence[at], options.VersionIdentical);

        var made = writes.Where(write => write.MakesVersion).ToList();
        if (made.Count == 0 && import is null && Closing is null)
        {
            await ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
            return;
        }

        changesTerminology = made.Any(write => TerminologyGeneration.Types.Contains(write.Key.Type));
        changesDefinitions = made.Any(write => ResourceStore.IsDefinition(write.Key.Type));
        ResourceKey[] superseded =
        [
            .. made.Where(write => write.Current is not null).Select(write => write.Key), .. changesTerminology ? [TerminologyGeneration.Key] : (ResourceKey[])[],
            .. changesDefinitions ? [DefinitionGeneration.Key] : (ResourceKey[])[],
        ];
        if (superseded.Length > 0 && isHotElsewhere) throw new HotElsewhereException();
        using var change = hot.BeginChange(superseded);
        try
        {
            await WriteAsync(made, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (PostgresException or FhirException))
        {
            // The connection broke, perhaps after the COMMIT was sent.
            hot.Doubt();
            throw;
        }
    }

    private async Task WriteAsync(List<PendingWrite> made, ConditionalWrite? request, CancellationToken cancellationToken)
    {
        var isOpenAtTheEnd = import is not null || Closing is not null || request?.Complete is not null || (guard is not null && made.Any(write => write.Document is null));
        if (made.Count < options.CopyFrom) await WriteFewAsync(made, !isOpenAtTheEnd, cancellationToken).ConfigureAwait(false);
        else await WriteManyAsync(made, !isOpenAtTheEnd, cancellationToken).ConfigureAwait(false);
        if (!isOpenAtTheEnd) return;

        if (request?.Complete is { } complete)
        {
            var matches = await ConditionSearches.RunAsync(connection, request.ClosingSearches, cancellationToken).ConfigureAwait(false);
            await CompleteAsync(made, complete(matches), cancellationToken).ConfigureAwait(false);
        }

        if (guard is not null) await guard.RefuseDeletionsAsync(made, cancellationToken).ConfigureAwait(false);
        if (import is not null) await import.CompleteAsync(connection, cancellationToken).ConfigureAwait(false);
        if (Closing is { } closing) await closing(connection, cancellationToken).ConfigureAwait(false);
        await CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task OpenAsync(ConditionalWrite request, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddOpening(batch, request.Conditions.Count >= options.CopyFrom);
        ConditionSearches.AddLocks(batch, request.Conditions);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await ReadOpeningAsync(reader, cancellationToken).ConfigureAwait(false);
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            // Waiting for the locks of the conditions is all there is to it.
        }
    }

    private void AddOpening(NpgsqlBatch batch, bool isLarge)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        if (isLarge)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                $"SET LOCAL statement_timeout = {((long)options.WriteTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)}"));
        if (import is not null) batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL synchronous_commit = off"));
        batch.BatchCommands.Add(CommitHorizon.Enter(ResourceStore.IndexLock, OwnClock));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ResourceStore.GenerationText));
    }

    /// <summary>Leaves the reader at the result of the count of search parameter changes.</summary>
    private async Task ReadOpeningAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var current = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt64(0) : 0;
        if (generation is { } known && known != current) throw new StaleExtractionException();
    }

    /// <summary>The time of a clock that tests hold; null: PostgreSQL's, which is one for all servers.</summary>
    private DateTimeOffset? OwnClock => ReferenceEquals(time, TimeProvider.System) ? null : time.GetUtcNow();

    /// <returns>A number of the rid sequence for every write, and the time of the new versions.</returns>
    private async Task<(IReadOnlyList<long> Sequence, DateTimeOffset Now)> LockAsync(PendingWrite[] writes, bool isOpen, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        if (!isOpen) AddOpening(batch, writes.Length >= options.CopyFrom);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockText)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. writes.Select(write => write.Key.Type)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. writes.Select(write => write.Key.Id)] },
            },
        });
        var isGuarded = guard?.AddLocks(batch) == true;
        var hasArtifacts = artifacts.AddLookup(batch);
        batch.BatchCommands.Add(HotLease.AskForOthers(hot.Server));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SequenceText) { Parameters = { new NpgsqlParameter<int> { TypedValue = writes.Length + writes.Sum(write => write.ContainedCount) } } });

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!isOpen)
        {
            await ReadOpeningAsync(reader, cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var write in writes) write.Current = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            writes[reader.GetInt64(0) - 1].Current = new StoredVersion(
                reader.GetInt64(1), reader.GetInt32(2), reader.GetBoolean(3), reader.GetString(4), reader.GetFieldValue<byte[]>(5));

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (isGuarded)
        {
            await guard!.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        if (hasArtifacts)
        {
            await artifacts.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        HasOthers = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        isHotElsewhere = HasOthers && reader.GetBoolean(0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);

        // The clock is read after the locks are held: of two writers of one resource the second has the later time.
        List<long> sequence = [];
        var now = DateTimeOffset.MinValue;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            sequence.Add(reader.GetInt64(0));
            now = OwnClock ?? reader.GetFieldValue<DateTimeOffset>(1);
        }

        DealSequence(writes, sequence[writes.Length..].ToArray());
        return (sequence, now);
    }

    private static void DealSequence(PendingWrite[] writes, ReadOnlyMemory<long> sequence)
    {
        foreach (var write in writes)
        {
            var count = write.ContainedCount;
            write.ContainedSequence = sequence[..count];
            sequence = sequence[count..];
        }
    }

    private List<Issue> Obstacles(PendingWrite[] writes)
    {
        var issues = writes.Select(write => write.Obstacle()).OfType<Issue>().ToList();
        issues.AddRange(artifacts.Obstacles());
        if (import is not null) import.Take(guard?.Missing() ?? []);
        else if (guard is not null) issues.AddRange(guard.Missing().Select(each => guard.IssueOf(each.Write, each.Reference)));
        return issues;
    }

    /// <summary>Everything, and the COMMIT where nothing follows, in one round trip.</summary>
    private async Task WriteFewAsync(List<PendingWrite> made, bool commits, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddSuperseding(batch, made);
        artifacts.AddRows(batch, made);
        if (Created(made) is { Count: > 0 } created) batch.BatchCommands.Add(created.Insert());
        foreach (var table in IndexRows(made)) batch.BatchCommands.Add(table.Insert());
        if (commits) AddCommit(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>New rows by COPY, which costs a round trip a table and much less for each row.</summary>
    private async Task WriteManyAsync(List<PendingWrite> made, bool commits, CancellationToken cancellationToken)
    {
        await using (var batch = connection.CreateBatch())
        {
            AddSuperseding(batch, made);
            artifacts.AddRows(batch, made);
            if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Created(made) is { Count: > 0 } created) await created.CopyAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var table in IndexRows(made)) await table.CopyAsync(connection, cancellationToken).ConfigureAwait(false);
        if (commits) await CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddCommit(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The counts of changes come last, always in this order: who holds their rows waits for nothing else any more.</summary>
    private void AddCommit(NpgsqlBatch batch)
    {
        if (changesDefinitions) batch.BatchCommands.Add(new NpgsqlBatchCommand(DefinitionGeneration.AdvanceText));
        if (changesTerminology)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TerminologyGeneration.AdvanceText));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TerminologyGeneration.NotifyText));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    /// <summary>Gives versions of this transaction the content they have in the end.</summary>
    private async Task CompleteAsync(List<PendingWrite> made, IReadOnlyDictionary<ResourceKey, ResourceDocument> documents, CancellationToken cancellationToken)
    {
        var completed = made.Where(write => documents.ContainsKey(write.Key)).ToList();
        if (completed.Count == 0) return;
        foreach (var write in completed) write.Complete(documents[write.Key], extract);
        if (guard is not null) await guard.RefuseMissingAsync(completed, options.BaseUrl, cancellationToken).ConfigureAwait(false);

        await using (var batch = connection.CreateBatch())
        {
            long[] rids = [.. completed.Select(write => write.NewRid)];
            batch.BatchCommands.Add(new NpgsqlBatchCommand(CompleteText)
            {
                Parameters =
                {
                    new NpgsqlParameter<long[]> { TypedValue = rids },
                    new NpgsqlParameter { Value = completed.Select(write => write.Result!.Version.Body.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                },
            });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ForgetText) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = rids } } });
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var table in IndexRows(completed)) await table.CopyAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Superseded versions go to the history and out of the indexes; their rows become the new versions.</summary>
    private static void AddSuperseding(NpgsqlBatch batch, List<PendingWrite> made)
    {
        long[] superseded = [.. made.Where(write => write.Current is not null).Select(write => write.Current!.Rid)];
        if (superseded.Length == 0) return;

        batch.BatchCommands.Add(new NpgsqlBatchCommand(HistoryText) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = superseded } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SupersedeText) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = superseded } } });

        var oldRid = Columns.BigInteger("old_rid");
        var (rid, version, deleted, method, body) = ResourceColumns();
        foreach (var write in made.Where(write => write.Current is not null))
        {
            oldRid.Add(write.Current!.Rid);
            rid.Add(write.NewRid);
            AddVersion(write.Result!.Version, version, deleted, method, body);
        }

        batch.BatchCommands.Add(new RowBatch("resource", oldRid, rid, version, deleted, method, body).Fill(new NpgsqlBatchCommand(UpdateText)));
    }

    /// <summary>The rows of keys that were never used, in their order, so that two transactions insert the same keys in the same order.</summary>
    private static RowBatch Created(List<PendingWrite> made)
    {
        var type = Columns.Text("type");
        var id = Columns.Text("id");
        var (rid, version, deleted, method, body) = ResourceColumns();
        foreach (var write in made.Where(write => write.Current is null)
            .OrderBy(write => write.Key.Type, StringComparer.Ordinal).ThenBy(write => write.Key.Id, StringComparer.Ordinal))
        {
            rid.Add(write.NewRid);
            type.Add(write.Key.Type);
            id.Add(write.Key.Id);
            AddVersion(write.Result!.Version, version, deleted, method, body);
        }

        return new RowBatch("resource", rid, type, id, version, deleted, method, body);
    }

    private IEnumerable<RowBatch> IndexRows(List<PendingWrite> made)
    {
        var rows = new IndexBatch();
        ContainedBatch? contained = null;
        foreach (var write in made.Where(write => write.Document is not null))
        {
            var entries = write.Entries(extract);
            rows.Add(write.NewRid, entries);
            if (entries.Contained is { Count: > 0 } held) held.AddTo(contained ??= new ContainedBatch(), write.Result!.Version, write.NewRid, write.ContainedSequence.Span);
        }

        return contained is null ? rows.Tables() : rows.Tables().Concat(contained.Tables());
    }

    private static (Column<long> Rid, Column<int> Version, Column<bool> Deleted, Column<string?> Method, Column<ReadOnlyMemory<byte>> Body) ResourceColumns() =>
        (Columns.Rid(), Columns.Integer("version"), Columns.Boolean("deleted"), Columns.Text("method"), Columns.Bytes("body"));

    private static void AddVersion(
        ResourceVersion made, Column<int> version, Column<bool> deleted, Column<string?> method, Column<ReadOnlyMemory<byte>> body)
    {
        version.Add(made.VersionId);
        deleted.Add(made.IsDeleted);
        method.Add(made.Method);
        body.Add(made.Body);
    }

    private async Task ExecuteAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RollBackAsync()
    {
        // On a broken connection there is nothing to roll back: PostgreSQL has done so, or will when it notices.
        if (connection.FullState != System.Data.ConnectionState.Open) return;
        try
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            NpgsqlConnection.ClearPool(connection);
        }
    }
}
