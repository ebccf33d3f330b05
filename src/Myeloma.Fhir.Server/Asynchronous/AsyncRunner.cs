using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>Works on requests that are answered later: those kept by this server, and by others on the same database.</summary>
internal sealed partial class AsyncRunner : IAsyncDisposable
{
    /// <summary>How often is looked for what others have kept, and whether a job was cancelled.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly JobTable jobs;
    private readonly FhirRouter router;
    private readonly ServerOptions options;
    private readonly ILogger logger;
    private readonly string name = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim news = new(0);
    private readonly Task[] workers;

    public AsyncRunner(FhirServices services, ServerOptions options, ILogger logger)
    {
        jobs = services.Jobs;
        this.options = options;
        this.logger = logger;
        router = new FhirRouter(services, options);
        services.JobAdded = () => news.Release();
        workers = [.. Enumerable.Range(0, options.Async.MaxRunning).Select(at => Task.Run(() => WorkAsync(at == 0)))];
    }

    /// <summary>Lets go of what is worked on: another server, or the next start, takes it up.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Task.WhenAll(workers);
        closing.Dispose();
        news.Dispose();
    }

    private async Task WorkAsync(bool cleansUp)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                while (await jobs.ClaimAsync(name, closing.Token) is { } job) await RunAsync(job);
                if (cleansUp) await jobs.RemoveDoneAsync(options.Async.Retention, closing.Token);
                await news.WaitAsync(Interval, closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (FhirException)
            {
                // The database is away for a moment.
                await Task.Delay(Interval, CancellationToken.None);
            }
            catch (Exception fault)
            {
                LogBug(fault);
                await Task.Delay(Interval, CancellationToken.None);
            }
        }
    }

    private async Task RunAsync(ClaimedJob job)
    {
        var request = RecordedRequest.Read(job.Request);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        cancelled.CancelAfter(options.Async.Timeout);
        using var beating = new CancellationTokenSource();
        var isMine = true;
        var heart = BeatAsync(job.Id, () => { isMine = false; cancelled.Cancel(); }, beating.Token);
        byte[]? answer = null;
        try
        {
            answer = job.IsInterrupted
                ? RecordedAnswer.Fault(request.BaseUrl, [new Issue(IssueSeverity.Error, IssueType.Incomplete, "The server stopped while it worked on this request. Whether it was done is not known, and so it was not done again: look, and then send it again if it was not.")])
                : await AnswerAsync(request, cancelled.Token);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            if (isMine && !closing.IsCancellationRequested)
                answer = RecordedAnswer.Fault(request.BaseUrl, [new Issue(IssueSeverity.Error, IssueType.Timeout, FormattableString.Invariant($"The request took longer than {options.Async.Timeout.TotalSeconds:0} s, the limit of this server (setting Fhir:AsyncTimeoutSeconds)."))]);
        }
        finally
        {
            await beating.CancelAsync();
            await heart;
        }

        if (!isMine) return;
        if (answer is null) await jobs.ReleaseAsync(job.Id, name, CancellationToken.None);
        else await jobs.FinishAsync(job.Id, name, answer, CancellationToken.None);
    }

    private async Task<byte[]> AnswerAsync(RecordedRequest request, CancellationToken cancellationToken)
    {
        var (context, answer) = request.Replay(cancellationToken);
        var call = new FhirCall(context, options with { BaseUrl = request.BaseUrl });
        try
        {
            call.Bind();
            await router.HandleAsync(call, cancellationToken);
            await context.Response.BodyWriter.FlushAsync(cancellationToken);
        }
        catch (FhirException fault)
        {
            answer.SetLength(0);
            await FhirResult.WriteAsync(call, Interactions.Responses.FhirResponse.Fault(fault.Issues, call.HasPrecondition), cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogBug(fault);
            return RecordedAnswer.Fault(request.BaseUrl, [new Issue(IssueSeverity.Fatal, IssueType.Exception, "Something went wrong inside the server; its log says what.")]);
        }

        await context.Response.BodyWriter.FlushAsync(cancellationToken);
        return RecordedAnswer.Write(request.BaseUrl, context.Response.StatusCode, context.Response.Headers, answer.ToArray());
    }

    /// <summary>Tells that the job is worked on, and notices when it is no longer wanted.</summary>
    private async Task BeatAsync(string id, Action lost, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, cancellationToken);
                try
                {
                    if (await jobs.KeepAsync(id, name, cancellationToken)) continue;
                    lost();
                    return;
                }
                catch (FhirException)
                {
                    // The database is away for a moment; after a long silence the job may be another's.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job is done.
        }
    }

    [LoggerMessage(30, LogLevel.Error, "A request that is answered later failed.")]
    private partial void LogBug(Exception exception);
}
