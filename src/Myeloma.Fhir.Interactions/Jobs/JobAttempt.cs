using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>One run of one job on this server, to its end: result, fault, loss, or the server's own end.</summary>
internal sealed class JobAttempt(
    ClaimedJob job, IJobKind kind, JobTable table, string runner, JobMeter meter, TimeProvider time, Action<string, Exception?> report, CancellationToken closing)
{
    /// <summary>How often a job is begun without getting anywhere before it counts as failed: maybe it is what brings the server down.</summary>
    private const int MaxTries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(closing);
    private volatile bool isLost;

    public ClaimedJob Job => job;

    /// <summary>Completes when the run is over and noted; never faults.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public void Begin(Action ended) => Ended = Task.Run(async () =>
    {
        try
        {
            await RunAsync();
        }
        finally
        {
            ended();
        }
    });

    /// <summary>The job is no longer this server's.</summary>
    public async Task LoseAsync()
    {
        isLost = true;
        try
        {
            await stopping.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It came to its end in the same moment.
        }
    }

    private async Task RunAsync()
    {
        var began = time.GetTimestamp();
        meter.Begin(job);
        var outcome = "released";
        try
        {
            outcome = await TryAsync();
        }
        catch (Exception fault)
        {
            report($"A job of the kind '{job.Kind}' could not be ended in good order; it is taken up again.", fault);
        }

        meter.End(job, outcome, time.GetElapsedTime(began));
        stopping.Dispose();
    }

    /// <returns>What the run came to.</returns>
    private async Task<string> TryAsync()
    {
        try
        {
            if (job.Tries > MaxTries) throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Exception, $"The job was begun {MaxTries} times and got nowhere; the log of the server may say why."));
            var answer = await kind.RunAsync(new JobRun(job, SaveAsync), stopping.Token);
            return await FinishAsync(JobState.Done, new JobResult(200, answer.MediaType, answer.Body));
        }
        catch (OperationCanceledException) when (isLost || closing.IsCancellationRequested)
        {
            await NoteAsync(() => table.ReleaseAsync(job.Id, runner, countsAsTry: false, CancellationToken.None));
            return isLost ? "cancelled" : "released";
        }
        catch (FhirException fault) when (job.Tries < MaxTries && fault.Issues.All(issue => issue.Type == IssueType.Transient))
        {
            await Task.Delay(Pause, CancellationToken.None);
            await NoteAsync(() => table.ReleaseAsync(job.Id, runner, countsAsTry: true, CancellationToken.None));
            return "released";
        }
        catch (FhirException fault)
        {
            return await FailAsync(fault.Issues);
        }
        catch (Exception bug)
        {
            report($"A job of the kind '{job.Kind}' failed.", bug);
            return await FailAsync([new Issue(IssueSeverity.Fatal, IssueType.Exception, "Something went wrong inside the server; its log says what.")]);
        }
    }

    private async Task<bool> SaveAsync(ReadOnlyMemory<byte>? checkpoint, JobProgress progress, CancellationToken cancellationToken)
    {
        if (!await table.SaveAsync(job.Id, runner, checkpoint, progress, cancellationToken))
        {
            await LoseAsync();
            return false;
        }

        meter.Report(job, progress);
        return true;
    }

    private Task<string> FailAsync(IReadOnlyList<Issue> issues)
    {
        var answer = FhirResponse.Fault(issues);
        return FinishAsync(JobState.Failed, new JobResult(answer.Status, JobAnswer.Resource, answer.Content!.ToJson()));
    }

    private async Task<string> FinishAsync(JobState state, JobResult result)
    {
        var isMine = await NoteAsync(() => table.FinishAsync(job.Id, runner, state, result, CancellationToken.None));
        if (isMine) return state == JobState.Done ? "done" : "failed";
        await NoteAsync(() => table.ReleaseAsync(job.Id, runner, countsAsTry: false, CancellationToken.None));
        return "cancelled";
    }

    /// <summary>Work that is done is not thrown away because the database is away for a moment.</summary>
    private async Task<bool> NoteAsync(Func<Task<bool>> note)
    {
        while (true)
        {
            try
            {
                return await note();
            }
            catch (FhirException) when (!closing.IsCancellationRequested && !isLost)
            {
                await Task.Delay(Pause, CancellationToken.None);
            }
            catch (FhirException)
            {
                return false;
            }
        }
    }
}
