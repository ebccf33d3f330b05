using System.Globalization;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Searching;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Export: first all versions are chosen at one instant, then they are written part by part; a version is found by its number whether it is still current or not.</summary>
public sealed partial class ResourceStore
{
    private static readonly TimeSpan HorizonPause = TimeSpan.FromMilliseconds(20);

    private const string PartText = """
        SELECT v.rid, v.type, v.id, v.version, v.deleted, v.method, v.body
        FROM bulk_plan p, LATERAL (
            SELECT * FROM resource WHERE rid = ANY (p.rids)
            UNION ALL
            SELECT * FROM resource_history WHERE rid = ANY (p.rids)) v
        WHERE p.owner = $1 AND p.number = $2
        """;

    /// <summary>Chooses what an export writes. What was chosen before for the same owner is forgotten.</summary>
    /// <returns>The choice; its files are there, and empty.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached; <c>too-costly</c>: choosing takes longer than <see cref="StoreOptions.WriteTimeout"/>.</exception>
    /// <remarks>
    /// All of it is read in one snapshot. Of whole types the state is that of <see cref="ExportChoice.TransactionTime"/>, exactly. Of types with filters it is that of the snapshot, which may be
    /// some milliseconds newer: index rows of replaced versions are gone.
    /// </remarks>
    public async Task<ExportChoice> ChooseExportAsync(ExportOrder order, CancellationToken cancellationToken)
    {
        try
        {
            order = await WithCodeSetsAsync(order, cancellationToken).ConfigureAwait(false);
            var horizon = await WaitForHorizonAsync(cancellationToken).ConfigureAwait(false);
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            var patience = ((long)options.WriteTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await using (var begin = new NpgsqlCommand($"SET LOCAL statement_timeout = {patience}", connection)) await begin.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using (var forget = new NpgsqlCommand("DELETE FROM bulk_file WHERE owner = $1", connection) { Parameters = { BulkFileTable.Value(order.Owner) } })
                await forget.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            var choice = await ChooseAsync(connection, order, horizon, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return choice;
        }
        catch (Exception exception) when (SearchFault(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Writes one part into its file; nothing when it is written already.</summary>
    /// <param name="view">What goes out of a resource that is not deleted; its bytes as they are, when null.</param>
    /// <param name="deletion">The line of a deletion.</param>
    /// <returns>How many versions were written; fewer than chosen when some were expunged since.</returns>
    public async Task<int> WriteExportPartAsync(
        string owner, int part, Func<ResourceVersion, ReadOnlyMemory<byte>>? view, Func<ResourceVersion, ReadOnlyMemory<byte>> deletion, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var lockPart = new NpgsqlCommand("SELECT file FROM bulk_plan WHERE owner = $1 AND number = $2 FOR UPDATE", connection)
            {
                Parameters = { BulkFileTable.Value(owner), BulkFileTable.Value(part) },
            };
            if (await lockPart.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not string file) return 0;

            var lines = new PieceBuffer(connection, owner, file);
            await foreach (var version in PartAsync(owner, part, cancellationToken).ConfigureAwait(false))
                await lines.AddAsync(version.IsDeleted ? deletion(version) : view?.Invoke(version) ?? version.Body, cancellationToken).ConfigureAwait(false);
            await lines.FlushAsync(cancellationToken).ConfigureAwait(false);
            await using var done = new NpgsqlCommand("DELETE FROM bulk_plan WHERE owner = $1 AND number = $2", connection)
            {
                Parameters = { BulkFileTable.Value(owner), BulkFileTable.Value(part) },
            };
            await done.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return lines.Lines;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<ExportOrder> WithCodeSetsAsync(ExportOrder order, CancellationToken cancellationToken)
    {
        if (order.Selections is null) return order;
        List<ExportSelection> selections = [];
        foreach (var selection in order.Selections)
        {
            List<BoundSearch> filters = [];
            foreach (var filter in selection.Filters) filters.Add(await WithCodeSetsAsync(filter, cancellationToken).ConfigureAwait(false));
            selections.Add(selection with { Filters = filters });
        }

        return order with { Selections = selections };
    }

    /// <summary>Waits until writes that are under way have ended, as long as a write may take: what a client wrote before it asked for the export is in it.</summary>
    private async Task<DateTimeOffset> WaitForHorizonAsync(CancellationToken cancellationToken)
    {
        await using var clock = dataSource.CreateCommand("SELECT clock_timestamp()");
        var asked = new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
        var began = time.GetTimestamp();
        while (true)
        {
            var horizon = await FindHorizonAsync(cancellationToken).ConfigureAwait(false);
            if (horizon >= DateTimeOffset.FromUnixTimeMilliseconds(asked.ToUnixTimeMilliseconds()) || time.GetElapsedTime(began) > options.WriteTimeout) return horizon;
            await Task.Delay(HorizonPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ExportChoice> ChooseAsync(NpgsqlConnection connection, ExportOrder order, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        var (first, last) = (order.Since is { } since ? Rid.First(since) : 0, Rid.First(horizon));
        var (parts, files, resources) = (0, 0, 0L);
        foreach (var selection in order.Selections ?? await AllAsync(connection, order.Since is not null, cancellationToken).ConfigureAwait(false))
        {
            var isWhole = selection.Filters.Count == 0 && selection.Compartment is null;
            await AddAsync(selection.ResourceType, isWhole ? ExportSql.AsOf(selection.ResourceType, false, first, last) : ExportSql.Current(selection, first), false).ConfigureAwait(false);
            if (order.Since is not null) await AddAsync(selection.ResourceType, ExportSql.AsOf(selection.ResourceType, true, first, last), true).ConfigureAwait(false);
        }

        return new ExportChoice(horizon, parts, resources);

        async Task AddAsync(string type, Sql versions, bool deleted)
        {
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(ExportSql.Choose(order, type, versions, deleted, parts, files).ToCommand());
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                resources += reader.GetInt32(0);
                parts++;
            }

            files += parts + 1;
        }
    }

    private static async Task<List<ExportSelection>> AllAsync(NpgsqlConnection connection, bool withDeleted, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(withDeleted ? "SELECT DISTINCT type FROM resource ORDER BY type" : "SELECT type FROM stored_types() AS t(type) ORDER BY type", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<ExportSelection> types = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) types.Add(new ExportSelection(reader.GetString(0), []));
        return types;
    }

    private async IAsyncEnumerable<ResourceVersion> PartAsync(
        string owner, int part, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PartText);
        command.Parameters.Add(BulkFileTable.Value(owner));
        command.Parameters.Add(BulkFileTable.Value(part));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return ReadVersion(reader);
    }
}
