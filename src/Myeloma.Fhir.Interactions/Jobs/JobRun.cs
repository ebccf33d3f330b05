using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>One run of a job: what is asked, where to go on from, and the way to tell how far it is.</summary>
public sealed class JobRun
{
    private readonly ClaimedJob job;
    private readonly Func<ReadOnlyMemory<byte>?, JobProgress, CancellationToken, Task<bool>> save;

    /// <param name="save">Keeps checkpoint and progress; false when the job is no longer this server's.</param>
    internal JobRun(ClaimedJob job, Func<ReadOnlyMemory<byte>?, JobProgress, CancellationToken, Task<bool>> save)
    {
        this.job = job;
        this.save = save;
        Progress = job.Progress;
        Checkpoint = job.Checkpoint;
    }

    public string Id => job.Id;

    /// <summary>What was asked when the job was added.</summary>
    public ReadOnlyMemory<byte> Request => job.Request;

    /// <summary>The last that was saved, by this run or one before; null when none was.</summary>
    public ReadOnlyMemory<byte>? Checkpoint { get; private set; }

    /// <summary>The last that was told, by this run or one before.</summary>
    public JobProgress Progress { get; private set; }

    /// <summary>Whether another run was cut off that may have changed something, and the job was added as one that must not be done twice.</summary>
    public bool IsInterrupted => job.IsInterrupted;

    /// <summary>Keeps a point from which another run goes on, and how far the job is. What comes before the point has to be done by then; what comes after may be done twice.</summary>
    /// <exception cref="OperationCanceledException">The job is no longer this server's.</exception>
    public Task SaveAsync(ReadOnlyMemory<byte> checkpoint, JobProgress progress, CancellationToken cancellationToken) => KeepAsync(checkpoint, progress, cancellationToken);

    /// <summary>Tells how far the job is, without a new checkpoint.</summary>
    /// <exception cref="OperationCanceledException">The job is no longer this server's.</exception>
    public Task ReportAsync(JobProgress progress, CancellationToken cancellationToken) => KeepAsync(null, progress, cancellationToken);

    private async Task KeepAsync(ReadOnlyMemory<byte>? checkpoint, JobProgress progress, CancellationToken cancellationToken)
    {
        if (!await save(checkpoint, progress, cancellationToken)) throw new OperationCanceledException("The job is no longer this server's.");
        Checkpoint = checkpoint ?? Checkpoint;
        Progress = progress;
    }
}
