using System.Data.Common;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Metrics;
using Myeloma.Fhir.Server.Pages;
using Myeloma.Fhir.Server.Results;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>The outermost layer: admits requests, bounds their time, and turns every fault into an OperationOutcome.</summary>
public sealed partial class FhirEdge(ServerOptions options, ServerState state, Admission admission, ILogger<FhirEdge> logger)
{
    private readonly CrossOrigin crossOrigin = new(options.CorsOrigins);
    private FhirRouter? router;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (state.Services is { Prepared.IsOff: false } services && options.CorsOrigins.Count == 0 && PreparedResult.TryWrite(context, services.Prepared, options.BasePath)) return;
        var call = new FhirCall(context, options);
        var path = context.Request.Path;
        if (path.StartsWithSegments("/health", StringComparison.Ordinal) || (options.Metrics && path == MetricsEndpoint.Path))
        {
            await next(context);
            return;
        }

        // A person's browser that follows a link to a code system wants to read it; Accept tells it from a program.
        if (path.StartsWithSegments(options.BasePath, StringComparison.Ordinal) && TerminologyAddress.Find(context.Request, options.BasePath) is { } page) context.Request.Path = path = page;
        if (path.StartsWithSegments(options.BasePath, StringComparison.Ordinal) && crossOrigin.Answer(context)) return;

        using var timeout = new CancellationTokenSource(options.RequestTimeout);
        using var aborted = context.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);
        try
        {
            if (path.StartsWithSegments(options.BasePath, StringComparison.Ordinal)) await FhirAsync(call, timeout.Token);
            else await OtherAsync(context, next);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (context.RequestAborted.IsCancellationRequested) return;
            await FaultAsync(call, exception);
        }
        catch (Exception exception)
        {
            LogBroken(exception, context.Request.Method, path);
            context.Abort();
        }
    }

    private async Task FhirAsync(FhirCall call, CancellationToken cancellationToken)
    {
        call.Bind();
        var services = state.Services ?? throw new FhirException(state.NotReady);
        if (call.Path == Subscriptions.WebSocketBindings.Place)
        {
            await services.WebSockets.HandleAsync(call);
            return;
        }

        var mine = router ??= new FhirRouter(services, options);
        await admission.EnterAsync(cancellationToken);
        try
        {
            await mine.HandleAsync(call, cancellationToken);
        }
        finally
        {
            admission.Leave();
        }
    }

    /// <summary>Pages; what they leave without a body is answered with an OperationOutcome, too.</summary>
    private async Task OtherAsync(HttpContext context, RequestDelegate next)
    {
        if (state.Services is null) throw new FhirException(state.NotReady);
        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentType: null })
        {
            throw new FhirException(context.Response.StatusCode == 405
                ? Issue.NotSupported($"{context.Request.Method} is not offered at {context.Request.Path}.") with { MessageId = Interactions.OutcomeStatus.MethodNotAllowed }
                : Issue.NotFound($"There is nothing at {context.Request.Path}; the FHIR API begins at {options.BasePath}."));
        }
    }

    private Task FaultAsync(FhirCall call, Exception exception)
    {
        var answer = FhirResponse.Fault(IssuesOf(call, exception), call.HasPrecondition);
        var headers = call.Context.Response.Headers;
        var allow = headers.Allow;
        var acceptPatch = headers["Accept-Patch"];
        var acceptEncoding = headers.AcceptEncoding;
        CrossOrigin.Keep(headers, call.Context.Response.Clear);
        headers.XContentTypeOptions = "nosniff";
        if (answer.Status == 405) headers.Allow = allow;
        if (answer.Status == 415) (headers["Accept-Patch"], headers.AcceptEncoding) = (acceptPatch, acceptEncoding);
        if (answer.Status == 401) headers.WWWAuthenticate = "Bearer realm=\"reviews\"";
        if (answer.Status is 503 or 429) headers.RetryAfter = "2";
        return FhirResult.WriteAsync(call, answer, CancellationToken.None);
    }

    private IReadOnlyList<Issue> IssuesOf(FhirCall call, Exception exception)
    {
        switch (exception)
        {
            case FhirException fault:
                return fault.Issues;
            case OperationCanceledException:
                return [new Issue(IssueSeverity.Error, IssueType.Timeout, FormattableString.Invariant($"The request took longer than {options.RequestTimeout.TotalSeconds:0} s, the limit of this server (setting Fhir:RequestTimeoutSeconds)."))];
            case BadHttpRequestException { StatusCode: 413 }:
                return [Issue.TooLong(FormattableString.Invariant($"The body is larger than {options.MaxBodyBytes:N0} bytes, the limit of this server (setting Fhir:MaxBodyBytes)."))];
            case BadHttpRequestException or EndOfStreamException:
                return [Issue.Structure("The request body ended early or is framed wrongly.")];
            case DbException { IsTransient: true }:
                LogDatabase(exception, call.Request.Method, call.Request.Path);
                return [Issue.Transient("The database does not answer; try again shortly.")];
            default:
                LogBug(exception, call.Request.Method, call.Request.Path);
                return [new Issue(IssueSeverity.Fatal, IssueType.Exception, $"Something went wrong inside the server; its log says what, under {call.Context.TraceIdentifier}.")];
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogBug(Exception exception, string method, PathString path);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path}: the database does not answer.")]
    private partial void LogDatabase(Exception exception, string method, PathString path);

    [LoggerMessage(3, LogLevel.Warning, "{Method} {Path} broke off after the answer had begun.")]
    private partial void LogBroken(Exception exception, string method, PathString path);
}
