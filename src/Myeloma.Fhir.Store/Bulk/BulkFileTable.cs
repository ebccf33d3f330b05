using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>Files of bulk export and import, in pieces of about a megabyte.</summary>
/// <remarks>Every method throws <see cref="Model.Issues.FhirException"/> with <c>transient</c> when PostgreSQL can't be reached. src/decisions/bulk-data.md says why they are in the database.</remarks>
public sealed class BulkFileTable
{
    private const string FileColumns = "owner, name, ordinal, role, type, source, lines, bytes, position, note";

    private const string AppendText = """
        WITH file AS (
            UPDATE bulk_file SET lines = lines + $3, bytes = bytes + $4, changed = clock_timestamp() WHERE owner = $1 AND name = $2 RETURNING lines - $3 + 1 AS first_line)
        INSERT INTO bulk_piece (owner, name, first_line, content) SELECT $1, $2, first_line, $5 FROM file
        """;

    private const string CopyText = """
        WITH file AS (
            INSERT INTO bulk_file (owner, name, ordinal, role, type, source, lines, bytes)
            SELECT $3, $4, $5, 'input', $6, $7, lines, bytes FROM bulk_file WHERE owner = $1 AND name = $2 RETURNING name)
        INSERT INTO bulk_piece (owner, name, first_line, content) SELECT $3, file.name, p.first_line, p.content FROM file, bulk_piece p WHERE p.owner = $1 AND p.name = $2
        """;

    private readonly NpgsqlDataSource dataSource;

    internal BulkFileTable(NpgsqlDataSource dataSource) => this.dataSource = dataSource;

    /// <summary>Adds an empty file; one of that name that is there already is emptied.</summary>
    public Task AddAsync(BulkFile file, CancellationToken cancellationToken) => RunAsync(
        """
        WITH old AS (DELETE FROM bulk_piece WHERE owner = $1 AND name = $2)
        INSERT INTO bulk_file (owner, name, ordinal, role, type, source) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (owner, name) DO UPDATE SET lines = 0, bytes = 0, position = 0, note = NULL, changed = clock_timestamp()
        """,
        [Value(file.Owner), Value(file.Name), Value(file.Ordinal), Value(NameOf(file.Role)), Optional(file.ResourceType), Optional(file.Source)],
        command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Adds an input with the content of another file.</summary>
    /// <returns>False when that is not there.</returns>
    public Task<bool> CopyAsync(string owner, string name, BulkFile copy, CancellationToken cancellationToken) => RunAsync(
        CopyText,
        [Value(owner), Value(name), Value(copy.Owner), Value(copy.Name), Value(copy.Ordinal), Optional(copy.ResourceType), Optional(copy.Source)],
        async command => await command.ExecuteNonQueryAsync(cancellationToken) > 0, cancellationToken);

    /// <summary>Puts whole lines at the end of a file.</summary>
    /// <returns>False when the file is gone.</returns>
    public Task<bool> AppendAsync(string owner, string name, ReadOnlyMemory<byte> content, long lines, CancellationToken cancellationToken) => RunAsync(
        AppendText, AppendParameters(owner, name, content, lines), async command => await command.ExecuteNonQueryAsync(cancellationToken) == 1, cancellationToken);

    /// <returns>Null when there is none.</returns>
    public Task<BulkFile?> FindAsync(string owner, string name, CancellationToken cancellationToken) => RunAsync(
        $"SELECT {FileColumns} FROM bulk_file WHERE owner = $1 AND name = $2",
        [Value(owner), Value(name)],
        async command => (await ReadAsync(command, cancellationToken)).FirstOrDefault(), cancellationToken);

    /// <returns>All files of an owner, in their order; none for one who is not known.</returns>
    public Task<List<BulkFile>> ListAsync(string owner, CancellationToken cancellationToken) => RunAsync(
        $"SELECT {FileColumns} FROM bulk_file WHERE owner = $1 ORDER BY ordinal, name", [Value(owner)], command => ReadAsync(command, cancellationToken), cancellationToken);

    /// <summary>The content from a line on. No statement stays open between two pieces.</summary>
    /// <param name="fromLine">One-based; the first piece is the one that has it.</param>
    /// <returns>In order; none when the file is gone, or ends before that line.</returns>
    public async IAsyncEnumerable<BulkPiece> ReadAsync(string owner, string name, long fromLine, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string firstText = "SELECT first_line, content FROM bulk_piece WHERE owner = $1 AND name = $2 AND first_line <= $3 ORDER BY first_line DESC LIMIT 1";
        const string nextText = "SELECT first_line, content FROM bulk_piece WHERE owner = $1 AND name = $2 AND first_line > $3 ORDER BY first_line LIMIT 1";
        var piece = await PieceAsync(firstText, owner, name, fromLine, cancellationToken).ConfigureAwait(false);
        while (piece is not null)
        {
            yield return piece;
            piece = await PieceAsync(nextText, owner, name, piece.FirstLine, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes away all files of an owner.</summary>
    public Task RemoveAsync(string owner, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM bulk_file WHERE owner = $1", [Value(owner)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Takes away one file.</summary>
    public Task RemoveAsync(string owner, string name, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM bulk_file WHERE owner = $1 AND name = $2", [Value(owner), Value(name)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Takes away the content of a file that is no longer needed; what is known about it stays.</summary>
    public Task EmptyAsync(string owner, string name, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM bulk_piece WHERE owner = $1 AND name = $2", [Value(owner), Value(name)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Takes away files that belong to no job and did not change for longer than <paramref name="age"/>.</summary>
    /// <returns>How many.</returns>
    public Task<int> RemoveAbandonedAsync(TimeSpan age, CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM bulk_file f WHERE f.changed < clock_timestamp() - $1 AND NOT EXISTS (SELECT FROM job j WHERE j.id = f.owner)",
        [Value(age)], command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>The command of <see cref="AppendAsync"/>, for a transaction.</summary>
    internal static NpgsqlBatchCommand Append(string owner, string name, ReadOnlyMemory<byte> content, long lines)
    {
        var command = new NpgsqlBatchCommand(AppendText);
        foreach (var parameter in AppendParameters(owner, name, content, lines)) command.Parameters.Add(parameter);
        return command;
    }

    internal static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter[] AppendParameters(string owner, string name, ReadOnlyMemory<byte> content, long lines) =>
        [Value(owner), Value(name), Value(lines), Value((long)content.Length), Value(PieceCompression.Pack(content.Span))];

    private Task<BulkPiece?> PieceAsync(string text, string owner, string name, long line, CancellationToken cancellationToken) => RunAsync(
        text,
        [Value(owner), Value(name), Value(line)],
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new BulkPiece(reader.GetInt64(0), PieceCompression.Unpack(reader.GetFieldValue<byte[]>(1))) : null;
        },
        cancellationToken);

    private static async Task<List<BulkFile>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<BulkFile> files = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            files.Add(new BulkFile(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), RoleOf(reader.GetString(3)), TextOf(reader, 4), TextOf(reader, 5))
            {
                Lines = reader.GetInt64(6),
                Bytes = reader.GetInt64(7),
                Position = reader.GetInt64(8),
                Note = reader.IsDBNull(9) ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(reader.GetFieldValue<byte[]>(9)),
            });
        }

        return files;
    }

    private async Task<T> RunAsync<T>(string text, NpgsqlParameter[] parameters, Func<NpgsqlCommand, Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(text);
            command.Parameters.AddRange(parameters);
            return await run(command).ConfigureAwait(false);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private static string NameOf(BulkRole role) => role switch
    {
        BulkRole.Input => "input",
        BulkRole.Output => "output",
        BulkRole.Deleted => "deleted",
        _ => "error",
    };

    private static BulkRole RoleOf(string name) => name switch
    {
        "input" => BulkRole.Input,
        "output" => BulkRole.Output,
        "deleted" => BulkRole.Deleted,
        _ => BulkRole.Error,
    };

    private static string? TextOf(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    private static NpgsqlParameter Optional(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
