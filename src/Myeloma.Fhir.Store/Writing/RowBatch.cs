using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>Rows of one table, kept by column, that go to PostgreSQL in one command: by <c>unnest</c> or by COPY.</summary>
internal sealed class RowBatch(string table, params Column[] columns)
{
    private readonly string insertText =
        $"INSERT INTO {table} ({Names(columns)}) SELECT * FROM unnest({string.Join(", ", columns.Select((column, at) => $"${at + 1}::{column.SqlType}[]"))})";

    private readonly string copyText = $"COPY {table} ({Names(columns)}) FROM STDIN (FORMAT BINARY)";

    public int Count => columns[0].Count;

    /// <summary>One command with the columns as arrays: saves round trips for few rows.</summary>
    public NpgsqlBatchCommand Insert() => Fill(new NpgsqlBatchCommand(insertText));

    /// <summary>A command of another text over the same columns.</summary>
    public NpgsqlBatchCommand Fill(NpgsqlBatchCommand command)
    {
        foreach (var column in columns) command.Parameters.Add(column.ToParameter());
        return command;
    }

    /// <summary>The rows as a binary stream: for many of them. Must run while no other command does.</summary>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var rows = new BinaryRows();
        await using var stream = await connection.BeginRawBinaryCopyAsync(copyText, cancellationToken);
        try
        {
            rows.Begin();
            for (var row = 0; row < Count; row++)
            {
                rows.Row(columns.Length);
                foreach (var column in columns) column.Write(rows, row);
                if (!rows.IsFull) continue;
                await stream.WriteAsync(rows.Written, cancellationToken);
                rows.Clear();
            }

            rows.End();
            await stream.WriteAsync(rows.Written, cancellationToken);
        }
        catch
        {
            // The end of the stream would make the rows count that were sent.
            await stream.CancelAsync();
            throw;
        }
    }

    private static string Names(Column[] columns) => string.Join(", ", columns.Select(column => column.Name));
}

/// <summary>One column of a <see cref="RowBatch"/>.</summary>
internal abstract class Column(string name, string sqlType)
{
    public string Name => name;

    public string SqlType => sqlType;

    public abstract int Count { get; }

    public abstract NpgsqlParameter ToParameter();

    public abstract void Write(BinaryRows rows, int row);
}

/// <inheritdoc cref="Column"/>
/// <param name="write">Writes a value that is there.</param>
internal sealed class Column<T>(string name, string sqlType, NpgsqlDbType type, Action<BinaryRows, T> write) : Column(name, sqlType)
{
    private readonly List<T> values = [];

    public override int Count => values.Count;

    public void Add(T value) => values.Add(value);

    public override NpgsqlParameter ToParameter() =>
        new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };

    public override void Write(BinaryRows rows, int row)
    {
        if (values[row] is { } value) write(rows, value);
        else rows.Null();
    }
}

/// <summary>Makes the columns that the tables have.</summary>
internal static class Columns
{
    public static Column<long> Rid() => BigInteger("rid");

    public static Column<int> Parameter() => Integer("parameter_id");

    public static Column<int> Integer(string name) => new(name, "integer", NpgsqlDbType.Integer, static (rows, value) => rows.Integer(value));

    public static Column<int?> OptionalInteger(string name) => new(name, "integer", NpgsqlDbType.Integer, static (rows, value) => rows.Integer(value!.Value));

    public static Column<int?> Item() => OptionalInteger("item");

    public static Column<long> BigInteger(string name) => new(name, "bigint", NpgsqlDbType.Bigint, static (rows, value) => rows.BigInteger(value));

    public static Column<long?> OptionalBigInteger(string name) => new(name, "bigint", NpgsqlDbType.Bigint, static (rows, value) => rows.BigInteger(value!.Value));

    public static Column<bool> Boolean(string name) => new(name, "boolean", NpgsqlDbType.Boolean, static (rows, value) => rows.Boolean(value));

    public static Column<string?> Text(string name) => new(name, "text", NpgsqlDbType.Text, static (rows, value) => rows.Text(value!));

    public static Column<ReadOnlyMemory<byte>> Bytes(string name) => new(name, "bytea", NpgsqlDbType.Bytea, static (rows, value) => rows.Bytes(value.Span));

    public static Column<DateTimeOffset> Instant(string name) => new(name, "timestamptz", NpgsqlDbType.TimestampTz, static (rows, value) => rows.Instant(value));

    public static Column<decimal> Number(string name) => new(name, "numeric", NpgsqlDbType.Numeric, static (rows, value) => rows.Number(value));
}
