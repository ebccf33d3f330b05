using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Import: many resources at a time, with the place in the input in the same transaction.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Open references that one transaction looks at when all is imported.</summary>
    private const int ReferenceBatch = 1_000;

    private const string MissingText = """
        WITH looked AS (
            DELETE FROM bulk_reference b USING (
                SELECT ctid FROM bulk_reference WHERE owner = $1 AND name = $2 ORDER BY line LIMIT $3) AS next
            WHERE b.ctid = next.ctid
            RETURNING b.*)
        SELECT k.line, k.source_type, k.source_id, k.expression, k.target_type, k.target_id, k.target_version, r.rid IS NULL
            OR CASE WHEN k.target_version IS NULL THEN r.deleted ELSE k.target_version NOT BETWEEN 1 AND r.version END
        FROM looked k LEFT JOIN resource r ON r.type = k.target_type AND r.id = k.target_id
        ORDER BY k.line
        """;

    /// <summary>Files of bulk export and import.</summary>
    public BulkFileTable BulkFiles => new(dataSource);

    /// <summary>Makes the index rows of a line; called by several threads.</summary>
    public ImportLine PrepareImport(long number, ResourceKey key, ResourceDocument document)
    {
        var write = new PendingWrite(new WriteOperation.Update(key, document));
        write.Entries(extract);
        return new ImportLine(number, write);
    }

    /// <summary>Stores a batch in one transaction with the place that the import is at: as an update, each new or with a further version, none where nothing differs.</summary>
    /// <exception cref="ImportOvertakenException">The input is not where the batch begins: another runner has it.</exception>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>; <c>value</c>: a text can't be kept in PostgreSQL; <c>conflict</c>: other writers were faster each time.</exception>
    /// <remarks>The commit does not wait for the disk. What a power failure takes away it takes away whole, and the place in the input with it.</remarks>
    public async Task<ImportOutcome> ImportAsync(ImportBatch batch, ImportReferences references, CancellationToken cancellationToken)
    {
        PendingWrite[] writes = [.. batch.Lines.Select(line => line.Write)];
        try
        {
            var results = await RepeatAsync(
                async (transaction, isStale) =>
                {
                    if (isStale) writes = [.. writes.Select(write => new PendingWrite(write.Operation))];
                    await transaction.RunAsync(writes, cancellationToken).ConfigureAwait(false);
                    return writes;
                },
                new ImportStep(batch, references),
                cancellationToken).ConfigureAwait(false);
            return new ImportOutcome(results, []);
        }
        catch (MissingTargetsException refused)
        {
            return new ImportOutcome([], refused.Missing);
        }
    }

    /// <summary>Looks again at references of an import whose targets were not there, some at a time; what is looked at is done with, and its errors are in the error file.</summary>
    /// <param name="write">Makes the line of an error.</param>
    /// <returns>How many were looked at, and how many of them still lead nowhere; none to look at: the end.</returns>
    public async Task<(int Looked, int Missing)> CloseReferencesAsync(
        string owner, string input, string errorFile, Func<MissingTarget, ReadOnlyMemory<byte>> write, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            var (looked, missing) = await MissingAsync(connection, owner, input, cancellationToken).ConfigureAwait(false);
            if (missing.Count > 0)
            {
                using var lines = new MemoryStream();
                foreach (var target in missing) lines.Write(write(target).Span);
                await using var append = connection.CreateBatch();
                append.BatchCommands.Add(BulkFileTable.Append(owner, errorFile, lines.ToArray(), missing.Count));
                await append.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (looked, missing.Count);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private static async Task<(int Looked, List<MissingTarget> Missing)> MissingAsync(NpgsqlConnection connection, string owner, string input, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MissingText, connection)
        {
            Parameters = { BulkFileTable.Value(owner), BulkFileTable.Value(input), BulkFileTable.Value(ReferenceBatch) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<MissingTarget> missing = [];
        var looked = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            looked++;
            if (!reader.GetBoolean(7)) continue;
            missing.Add(new MissingTarget(
                reader.GetInt64(0), new ResourceKey(reader.GetString(1), reader.GetString(2)), reader.GetString(3), new ResourceKey(reader.GetString(4), reader.GetString(5)),
                reader.IsDBNull(6) ? null : reader.GetInt32(6)));
        }

        return (looked, missing);
    }
}
