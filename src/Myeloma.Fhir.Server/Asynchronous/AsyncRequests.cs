using System.Security.Cryptography;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>What a client sees of requests that are answered later: the kick-off, the status, the answer, the end.</summary>
/// <remarks>https://hl7.org/fhir/R4/async.html, https://www.rfc-editor.org/rfc/rfc7240#section-4.1</remarks>
internal sealed class AsyncRequests(JobTable jobs, AsyncOptions options, Action woken)
{
    /// <summary>Where status and answer are, below the base URL; the id behind it can't be guessed.</summary>
    public const string Place = "/_async/";

    /// <summary>Keeps the request and answers 202 with the URL of its status.</summary>
    /// <exception cref="FhirException"><c>throttled</c> (429): as many as may are waiting.</exception>
    public async Task BeginAsync(FhirCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var request = RecordedRequest.Of(call.Request, call.BaseUrl, call.Preferences.IsStrict, call.Preferences.Return?.ToString() switch { "Minimal" => "minimal", "Representation" => "representation", var other => other }, body);
        if (!await jobs.AddAsync(id, request.ToBytes(), request.ChangesNothing, options.MaxOpen, cancellationToken))
            throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{options.MaxOpen:N0} requests wait for their answer already (setting Fhir:MaxAsyncRequests); try again later.")));
        woken();
        var headers = call.Context.Response.Headers;
        headers.ContentLocation = $"{call.BaseUrl}{Place}{id}";
        headers["Preference-Applied"] = "respond-async";
        await FhirResult.WriteAsync(call, new FhirResponse(202, null), cancellationToken);
    }

    /// <summary>GET: 202 while it is worked on, then 200 with the answer. DELETE: 202, and nothing is left.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: no such request, or no longer.</exception>
    public async Task HandleAsync(FhirCall call, CancellationToken cancellationToken)
    {
        var id = call.Path[Place.Length..].TrimEnd('/');
        switch (call.Request.Method)
        {
            case "GET" or "HEAD":
                await StatusAsync(call, await jobs.FindAsync(id, cancellationToken) ?? throw NotFound(id), cancellationToken);
                return;
            case "DELETE":
                if (!await jobs.RemoveAsync(id, cancellationToken)) throw NotFound(id);
                woken();
                await FhirResult.WriteAsync(call, new FhirResponse(202, null), cancellationToken);
                return;
            default:
                call.Context.Response.Headers.Allow = "GET, HEAD, DELETE, OPTIONS";
                throw new FhirException(Issue.NotSupported($"{call.Request.Method} is not offered for a request that is answered later; GET asks for it, DELETE ends it.") with { MessageId = OutcomeStatus.MethodNotAllowed });
        }
    }

    private static async Task StatusAsync(FhirCall call, Job job, CancellationToken cancellationToken)
    {
        if (job is { State: JobState.Done, Answer: { } answer })
        {
            await FhirResult.WriteAsync(call, FhirResponse.Ok(new ResourceContent("Bundle", answer)), cancellationToken);
            return;
        }

        var headers = call.Context.Response.Headers;
        headers["X-Progress"] = job.Started is { } started ? FormattableString.Invariant($"in progress since {started.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}") : "waiting";
        headers.RetryAfter = "1";
        await FhirResult.WriteAsync(call, new FhirResponse(202, null), cancellationToken);
    }

    private static FhirException NotFound(string id) =>
        new(Issue.NotFound($"There is no request '{id}' whose answer could be had: there never was, it was cancelled, or its answer is no longer kept (setting Fhir:AsyncRetentionHours)."));
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
