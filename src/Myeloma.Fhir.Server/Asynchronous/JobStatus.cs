using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>What a client sees of a job of any kind: how far it is, what it came to, its end.</summary>
/// <remarks>https://hl7.org/fhir/R4/async.html</remarks>
internal sealed class JobStatus(JobQueue jobs, TimeSpan retention)
{
    /// <summary>Where status and answer are, below the base URL; the id behind it can't be guessed.</summary>
    public const string Place = $"/{JobQueue.Place}/";

    /// <summary>Methods of the place.</summary>
    public const string Allowed = "GET, HEAD, DELETE, OPTIONS";

    /// <summary>GET: 202 while it is worked on, then its answer. DELETE: 202, and nothing is left.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: no such job, or no longer.</exception>
    public async Task HandleAsync(FhirCall call, CancellationToken cancellationToken)
    {
        var id = call.Path[Place.Length..].TrimEnd('/');
        switch (call.Request.Method)
        {
            case "GET" or "HEAD":
                await AnswerAsync(call, await jobs.FindAsync(id, cancellationToken) ?? throw NotFound(id), cancellationToken);
                return;
            case "DELETE":
                if (!await jobs.CancelAsync(id, cancellationToken)) throw NotFound(id);
                await FhirResult.WriteAsync(call, new FhirResponse(202, null), cancellationToken);
                return;
            default:
                call.Context.Response.Headers.Allow = Allowed;
                throw new FhirException(Issue.NotSupported($"{call.Request.Method} is not offered for a request that is answered later; GET asks for it, DELETE ends it.") with { MessageId = OutcomeStatus.MethodNotAllowed });
        }
    }

    private async Task AnswerAsync(FhirCall call, Job job, CancellationToken cancellationToken)
    {
        var headers = call.Context.Response.Headers;
        if (job.Result is not { } result)
        {
            headers["X-Progress"] = JobProgressContent.Line(job);
            headers.RetryAfter = "1";
            await FhirResult.WriteAsync(call, new FhirResponse(202, new JobProgressContent(job)), cancellationToken);
            return;
        }

        if (job.Finished is { } finished) headers.Expires = (finished + retention).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        if (result.MediaType == JobAnswer.Resource)
            await FhirResult.WriteAsync(call, new FhirResponse(result.Status, new ResourceContent(ResourceTypeOf(result), result.Body)), cancellationToken);
        else
            await WriteAsync(call, result, cancellationToken);
    }

    private static async Task WriteAsync(FhirCall call, JobResult result, CancellationToken cancellationToken)
    {
        var response = call.Context.Response;
        response.StatusCode = result.Status;
        response.Headers.CacheControl = "no-cache";
        response.ContentType = result.MediaType;
        response.ContentLength = result.Body.Length;
        if (!call.IsHead) await response.BodyWriter.WriteAsync(result.Body, cancellationToken);
    }

    private static string ResourceTypeOf(JobResult result)
    {
        using var json = System.Text.Json.JsonDocument.Parse(result.Body);
        return json.RootElement.GetProperty("resourceType").GetString()!;
    }

    private static FhirException NotFound(string id) =>
        new(Issue.NotFound($"There is no request '{id}' whose answer could be had: there never was, it was cancelled, or its answer is no longer kept (setting Fhir:AsyncRetentionHours)."));
}
