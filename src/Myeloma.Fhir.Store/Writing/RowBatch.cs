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
        await using var importer = await connection.BeginBinaryImportAsync(copyText, cancellationToken);
        for (var row = 0; row < Count; row++)
        {
            await importer.StartRowAsync(cancellationToken);
            foreach (var column in columns) await column.WriteAsync(importer, row, cancellationToken);
        }

        await importer.CompleteAsync(cancellationToken);
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

    public abstract Task WriteAsync(NpgsqlBinaryImporter importer, int row, CancellationToken cancellationToken);
}

/// <inheritdoc cref="Column"/>
internal sealed class Column<T>(string name, string sqlType, NpgsqlDbType type) : Column(name, sqlType)
{
    private readonly List<T> values = [];

    public override int Count => values.Count;

    public void Add(T value) => values.Add(value);

    public override NpgsqlParameter ToParameter() =>
        new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };

    public override Task WriteAsync(NpgsqlBinaryImporter importer, int row, CancellationToken cancellationToken)
    {
        var value = values[row];
        return value is null ? importer.WriteNullAsync(cancellationToken) : importer.WriteAsync(value, type, cancellationToken);
    }
}

/// <summary>Makes the columns that the tables have.</summary>
internal static class Columns
{
    public static Column<long> Rid() => new("rid", "bigint", NpgsqlDbType.Bigint);

    public static Column<int> Parameter() => Integer("parameter_id");

    public static Column<int> Integer(string name) => new(name, "integer", NpgsqlDbType.Integer);

    public static Column<int?> Item() => new("item", "integer", NpgsqlDbType.Integer);

    public static Column<long> BigInteger(string name) => new(name, "bigint", NpgsqlDbType.Bigint);

    public static Column<long?> OptionalBigInteger(string name) => new(name, "bigint", NpgsqlDbType.Bigint);

    public static Column<bool> Boolean(string name) => new(name, "boolean", NpgsqlDbType.Boolean);

    public static Column<string?> Text(string name) => new(name, "text", NpgsqlDbType.Text);

    public static Column<ReadOnlyMemory<byte>> Bytes(string name) => new(name, "bytea", NpgsqlDbType.Bytea);

    public static Column<DateTimeOffset> Instant(string name) => new(name, "timestamptz", NpgsqlDbType.TimestampTz);

    public static Column<decimal> Number(string name) => new(name, "numeric", NpgsqlDbType.Numeric);
}
