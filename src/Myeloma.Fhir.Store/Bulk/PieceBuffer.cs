using System.Buffers;
using Myeloma.Fhir.Model.Ndjson;
using Npgsql;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>Collects lines of a file and puts them there piece by piece, in the transaction that is open.</summary>
internal sealed class PieceBuffer(NpgsqlConnection connection, string owner, string file)
{
    private readonly ArrayBufferWriter<byte> content = new(PieceCompression.PieceBytes + (64 << 10));
    private int held;

    /// <summary>Lines added so far.</summary>
    public int Lines { get; private set; }

    /// <param name="json">Line ends between its tokens are left out.</param>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        NdjsonPieces.WriteLine(content, json.Span);
        Lines++;
        held++;
        if (content.WrittenCount >= PieceCompression.PieceBytes) await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (held == 0) return;
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(BulkFileTable.Append(owner, file, content.WrittenMemory, held));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        content.ResetWrittenCount();
        held = 0;
    }
}
