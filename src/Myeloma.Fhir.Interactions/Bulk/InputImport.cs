using System.Threading.Channels;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Imports one input from where it is: while a batch is stored, the next one is read.</summary>
internal sealed class InputImport(ResourceStore store, ResourceWriting writing, ImportReading reading, ImportReferences references, ImportProgress progress)
{
    private BulkFile file = null!;
    private ImportCounts counts = null!;
    private long position;

    public async Task RunAsync(BulkFile input, CancellationToken cancellationToken)
    {
        file = input;
        while (true)
        {
            (counts, position) = (ImportCounts.Read(file.Note), file.Position);
            try
            {
                await PumpAsync(cancellationToken);
                return;
            }
            catch (ImportOvertakenException)
            {
                // A runner that had been silent has committed once more. If the job is ours, it goes on where that one came to.
                await progress.SaveAsync(file.Name, cancellationToken);
                file = await store.BulkFiles.FindAsync(file.Owner, file.Name, cancellationToken) ?? throw new OperationCanceledException("The input is gone.");
            }
        }
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<ReadBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var producing = Task.Run(() => ProduceAsync(batches.Writer, failed.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
                foreach (var (lines, to) in Apart(batch)) await StoreAsync(lines, to, batch.Generation, cancellationToken);
        }
        finally
        {
            await failed.CancelAsync();
            await producing;
        }
    }

    private async Task ProduceAsync(ChannelWriter<ReadBatch> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in reading.ReadAsync(file with { Position = position }, cancellationToken)) await writer.WriteAsync(batch, cancellationToken);
            writer.Complete();
        }
        catch (Exception fault)
        {
            writer.TryComplete(fault);
        }
    }

    /// <summary>Runs of lines of which no two name the same resource: what stands twice in a file gets two versions, in the order of the lines.</summary>
    private static IEnumerable<(List<ReadLine> Lines, long To)> Apart(ReadBatch batch)
    {
        HashSet<ResourceKey> keys = [];
        List<ReadLine> run = [];
        foreach (var line in batch.Lines)
        {
            if (line.Line is { } stored && !keys.Add(stored.Key))
            {
                yield return (run, run[^1].Number);
                (run, keys) = ([], [stored.Key]);
            }

            run.Add(line);
        }

        yield return (run, batch.To);
    }

    /// <summary>Stores lines in one transaction; those that keep it from succeeding become errors.</summary>
    private async Task StoreAsync(List<ReadLine> lines, long to, long generation, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = BatchOf(lines, to, generation, out var next);
            ImportOutcome outcome;
            try
            {
                outcome = await writing.ImportAsync(batch, references, cancellationToken);
            }
            catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.Conflict))
            {
                throw new FhirException(Issue.Transient(fault.Message));
            }
            catch (FhirException fault) when (batch.Lines.Count > 0 && fault.Issues.Any(issue => issue.Type != IssueType.Transient))
            {
                if (batch.Lines.Count == 1)
                {
                    lines = Refused(lines, batch.Lines[0].Number, fault.Issues);
                    continue;
                }

                // One of them can't be stored; the others are not to suffer for it.
                var half = lines.Count / 2;
                await StoreAsync(lines[..half], lines[half - 1].Number, generation, cancellationToken);
                await StoreAsync(lines[half..], to, generation, cancellationToken);
                return;
            }

            if (outcome.Missing.Count == 0)
            {
                var done = to - position;
                (counts, position) = (next, to);
                await progress.SaveAsync(done, file.Name, cancellationToken);
                return;
            }

            foreach (var line in outcome.Missing.GroupBy(missing => missing.Line)) lines = Refused(lines, line.Key, line.Select(ImportFaults.Refusal));
        }
    }

    private ImportBatch BatchOf(List<ReadLine> lines, long to, long generation, out ImportCounts next)
    {
        List<ImportLine> stored = [.. lines.Select(line => line.Line).OfType<ImportLine>()];
        List<byte[]> issues = [.. lines.Select(line => line.Issues).OfType<byte[]>()];
        next = counts.With(stored.Select(line => line.Key.Type));
        return new ImportBatch(file.Owner, file.Name, position, to, stored, next.ToBytes())
        {
            Generation = generation,
            ErrorFile = ImportJob.ErrorNameOf(file.Name),
            Errors = issues.SelectMany(line => line).ToArray(),
            ErrorLines = issues.Count,
        };
    }

    private static List<ReadLine> Refused(List<ReadLine> lines, long number, IEnumerable<Issue> issues) =>
        [.. lines.Select(line => line.Number == number ? new ReadLine(number, null, ImportFaults.LineOf(number, issues)) : line)];
}
