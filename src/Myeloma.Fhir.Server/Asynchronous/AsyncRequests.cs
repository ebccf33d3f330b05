using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>Takes requests that are answered later; <see cref="RecordedRequestKind"/> does them, <see cref="JobStatus"/> answers.</summary>
/// <remarks>https://hl7.org/fhir/R4/async.html, https://www.rfc-editor.org/rfc/rfc7240#section-4.1</remarks>
internal sealed class AsyncRequests(JobQueue jobs, AsyncOptions options)
{
    /// <summary>Keeps the request and answers 202 with the URL of its status.</summary>
    /// <exception cref="FhirException"><c>throttled</c> (429): as many as may are waiting.</exception>
    public async Task BeginAsync(FhirCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var id = JobQueue.NewId();
        var request = RecordedRequest.Of(call.Request, call.BaseUrl, call.Preferences, body);
        if (!await jobs.AddAsync(new NewJob(id, RecordedRequestKind.KindName, request.ToBytes(), Repeats: request.ChangesNothing), options.MaxOpen, cancellationToken))
            throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{options.MaxOpen:N0} requests wait for their answer already (setting Fhir:MaxAsyncRequests); try again later.")));
        call.Context.Response.Headers["Preference-Applied"] = "respond-async";
        await FhirResult.WriteAsync(call, FhirResponse.Accepted(id), cancellationToken);
    }
}

/// <summary>What requests that are answered later may cost.</summary>
/// <param name="MaxOpen">Of them that may wait or be worked on.</param>
/// <param name="MaxRunning">Of them that one server works on at a time; 0: none, which leaves them to others.</param>
/// <param name="Timeout">How long one may take.</param>
/// <param name="Retention">How long an answer is kept.</param>
public sealed record AsyncOptions(int MaxOpen, int MaxRunning, TimeSpan Timeout, TimeSpan Retention)
{
    public static readonly AsyncOptions Default = new(1000, 2, TimeSpan.FromHours(1), TimeSpan.FromHours(24));
}
