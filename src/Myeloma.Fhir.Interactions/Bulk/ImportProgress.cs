using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Tells how many lines of all inputs are done with.</summary>
internal sealed class ImportProgress(JobRun run, IReadOnlyList<BulkFile> files)
{
    private readonly long total = files.Sum(file => file.Lines);
    private long done = files.Sum(file => file.Position);

    /// <summary>Some more lines are done with.</summary>
    /// <exception cref="OperationCanceledException">The job is no longer this server's.</exception>
    public Task SaveAsync(long lines, string words, CancellationToken cancellationToken)
    {
        done += lines;
        return SaveAsync(words, cancellationToken);
    }

    /// <inheritdoc cref="SaveAsync(long, string, CancellationToken)"/>
    public Task SaveAsync(string words, CancellationToken cancellationToken) =>
        run.SaveAsync(run.Checkpoint!.Value, new JobProgress(done, total, words), cancellationToken);
}
