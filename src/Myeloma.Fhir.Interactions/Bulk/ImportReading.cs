using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ndjson;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>A line of an input after reading.</summary>
/// <param name="Number">One-based.</param>
/// <param name="Line">What is to be stored; null when it can't be.</param>
/// <param name="Issues">What there is to say about it, as a line of the error file; null: nothing.</param>
internal sealed record ReadLine(long Number, ImportLine? Line, byte[]? Issues);

/// <summary>Some lines of an input after reading, in order.</summary>
/// <param name="To">The last line that was looked at.</param>
/// <param name="Generation">The count of search parameter changes before the first index row was made.</param>
internal sealed record ReadBatch(IReadOnlyList<ReadLine> Lines, long To, long Generation);

/// <summary>From the bytes of lines to resources that are checked as those of a create are, and their index rows: on all processors, in no order among themselves.</summary>
internal sealed class ImportReading(ResourceStore store, WriteValidation validation, ResourceIntake intake, Func<string> newId, int linesPerBatch)
{
    /// <summary>Lines that a thread takes at a time.</summary>
    private const int Share = 64;

    /// <summary>Bytes that close a batch before it has all its lines.</summary>
    private const int BatchBytes = 16 << 20;

    /// <summary>The lines of an input behind a position, batch by batch.</summary>
    public async IAsyncEnumerable<ReadBatch> ReadAsync(BulkFile file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<NdjsonLine> lines = [];
        var bytes = 0;
        await foreach (var piece in store.BulkFiles.ReadAsync(file.Owner, file.Name, file.Position + 1, cancellationToken))
        {
            foreach (var line in NdjsonPieces.Lines(piece.Content, piece.FirstLine))
            {
                if (line.Number <= file.Position) continue;
                lines.Add(line);
                bytes += line.Json.Length;
                if (lines.Count < linesPerBatch && bytes < BatchBytes) continue;
                yield return await ReadAsync(lines, file.ResourceType, cancellationToken);
                (lines, bytes) = ([], 0);
            }
        }

        if (lines.Count > 0) yield return await ReadAsync(lines, file.ResourceType, cancellationToken);
    }

    private async Task<ReadBatch> ReadAsync(List<NdjsonLine> lines, string? type, CancellationToken cancellationToken)
    {
        var generation = store.IndexGeneration;
        var read = new ReadLine[lines.Count];
        await Parallel.ForAsync(0, (lines.Count + Share - 1) / Share, cancellationToken, async (share, cancelled) =>
        {
            for (var at = share * Share; at < Math.Min(lines.Count, (share + 1) * Share); at++) read[at] = await ReadAsync(lines[at], type, cancelled);
        });
        return new ReadBatch(read, lines[^1].Number, generation);
    }

    private async ValueTask<ReadLine> ReadAsync(NdjsonLine line, string? type, CancellationToken cancellationToken)
    {
        try
        {
            var document = type is null ? intake.Read(line.Json) : Typed(line.Json, type);
            var verdict = await validation.JudgeAsync(document, isSeen: false, null, cancellationToken);
            if (verdict.Refusals.Count > 0) return new ReadLine(line.Number, null, ImportFaults.LineOf(line.Number, verdict.Refusals.Concat(verdict.Remarks)));
            var key = new ResourceKey(document.ResourceType, document.Id ?? newId());
            return new ReadLine(line.Number, store.PrepareImport(line.Number, key, document), verdict.Remarks.Count == 0 ? null : ImportFaults.LineOf(line.Number, verdict.Remarks));
        }
        catch (FhirException fault)
        {
            return new ReadLine(line.Number, null, ImportFaults.LineOf(line.Number, fault.Issues));
        }
    }

    private ResourceDocument Typed(ReadOnlyMemory<byte> json, string type)
    {
        var document = intake.Read(json);
        return document.ResourceType == type ? document
            : throw new FhirException(Issue.Invalid($"The line is of type {document.ResourceType}, the input is said to hold {type} only.", document.ResourceType));
    }
}
