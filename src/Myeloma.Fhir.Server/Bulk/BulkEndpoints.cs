using Microsoft.AspNetCore.Http.Features;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Server.Bulk;

/// <summary>Files of bulk export and import: uploaded, fetched, taken away. They go through piece by piece; no time limit of requests applies, Kestrel's least rate of a body does.</summary>
internal sealed class BulkEndpoints(FhirServices services)
{
    /// <summary>Methods of the place where files are uploaded.</summary>
    private const string UploadMethods = "POST, OPTIONS";

    /// <summary>Methods of a file.</summary>
    private const string FileMethods = "GET, HEAD, DELETE, OPTIONS";

    private static readonly string Upload = BulkPlace.Path.TrimEnd('/');

    private BulkFileTable Files => services.Store.BulkFiles;

    /// <summary>Whether a path is that of a file, or of the place where files are uploaded.</summary>
    public static bool IsAt(string path) => path == Upload || path.StartsWith(BulkPlace.Path, StringComparison.Ordinal);

    /// <summary>The methods offered at a path, for the header Allow; null when it is no place of files.</summary>
    public static string? AllowedAt(string path) => !IsAt(path) ? null : IsUpload(path) ? UploadMethods : FileMethods;

    /// <summary>Whether a request has lines of resources as its body.</summary>
    public static bool HasLines(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is { } type && BulkPlace.Formats.Contains(type);

    public Task HandleAsync(FhirCall call)
    {
        var aborted = call.Context.RequestAborted;
        var place = IsUpload(call.Path) ? null : BulkPlace.Parse(call.Path);
        return (call.Request.Method, place) switch
        {
            ("POST", null) => UploadAsync(call, aborted),
            ("GET" or "HEAD", ({ } owner, { } name)) => DownloadAsync(call, owner, name, aborted),
            ("DELETE", ({ } owner, { } name)) => DeleteAsync(call, owner, name, aborted),
            (_, (_, null)) => throw NotFound(call),
            _ => throw NotAllowed(call, place is null ? UploadMethods : FileMethods),
        };
    }

    /// <summary>Lines sent with <c>$import</c> itself.</summary>
    public static async Task ImportAsync(FhirCall call, ImportOperation import, InteractionContext context)
    {
        var types = call.Parameters.Where(parameter => parameter.Key == "type").Select(parameter => parameter.Value).ToList();
        if (types.Count > 1 || (types.Count == 1 && !Model.Schema.R4Schema.Instance.IsResourceType(types[0])))
            throw new FhirException(Issue.Invalid("The parameter 'type' names the one resource type of all lines, like Patient."));
        await using var lines = LinesOf(call);
        await FhirResult.WriteAsync(call, await GuardedAsync(() => import.HandleAsync(types.FirstOrDefault(), lines, context, call.Context.RequestAborted)), call.Context.RequestAborted);
    }

    private async Task UploadAsync(FhirCall call, CancellationToken cancellationToken)
    {
        if (!HasLines(call.Request))
            throw new FhirException(Issue.NotSupported($"Files are uploaded with the content type {BulkPlace.MediaType}, not '{call.Request.ContentType}'.") with { MessageId = OutcomeStatus.UnsupportedMediaType });
        var file = new BulkFile(JobQueue.NewId(), BulkPlace.UploadName, 0, BulkRole.Input);
        try
        {
            await using var lines = LinesOf(call);
            var (count, bytes) = await GuardedAsync(() => services.ImportSources.TakeAsync(lines, file, cancellationToken));
            if (bytes == 0) throw new FhirException(Issue.Structure("The request has no body; a resource a line was expected."));
            call.Context.Response.Headers.Location = BulkPlace.Url(call.BaseUrl, file);
            var answer = new FhirResponse(201, new OutcomeContent([Issue.Information(FormattableString.Invariant($"{count:N0} lines with {bytes:N0} bytes were taken."))]));
            await FhirResult.WriteAsync(call, answer, cancellationToken);
        }
        catch
        {
            await Files.RemoveAsync(file.Owner, CancellationToken.None);
            throw;
        }
    }

    private async Task DownloadAsync(FhirCall call, string owner, string name, CancellationToken cancellationToken)
    {
        var file = await Files.FindAsync(owner, name, cancellationToken) ?? throw NotFound(call);
        var response = call.Context.Response;
        response.ContentType = BulkPlace.MediaType;
        response.Headers.CacheControl = "no-cache";
        if (call.IsHead) return;
        await foreach (var piece in Files.ReadAsync(file.Owner, file.Name, 1, cancellationToken))
            await response.BodyWriter.WriteAsync(piece.Content, cancellationToken);
    }

    /// <summary>An upload goes at once; the files of a job go with it.</summary>
    private async Task DeleteAsync(FhirCall call, string owner, string name, CancellationToken cancellationToken)
    {
        if (await Files.FindAsync(owner, name, cancellationToken) is null) throw NotFound(call);
        if (await services.Jobs.FindAsync(owner, cancellationToken) is not null)
            throw new FhirException(Issue.Conflict($"The file belongs to a job; delete that: {call.BaseUrl}{Asynchronous.JobStatus.Place}{owner}"));
        await Files.RemoveAsync(owner, cancellationToken);
        await FhirResult.WriteAsync(call, new FhirResponse(204, null), cancellationToken);
    }

    /// <summary>The body as it comes in, decompressed; how large it may get is the business of who reads it.</summary>
    private static Stream LinesOf(FhirCall call)
    {
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        return RequestBody.Open(call.Request);
    }

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> take)
    {
        try
        {
            return await take();
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException)
        {
            throw RequestBody.Damaged();
        }
    }

    private static bool IsUpload(string path) => path == Upload || path == BulkPlace.Path;

    private static FhirException NotFound(FhirCall call) =>
        new(Issue.NotFound($"There is no file at {call.Path}: there never was, it was taken away, or it is no longer kept (setting Fhir:AsyncRetentionHours)."));

    private static FhirException NotAllowed(FhirCall call, string allowed)
    {
        call.Context.Response.Headers.Allow = allowed;
        return new FhirException(Issue.NotSupported($"{call.Request.Method} is not offered at this URL; {allowed} are.") with { MessageId = OutcomeStatus.MethodNotAllowed });
    }
}
