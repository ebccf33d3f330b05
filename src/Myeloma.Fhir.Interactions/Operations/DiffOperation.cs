using System.Globalization;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$diff</c>: what turns one version of a resource into another, or one resource into another, as a FHIRPath Patch.</summary>
/// <remarks>No operation of R4; the names of its parameters are those that HAPI has. The answer can be sent as a PATCH. https://hl7.org/fhir/R4/fhirpatch.html</remarks>
public sealed class DiffOperation(ResourceStore store, PatchLimits limits) : IOperation
{
    private static readonly string[] SideNames = ["from", "to"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$diff",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/diff",
        Levels = OperationLevels.System | OperationLevels.Instance,
        Parameters =
        [
            new("from", OperationParameter.Any),
            new("to", OperationParameter.Any),
            new("fromVersion", "positiveInt"),
            new("includeMeta", "boolean"),
        ],
    };

    /// <returns>200 with Parameters; without <c>parameter</c> when nothing differs.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>, <c>deleted</c>: a version or resource that is named is not here, or there is none before; <c>required</c>: at the base URL both sides are named;
    /// <c>invalid</c>: a side that is neither version, reference nor resource, or resources of two types; <c>too-costly</c>: past the limit of size.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        ResourceKey? own = request.Id is { } id ? new ResourceKey(request.Type!, id) : null;
        if (own is null) RefuseMissing(request);
        if (request.Text("fromVersion") is not null && request.Arguments("from").Any())
            throw new FhirException(Issue.Invalid("'from' and 'fromVersion' name the same side; give one of them."));

        var to = await SideAsync(request, "to", own, cancellationToken)
            ?? await CurrentAsync(own!.Value, cancellationToken);
        var from = await SideAsync(request, request.Text("fromVersion") is null ? "from" : "fromVersion", own, cancellationToken)
            ?? await BeforeAsync(to, own!.Value, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", ResourceDifference.Between(from.Document, to.Document, request.Boolean("includeMeta") == true)));
    }

    private static void RefuseMissing(OperationRequest request)
    {
        List<Issue> issues = [.. SideNames.Where(name => !request.Arguments(name).Any())
            .Select(name => Issue.Required($"At the base URL '$diff' needs the parameter '{name}', a reference or a resource."))];
        if (issues.Count > 0) throw new FhirException(issues);
    }

    /// <returns>Null when the parameter was not given.</returns>
    private async Task<Side?> SideAsync(OperationRequest request, string name, ResourceKey? own, CancellationToken cancellationToken)
    {
        if (request.TryResource(name, out var resource))
        {
            var errors = ResourceIntake.Errors(resource.Document);
            if (errors.Count > 0) throw new FhirException(resource.InBody(errors));
            return Sized(new Side(resource.Document, null, 0));
        }

        var argument = request.Arguments(name).FirstOrDefault();
        if (argument is null) return null;
        var text = argument.Text ?? argument.Parameter?.Child("value")?.TextOf("reference")
            ?? throw new FhirException(Issue.Invalid($"The parameter '{name}' is a version, a reference or a resource.", argument.Expression));
        if (own is { } key && VersionOf(text) is { } version) return await VersionAsync(key, version, cancellationToken);
        return await ReferredAsync(text, name, request.Context, argument.Expression, cancellationToken);
    }

    /// <summary>A version as a number or an entity tag: <c>3</c>, <c>W/"3"</c>.</summary>
    private static int? VersionOf(string text)
    {
        var tag = text.StartsWith("W/\"", StringComparison.Ordinal) && text.EndsWith('"') ? text[3..^1] : text;
        return int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private async Task<Side> ReferredAsync(string reference, string name, InteractionContext context, string? expression, CancellationToken cancellationToken)
    {
        var path = reference.StartsWith(context.BaseUrl + "/", StringComparison.Ordinal) ? reference[(context.BaseUrl.Length + 1)..] : reference;
        RequestTarget target;
        try
        {
            target = RequestTarget.Parse(path);
        }
        catch (FhirException)
        {
            target = default;
        }

        return target.Kind switch
        {
            TargetKind.Instance => await CurrentAsync(new ResourceKey(target.Type!, target.Id!), cancellationToken),
            TargetKind.Version => await VersionAsync(new ResourceKey(target.Type!, target.Id!), target.VersionId, cancellationToken),
            _ => throw new FhirException(Issue.Invalid(
                $"The parameter '{name}' is a version, or a reference to a resource of this server like 'Patient/1' or 'Patient/1/_history/2', not '{(reference.Length <= 100 ? reference : reference[..100] + "…")}'.", expression)),
        };
    }

    private async Task<Side> CurrentAsync(ResourceKey key, CancellationToken cancellationToken) =>
        Opened(key, await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here.")));

    private async Task<Side> VersionAsync(ResourceKey key, int version, CancellationToken cancellationToken) =>
        Opened(key, await store.FindVersionAsync(key, version, cancellationToken)
            ?? throw new FhirException(Issue.NotFound(FormattableString.Invariant($"{key} has no version {version}."))));

    private async Task<Side> BeforeAsync(Side to, ResourceKey own, CancellationToken cancellationToken)
    {
        // Against another resource or one that was sent, the side that is not named is the instance itself.
        if (to.Key != own) return await CurrentAsync(own, cancellationToken);
        if (to.Version > 1) return await VersionAsync(own, to.Version - 1, cancellationToken);
        throw new FhirException(Issue.NotFound($"{own} has no version before 1; name what to compare with by 'from' or 'to'."));
    }

    private Side Opened(ResourceKey key, ResourceVersion version)
    {
        if (version.IsDeleted)
            throw new FhirException(Issue.Deleted(FormattableString.Invariant($"Version {version.VersionId} of {key} is its deletion; there is nothing to compare.")));
        return Sized(new Side(ResourceDocument.Parse(version.Body, limits: limits.Parse), key, version.VersionId));
    }

    private Side Sized(Side side) => side.Document.Bytes.Length <= limits.MaxDifferenceBytes ? side : throw new FhirException(Issue.TooCostly(
        FormattableString.Invariant($"A resource has {side.Document.Bytes.Length:N0} bytes; up to {limits.MaxDifferenceBytes:N0} are compared (setting Fhir:MaxDifferenceBytes).")));

    /// <param name="Key">Null for a resource that was sent.</param>
    private sealed record Side(ResourceDocument Document, ResourceKey? Key, int Version);
}
