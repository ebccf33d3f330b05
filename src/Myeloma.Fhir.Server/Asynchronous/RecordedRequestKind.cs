using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>Requests that are answered later: each is done by the same router as one over the wire.</summary>
/// <param name="report">Takes bugs.</param>
internal sealed class RecordedRequestKind(FhirServices services, ServerOptions options, Action<string, Exception?> report) : IJobKind
{
    public const string KindName = "request";

    private readonly FhirRouter router = new(services, options);

    public string Name => KindName;

    public int MaxRunning => options.Async.MaxRunning;

    /// <returns>A Bundle of type batch-response with one entry; faults are answers, too.</returns>
    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var request = RecordedRequest.Read(run.Request);
        if (run.IsInterrupted)
            return Fault(request, IssueType.Incomplete, "The server stopped while it worked on this request. Whether it was done is not known, and so it was not done again: look, and then send it again if it was not.");

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Async.Timeout);
        try
        {
            return await AnswerAsync(request, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fault(request, IssueType.Timeout, FormattableString.Invariant($"The request took longer than {options.Async.Timeout.TotalSeconds:0} s, the limit of this server (setting Fhir:AsyncTimeoutSeconds)."));
        }
    }

    private async Task<JobAnswer> AnswerAsync(RecordedRequest request, CancellationToken cancellationToken)
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
            await FhirResult.WriteAsync(call, FhirResponse.Fault(fault.Issues, call.HasPrecondition), cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            report("A request that is answered later failed.", fault);
            return new JobAnswer(RecordedAnswer.Fault(request.BaseUrl, [new Issue(IssueSeverity.Fatal, IssueType.Exception, "Something went wrong inside the server; its log says what.")]));
        }

        await context.Response.BodyWriter.FlushAsync(cancellationToken);
        return new JobAnswer(RecordedAnswer.Write(request.BaseUrl, context.Response.StatusCode, context.Response.Headers, answer.ToArray()));
    }

    private static JobAnswer Fault(RecordedRequest request, IssueType type, string diagnostics) =>
        new(RecordedAnswer.Fault(request.BaseUrl, [new Issue(IssueSeverity.Error, type, diagnostics)]));
}
