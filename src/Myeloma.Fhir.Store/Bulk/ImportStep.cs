using Myeloma.Fhir.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>What an import does in the transaction of its writes: how far it is, its errors and its open references are committed with them.</summary>
internal sealed class ImportStep(ImportBatch batch, ImportReferences mode)
{
    private const string AdvanceText =
        "UPDATE bulk_file SET position = $4, note = $5, changed = clock_timestamp() WHERE owner = $1 AND name = $2 AND position = $3";

    private IReadOnlyList<(PendingWrite Write, LiteralReference Reference)> missing = [];

    public long Generation => batch.Generation;

    public bool IsGuarded => mode != ImportReferences.Off;

    /// <summary>Takes the references of the batch that lead nowhere now.</summary>
    /// <exception cref="MissingTargetsException">They keep the batch from being stored.</exception>
    public void Take(IEnumerable<(PendingWrite Write, LiteralReference Reference)> found)
    {
        missing = [.. found];
        if (mode == ImportReferences.Each && missing.Count > 0) throw new MissingTargetsException([.. Targets()]);
    }

    /// <summary>Runs just before the commit.</summary>
    /// <exception cref="ImportOvertakenException">The input is at another line.</exception>
    public async Task CompleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var advance = new NpgsqlCommand(AdvanceText, connection))
        {
            advance.Parameters.AddRange((NpgsqlParameter[])
            [
                BulkFileTable.Value(batch.Owner), BulkFileTable.Value(batch.Input), BulkFileTable.Value(batch.From), BulkFileTable.Value(batch.To),
                new() { Value = batch.Note.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea },
            ]);
            if (await advance.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) != 1) throw new ImportOvertakenException();
        }

        if (batch.ErrorLines > 0)
        {
            await using var append = connection.CreateBatch();
            append.BatchCommands.Add(BulkFileTable.Append(batch.Owner, batch.ErrorFile, batch.Errors, batch.ErrorLines));
            await append.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (missing.Count > 0) await OpenReferences().CopyAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<MissingTarget> Targets()
    {
        var lines = batch.Lines.ToDictionary(line => line.Key, line => line.Number);
        foreach (var (write, reference) in missing)
        {
            yield return new MissingTarget(
                lines[write.Key], write.Key, $"{reference.Element.Document.ExpressionOf(reference.Element)}.reference", reference.Target, reference.VersionId);
        }
    }

    private RowBatch OpenReferences()
    {
        var (owner, name) = (Columns.Text("owner"), Columns.Text("name"));
        var line = Columns.BigInteger("line");
        var (sourceType, sourceId, expression) = (Columns.Text("source_type"), Columns.Text("source_id"), Columns.Text("expression"));
        var (targetType, targetId) = (Columns.Text("target_type"), Columns.Text("target_id"));
        var version = Columns.OptionalInteger("target_version");
        foreach (var target in Targets())
        {
            owner.Add(batch.Owner);
            name.Add(batch.Input);
            line.Add(target.Line);
            sourceType.Add(target.Source.Type);
            sourceId.Add(target.Source.Id);
            expression.Add(target.Expression);
            targetType.Add(target.Target.Type);
            targetId.Add(target.Target.Id);
            version.Add(target.Version);
        }

        return new RowBatch("bulk_reference", owner, name, line, sourceType, sourceId, expression, targetType, targetId, version);
    }
}

/// <summary>A batch has references that lead nowhere, and is to be stored without their lines.</summary>
internal sealed class MissingTargetsException(IReadOnlyList<MissingTarget> missing) : Exception
{
    public IReadOnlyList<MissingTarget> Missing => missing;
}
