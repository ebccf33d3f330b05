using System.Text;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Asynchronous;
using Myeloma.Fhir.Server.Bulk;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Negotiation;
using Myeloma.Fhir.Server.Results;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>From method and place to the interaction, and back to a response. https://hl7.org/fhir/R4/http.html#summary</summary>
/// <remarks>One switch instead of a route table: the FHIR API has one grammar, and everything below its base path is answered here.</remarks>
internal sealed class FhirRouter(FhirServices services, ServerOptions options)
{
    private static readonly string AcceptPatch = string.Join(", ", PatchDocument.MediaTypes);

    private readonly AsyncRequests later = new(services.Jobs, options.Async);
    private readonly BulkEndpoints bulk = new(services);
    private readonly JobStatus status = new(services.Jobs, options.Async.Retention);

    public Task HandleAsync(FhirCall call, CancellationToken cancellationToken)
    {
        var isOptions = HttpMethods.IsOptions(call.Request.Method);
        var isJob = call.Path.StartsWith(JobStatus.Place, StringComparison.Ordinal);
        if (isJob && !isOptions) return status.HandleAsync(call, cancellationToken);
        if (BulkEndpoints.IsAt(call.Path) && !isOptions) return bulk.HandleAsync(call);
        if (call.Preferences.IsAsync && IsRecorded(call)) return BeginAsync(call, cancellationToken);
        if (isOptions)
        {
            var allowed = isJob ? JobStatus.Allowed : BulkEndpoints.AllowedAt(call.Path) ?? AllowedAt(RequestTarget.Parse(call.Path));
            call.Context.Response.Headers.Allow = allowed;
            if (allowed.Contains("PATCH", StringComparison.Ordinal)) call.Context.Response.Headers["Accept-Patch"] = AcceptPatch;
            return AnswerAsync(call, services.Capabilities.Handle(ContextOf(call)), cancellationToken);
        }

        var target = RequestTarget.Parse(call.Path);
        if (target.Operation is not null) return OperationAsync(call, target, cancellationToken);
        return call.Request.Method switch
        {
            "GET" or "HEAD" => GetAsync(call, target, cancellationToken),
            "POST" => PostAsync(call, target, cancellationToken),
            "PUT" => PutAsync(call, target, cancellationToken),
            "PATCH" => PatchAsync(call, target, cancellationToken),
            "DELETE" => DeleteAsync(call, target, cancellationToken),
            _ => throw NotAllowed(call, target),
        };
    }

    /// <summary>Operations that make a job of their own answer later in any case.</summary>
    private bool IsRecorded(FhirCall call) =>
        !HttpMethods.IsOptions(call.Request.Method)
        && !(RequestTarget.Parse(call.Path) is { Operation: not null } target && services.Operations.Find(target) is { Definition.AnswersLater: true });

    private async Task BeginAsync(FhirCall call, CancellationToken cancellationToken)
    {
        RequestTarget.Parse(call.Path);
        await later.BeginAsync(call, await RequestBody.ReadAsync(call.Request, options.MaxBodyBytes, cancellationToken), cancellationToken);
    }

    private Task GetAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken) => target.Kind switch
    {
        TargetKind.Instance or TargetKind.Version => ReadAsync(call, target, cancellationToken),
        TargetKind.System or TargetKind.Type => SearchAsync(call, target, cancellationToken),
        TargetKind.Metadata => MetadataAsync(call, cancellationToken),
        TargetKind.InstanceHistory or TargetKind.TypeHistory or TargetKind.SystemHistory => HistoryAsync(call, target, cancellationToken),
        _ => throw NotAllowed(call, target),
    };

    private Task PostAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken) => target.Kind switch
    {
        TargetKind.System => BundleAsync(call, cancellationToken),
        TargetKind.Type => CreateAsync(call, target, cancellationToken),
        TargetKind.SystemSearch or TargetKind.TypeSearch => FormSearchAsync(call, target, cancellationToken),
        _ => throw NotAllowed(call, target),
    };

    private async Task ReadAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(target.Type!, target.Id!);
        var answer = target.Kind == TargetKind.Instance
            ? await services.Read.HandleAsync(key, cancellationToken)
            : await services.VRead.HandleAsync(key, target.VersionId, cancellationToken);
        if (FhirResult.IsUnchanged(call, answer)) answer = answer with { Status = 304, Content = null };
        else if (BinaryResult.Applies(call, answer))
        {
            await BinaryResult.WriteAsync(call, answer, cancellationToken);
            return;
        }
        else if (call.Parameters.Count > 0) answer = answer.Viewed(ResourceView.Parse(call.Parameters, call.Preferences.IsStrict));
        await FhirResult.WriteAsync(call, answer, cancellationToken);
    }

    private async Task MetadataAsync(FhirCall call, CancellationToken cancellationToken) =>
        await AnswerAsync(call, await services.Metadata.HandleAsync(call.Parameters, ContextOf(call), cancellationToken), cancellationToken);

    private async Task HistoryAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken) =>
        await AnswerAsync(call, await services.History.HandleAsync(target.Type, target.Id, call.Parameters, ContextOf(call), cancellationToken), cancellationToken);

    private async Task SearchAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken) =>
        await FhirResult.WriteAsync(call, await services.Search.HandleAsync(target.Type, call.Parameters, ContextOf(call), cancellationToken), cancellationToken);

    private async Task FormSearchAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        if (call.Request.ContentLength is not 0 and not null || call.Request.ContentType is not null)
        {
            FhirFormat.CheckForm(call.Request.ContentType);
            var body = await RequestBody.ReadAsync(call.Request, options.MaxBodyBytes, cancellationToken);
            call.TakeParameters(QueryText.Parse(Encoding.UTF8.GetString(body.Span)));
            call.Renegotiate();
        }

        await SearchAsync(call, target, cancellationToken);
    }

    private async Task CreateAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        RefuseParameters(call);
        var body = await BodyAsync(call, cancellationToken);
        await AnswerAsync(
            call,
            call.Request.Headers.TryGetValue("If-None-Exist", out var criteria)
                ? await services.Create.HandleAsync(target.Type!, body, criteria.ToString(), ContextOf(call), cancellationToken)
                : await services.Create.HandleAsync(target.Type!, body, call.Preferences.Return, cancellationToken),
            cancellationToken);
    }

    private async Task PutAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        if (target.Kind is not (TargetKind.Instance or TargetKind.Type)) throw NotAllowed(call, target);
        if (target.Kind == TargetKind.Instance) RefuseParameters(call);
        var ifMatch = IfMatchOf(call);
        var onlyIfAbsent = EntityTag.IsOnlyIfAbsent(call.Request.Headers.IfNoneMatch is { Count: > 0 } tags ? tags.ToString() : null, call.HasPrecondition);
        var body = await BodyAsync(call, cancellationToken);
        await AnswerAsync(
            call,
            target.Id is { } id
                ? await services.Update.HandleAsync(new ResourceKey(target.Type!, id), body, ifMatch, onlyIfAbsent, call.Preferences.Return, cancellationToken)
                : await services.Update.HandleAsync(target.Type!, call.Parameters, body, ifMatch, onlyIfAbsent, ContextOf(call), cancellationToken),
            cancellationToken);
    }

    private async Task PatchAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        if (target.Kind is not (TargetKind.Instance or TargetKind.Type)) throw NotAllowed(call, target);
        if (target.Kind == TargetKind.Instance) RefuseParameters(call);
        if (call.Request.Headers.IfNoneMatch.Count > 0)
            throw new FhirException(Issue.NotSupported("If-None-Match goes with reads and updates; a patch is guarded by If-Match."));
        var ifMatch = IfMatchOf(call);
        var patch = await PatchOf(call, cancellationToken);
        await AnswerAsync(
            call,
            target.Id is { } id
                ? await services.Patch.HandleAsync(new ResourceKey(target.Type!, id), patch, ifMatch, call.Preferences.Return, cancellationToken)
                : await services.Patch.HandleAsync(target.Type!, call.Parameters, patch, ifMatch, ContextOf(call), cancellationToken),
            cancellationToken);
    }

    private async Task<PatchDocument> PatchOf(FhirCall call, CancellationToken cancellationToken)
    {
        PatchFormat format;
        try
        {
            format = FhirFormat.OfPatch(call.Request.ContentType);
        }
        catch (FhirException)
        {
            call.Context.Response.Headers["Accept-Patch"] = AcceptPatch;
            throw;
        }

        if (format is PatchFormat.FhirJson or PatchFormat.FhirXml)
            return new PatchDocument.FhirPath(services.Intake.Read(await BodyAsync(call, cancellationToken)));
        var body = await RequestBody.ReadAsync(call.Request, options.MaxBodyBytes, cancellationToken);
        return format == PatchFormat.JsonPatch ? new PatchDocument.Json(body) : new PatchDocument.Xml(body);
    }

    private async Task DeleteAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        if (target.Kind is not (TargetKind.Instance or TargetKind.Type)) throw NotAllowed(call, target);
        if (target.Kind == TargetKind.Instance) RefuseParameters(call);
        var ifMatch = IfMatchOf(call);
        await AnswerAsync(
            call,
            target.Id is { } id
                ? await services.Delete.HandleAsync(new ResourceKey(target.Type!, id), ifMatch, cancellationToken)
                : await services.Delete.HandleAsync(target.Type!, call.Parameters, ifMatch, ContextOf(call), cancellationToken),
            cancellationToken);
    }

    private async Task BundleAsync(FhirCall call, CancellationToken cancellationToken)
    {
        RefuseParameters(call);
        var bundle = services.Intake.Parse(await BodyAsync(call, cancellationToken));
        if (bundle.ResourceType != "Bundle")
            throw new FhirException(Issue.Invalid($"POST to the base URL takes a Bundle, not {bundle.ResourceType}; post that to {call.BaseUrl}/{bundle.ResourceType}.", bundle.ResourceType));

        var answer = bundle.Root.TextOf("type") switch
        {
            "transaction" => await services.Transaction.HandleAsync(bundle, ContextOf(call), cancellationToken),
            "batch" => await services.Batch.HandleAsync(bundle, ContextOf(call), cancellationToken),
            var type => throw new FhirException(Issue.Invalid(
                type is null ? "The Bundle has no type; transaction or batch was expected." : $"A Bundle of type '{type}' can't be processed; transaction or batch was expected.", "Bundle.type")),
        };
        await FhirResult.WriteAsync(call, answer, cancellationToken);
    }

    private async Task OperationAsync(FhirCall call, RequestTarget target, CancellationToken cancellationToken)
    {
        var operation = services.Operations.Get(target);
        var isPost = HttpMethods.IsPost(call.Request.Method);
        if (!isPost && (operation.Definition.AffectsState || call.Request.Method is not ("GET" or "HEAD") || (call.IsHead && operation.Definition.AnswersLater)))
        {
            var allowed = AllowedAt(target);
            call.Context.Response.Headers.Allow = allowed;
            throw new FhirException(Issue.NotSupported(operation.Definition.AffectsState
                ? $"The operation '{target.Operation}' may change what is stored; it is invoked by POST."
                : $"{call.Request.Method} is not offered for this operation; {allowed} are.") with { MessageId = OutcomeStatus.MethodNotAllowed });
        }

        if (operation == services.Import && BulkEndpoints.HasLines(call.Request))
        {
            await BulkEndpoints.ImportAsync(call, services.Import, ContextOf(call));
            return;
        }

        if (operation == services.ImportRelease && ReleaseUpload.IsAt(call.Request))
        {
            await ReleaseUpload.TakeAsync(call, services.ImportRelease);
            return;
        }

        if (operation == services.Install && IsArchive(call.Request))
        {
            var archive = await RequestBody.ReadAsync(call.Request, options.MaxBodyBytes, cancellationToken);
            await FhirResult.WriteAsync(call, await services.Install.HandleAsync(archive, call.Parameters, cancellationToken), cancellationToken);
            return;
        }

        IReadOnlyList<Issue> faults = [];
        ResourceDocument? body = null;
        if (isPost && call.HasBody)
        {
            try
            {
                var json = await BodyAsync(call, cancellationToken, operation.Definition.AnswersBodyFaults);
                body = services.Intake.Parse(operation == services.Import ? ImportArguments.FindManifest(json) ?? json : json);
            }
            catch (FhirException fault) when (operation.Definition.AnswersBodyFaults && fault.Issues.All(issue => issue.Type != IssueType.TooLong && issue.MessageId != OutcomeStatus.UnsupportedMediaType))
            {
                faults = fault.Issues;
            }
        }

        var request = new OperationRequest(operation.Definition, target, call.Parameters, body, ContextOf(call), faults);
        var answer = await operation.HandleAsync(request, cancellationToken);
        if (answer is { Status: 200, Content: ResourceContent { Json: var made } })
            await PreparedResult.KeepAsync(call, services.Prepared, options.BasePath, (text, languages) => services.Prepared.KeepAsync(operation, request, text, languages, made, cancellationToken));
        await FhirResult.WriteAsync(call, answer, cancellationToken);
    }

    private static bool IsArchive(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is { } type && InstallOperation.MediaTypes.Contains(type);

    /// <summary>Under strict handling a parameter that says nothing to the interaction is refused; else it is passed over. https://hl7.org/fhir/R4/search.html#lenient</summary>
    private static void RefuseParameters(FhirCall call)
    {
        if (!call.Preferences.IsStrict || call.Parameters.Count == 0) return;
        throw new FhirException([.. call.Parameters.Select(parameter => Issue.Invalid($"The parameter '{parameter.Key}' says nothing to {call.Request.Method} at this URL.", $"http.{parameter.Key}"))]);
    }

    /// <returns>The body as JSON.</returns>
    private async Task<ReadOnlyMemory<byte>> BodyAsync(FhirCall call, CancellationToken cancellationToken, bool isForJudging = false)
    {
        var format = FhirFormat.OfBody(call.Request.ContentType);
        var body = await RequestBody.ReadAsync(call.Request, options.MaxBodyBytes, cancellationToken);
        return format == BodyFormat.Xml && body.Length > 0 ? call.TakeXml(body, isForJudging) : body;
    }

    private static Task AnswerAsync(FhirCall call, FhirResponse answer, CancellationToken cancellationToken) =>
        FhirResult.WriteAsync(call, call.Preferences.Return is { } preference && IsWrite(call) ? answer.With(preference) : answer, cancellationToken);

    private static bool IsWrite(FhirCall call) => call.Request.Method is "POST" or "PUT" or "PATCH" or "DELETE";

    private InteractionContext ContextOf(FhirCall call) => new(call.BaseUrl, call.Preferences.IsStrict, call.Preferences.Return)
    {
        RequestUrl = call.Url,
        IsLenient = call.Preferences.IsLenient,
        Reviewer = options.Review.Find(call.Request.Headers.Authorization),
        AcceptLanguage = call.Request.Headers.AcceptLanguage is { Count: > 0 } languages ? languages.ToString() : null,
        CacheId = call.Request.Headers.TryGetValue("X-Cache-Id", out var caches) ? caches.ToString() : null,
    };

    private static int? IfMatchOf(FhirCall call) =>
        call.HasPrecondition ? EntityTag.ParseIfMatch(call.Request.Headers.IfMatch.ToString()) : null;

    private FhirException NotAllowed(FhirCall call, RequestTarget target)
    {
        var allowed = AllowedAt(target);
        call.Context.Response.Headers.Allow = allowed;
        return new FhirException(Issue.NotSupported($"{call.Request.Method} is not offered at this URL; {allowed} are.") with
        {
            MessageId = OutcomeStatus.MethodNotAllowed,
        });
    }

    private string AllowedAt(RequestTarget target) => target.Kind switch
    {
        _ when target.Operation is not null => AllowedOf(services.Operations.Get(target).Definition),
        TargetKind.System => "GET, HEAD, POST, OPTIONS",
        TargetKind.SystemSearch or TargetKind.TypeSearch => "POST, OPTIONS",
        TargetKind.Type => "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        TargetKind.Instance => "GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    };
    /// <summary>No HEAD where it would begin a job that nobody asks for.</summary>
    private static string AllowedOf(OperationDefinition definition) => definition switch
    {
        { AffectsState: true } => "POST, OPTIONS",
        { AnswersLater: true } => "GET, POST, OPTIONS",
        _ => "GET, HEAD, POST, OPTIONS",
    };
}
