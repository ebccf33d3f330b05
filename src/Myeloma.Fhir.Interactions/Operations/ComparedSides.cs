using System.Globalization;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>The two resources of a comparison, as parameters name them: a version, a reference, a canonical or a resource that is sent.</summary>
/// <param name="definitions">All versions of what a canonical url names, the one first that is meant without a version; null where no canonicals are taken.</param>
internal sealed class ComparedSides(ResourceStore store, PatchLimits limits, Func<string, IReadOnlyList<ResourceDocument>>? definitions = null)
{
    /// <param name="own">The instance that the operation is invoked on, which numbers are versions of; null at other levels.</param>
    /// <returns>Null when the parameter was not given.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>, <c>deleted</c>: what is named is not here; <c>invalid</c>: it names nothing; <c>too-costly</c>: past the limit of size; the structural faults of one that is sent.
    /// </exception>
    public async Task<ComparedSide?> FindAsync(OperationRequest request, string name, ResourceKey? own, CancellationToken cancellationToken)
    {
        if (request.TryResource(name, out var resource))
        {
            var errors = ResourceIntake.Errors(resource.Document);
            if (errors.Count > 0) throw new FhirException(resource.InBody(errors));
            return Sized(new ComparedSide(resource.Document, null, 0));
        }

        var argument = request.Arguments(name).FirstOrDefault();
        if (argument is null) return null;
        var text = argument.Text ?? argument.Parameter?.Child("value")?.TextOf("reference")
            ?? throw new FhirException(Issue.Invalid($"The parameter '{name}' is a version, a reference or a resource.", argument.Expression));
        if (own is { } key && VersionOf(text) is { } version) return await VersionAsync(key, version, cancellationToken);
        return await ReferredAsync(text, name, request.Context, argument.Expression, cancellationToken, request.Type);
    }

    /// <summary>A version as a number or an entity tag: <c>3</c>, <c>W/"3"</c>.</summary>
    private static int? VersionOf(string text)
    {
        var tag = text.StartsWith("W/\"", StringComparison.Ordinal) && text.EndsWith('"') ? text[3..^1] : text;
        return int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    /// <summary>What a reference of this server names, or a canonical.</summary>
    /// <param name="name">Of the parameter, for messages.</param>
    /// <param name="type">Resource type that a canonical is looked up for; null for any.</param>
    /// <exception cref="FhirException">As <see cref="FindAsync"/>.</exception>
    public async Task<ComparedSide> ReferredAsync(string reference, string name, InteractionContext context, string? expression, CancellationToken cancellationToken, string? type = null)
    {
        if (definitions is not null && reference.Contains(':', StringComparison.Ordinal) && !reference.StartsWith(context.BaseUrl + "/", StringComparison.Ordinal))
            return Named(definitions, reference, type, expression);
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

    /// <exception cref="FhirException"><c>not-found</c>, <c>deleted</c>, <c>too-costly</c>.</exception>
    public async Task<ComparedSide> CurrentAsync(ResourceKey key, CancellationToken cancellationToken) =>
        Opened(key, await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here.")));

    /// <exception cref="FhirException"><c>not-found</c>, <c>deleted</c>, <c>too-costly</c>.</exception>
    public async Task<ComparedSide> VersionAsync(ResourceKey key, int version, CancellationToken cancellationToken) =>
        Opened(key, await store.FindVersionAsync(key, version, cancellationToken)
            ?? throw new FhirException(Issue.NotFound(FormattableString.Invariant($"{key} has no version {version}."))));

    /// <summary>What the instance is compared with where one side is not named: its version before the other side, or itself where that is another resource.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: there is no version before; <c>deleted</c>, <c>too-costly</c>.</exception>
    public async Task<ComparedSide> BeforeAsync(ComparedSide to, ResourceKey own, CancellationToken cancellationToken)
    {
        // Against another resource or one that was sent, the side that is not named is the instance itself.
        if (to.Key != own) return await CurrentAsync(own, cancellationToken);
        if (to.Version > 1) return await VersionAsync(own, to.Version - 1, cancellationToken);
        throw new FhirException(Issue.NotFound($"{own} has no version before 1; name what to compare with by 'from' or 'to'."));
    }

    /// <summary>The artifact that another one follows: the predecessor that it names, else the highest version of its url before its own.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the predecessor that is named; <c>deleted</c>, <c>too-costly</c>.</exception>
    public async Task<ComparedSide?> PredecessorAsync(ComparedSide of, string name, InteractionContext context, CancellationToken cancellationToken)
    {
        var root = of.Document.Root;
        foreach (var related in root.Children("relatedArtifact"))
            if (related.TextOf("type") == "predecessor" && related.TextOf("resource") is { } predecessor)
                return await ReferredAsync(predecessor, name, context, null, cancellationToken, of.Document.ResourceType);
        return root.TextOf("url") is { } url && root.TextOf("version") is { } version && Earlier(url, of.Document, version) is { } earlier
            ? await ReferredAsync($"{url}|{earlier}", name, context, null, cancellationToken, of.Document.ResourceType)
            : null;
    }

    private string? Earlier(string url, ResourceDocument document, string version) => definitions?.Invoke(url)
        .Where(known => known.ResourceType == document.ResourceType).Select(known => known.Root.TextOf("version")).OfType<string>()
        .Where(other => BusinessVersionOrder.Instance.Compare(other, version) < 0).OrderDescending(BusinessVersionOrder.Instance).FirstOrDefault();

    private ComparedSide Named(Func<string, IReadOnlyList<ResourceDocument>> known, string canonical, string? type, string? expression)
    {
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        var (url, version) = bar < 0 ? (canonical, null) : (canonical[..bar], canonical[(bar + 1)..]);
        var found = known(url).FirstOrDefault(document => (type is null || document.ResourceType == type) && (version is null || document.Root.TextOf("version") == version))
            ?? throw new FhirException(Issue.NotFound($"No {type ?? "resource"} with the url {url}{(version is null ? "" : $" and the version {version}")} is known here.", expression));
        var stamp = found.Root.Child("meta")?.TextOf("versionId");
        return Sized(new ComparedSide(found, new ResourceKey(found.ResourceType, found.Id!), int.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0));
    }

    private ComparedSide Opened(ResourceKey key, ResourceVersion version)
    {
        if (version.IsDeleted)
            throw new FhirException(Issue.Deleted(FormattableString.Invariant($"Version {version.VersionId} of {key} is its deletion; there is nothing to compare.")));
        return Sized(new ComparedSide(ResourceDocument.Parse(version.Body, limits: limits.Parse), key, version.VersionId));
    }

    private ComparedSide Sized(ComparedSide side) => side.Document.Bytes.Length <= limits.MaxDifferenceBytes ? side : throw new FhirException(Issue.TooCostly(
        FormattableString.Invariant($"A resource has {side.Document.Bytes.Length:N0} bytes; up to {limits.MaxDifferenceBytes:N0} are compared (setting Fhir:MaxDifferenceBytes).")));
}

/// <summary>One side of a comparison.</summary>
/// <param name="Key">Null for a resource that was sent.</param>
/// <param name="Version">0 for a resource that was sent.</param>
internal sealed record ComparedSide(ResourceDocument Document, ResourceKey? Key, int Version);
