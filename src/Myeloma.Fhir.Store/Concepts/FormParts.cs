using Myeloma.Fhir.Terminology.Forms;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Concepts;

/// <summary>Compiled forms as rows of some thousand bytes each, so that neither side holds a form twice.</summary>
internal static class FormParts
{
    /// <summary>Bytes of a part; arrays from 85,000 bytes on live long in .NET, and these are done with at once.</summary>
    private const int PartLength = 80_000;

    public static async Task<ConceptForm?> ReadAsync(NpgsqlConnection connection, long id, string rules, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT bytes FROM concept_form WHERE content_id = $1 AND rules = $2 ORDER BY part", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rules });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        await using var parts = new Reader(reader);
        return ConceptForm.Read(parts);
    }

    public static async Task WriteAsync(NpgsqlConnection connection, long id, string rules, ConceptForm form, CancellationToken cancellationToken)
    {
        await using (var kept = new NpgsqlCommand("SELECT 1 FROM concept_form WHERE content_id = $1 AND rules = $2 LIMIT 1", connection))
        {
            kept.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            kept.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rules });
            if (await kept.ExecuteScalarAsync(cancellationToken) is not null) return;
        }

        await using var importer = await connection.BeginBinaryImportAsync("COPY concept_form (content_id, rules, part, bytes) FROM STDIN (FORMAT BINARY)", cancellationToken);
        await using (var parts = new Writer(importer, id, rules)) form.Write(parts);
        await importer.CompleteAsync(cancellationToken);
    }

    /// <summary>What is written goes out in parts; the last when it is closed.</summary>
    private sealed class Writer(NpgsqlBinaryImporter importer, long id, string rules) : PartStream
    {
        private readonly byte[] part = new byte[PartLength];
        private int filled;
        private int number;

        public override bool CanWrite => true;

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                var taken = Math.Min(buffer.Length, PartLength - filled);
                buffer[..taken].CopyTo(part.AsSpan(filled));
                buffer = buffer[taken..];
                filled += taken;
                if (filled == PartLength) Send();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (filled > 0) Send();
            base.Dispose(disposing);
        }

        private void Send()
        {
            importer.StartRow();
            importer.Write(id, NpgsqlDbType.Bigint);
            importer.Write(rules, NpgsqlDbType.Text);
            importer.Write(number++, NpgsqlDbType.Integer);
            importer.Write((ReadOnlyMemory<byte>)part.AsMemory(0, filled), NpgsqlDbType.Bytea);
            filled = 0;
        }
    }

    /// <summary>The parts one after the other; the reader stands at the first.</summary>
    private sealed class Reader(NpgsqlDataReader reader) : PartStream
    {
        private byte[] part = reader.GetFieldValue<byte[]>(0);
        private int taken;

        public override bool CanRead => true;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (taken == part.Length)
            {
                if (!reader.Read()) return 0;
                (part, taken) = (reader.GetFieldValue<byte[]>(0), 0);
            }

            var count = Math.Min(buffer.Length, part.Length - taken);
            part.AsSpan(taken, count).CopyTo(buffer);
            taken += count;
            return count;
        }
    }

    private abstract class PartStream : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
