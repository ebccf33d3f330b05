using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>The definition that a request is about: the one of the URL, one that is stored under a url, or one that is sent as the parameter that bears the name of its type.</summary>
internal sealed class AppliedDefinition(ResourceStore store)
{
    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <exception cref="FhirException">
    /// <c>required</c>, <c>invalid</c>: no definition, or more than one; <c>not-found</c>, <c>deleted</c>: the one that is named; the structural faults of one that is sent.
    /// </exception>
    public async Task<Element> GetAsync(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions, CancellationToken cancellationToken)
    {
        var (type, verb) = (request.Definition.ResourceTypes![0], request.Definition.Name switch { "$schedule" => "lay out", "$lint" => "look at", _ => "apply" });
        var name = char.ToLowerInvariant(type[0]) + type[1..];
        var isSent = request.TryResource(name, out var sent);
        var url = request.Text("url");
        if ((isSent ? 1 : 0) + (url is null ? 0 : 1) + (request.Id is null ? 0 : 1) > 1)
            throw new FhirException(Issue.Invalid($"There is more than one {type} to {verb}; name one by its id, by 'url', or send one as '{name}'."));
        if (request.Id is { } id) return await StoredAsync(new ResourceKey(type, id), cancellationToken);
        if (url is not null) return Named(type, url, request.Text("version"), versions);
        if (!isSent) throw new FhirException(Issue.Required($"There is no {type} to {verb}: name one by its id or by 'url', or send one as '{name}'."));

        var errors = ResourceIntake.Errors(sent!.Document);
        return errors.Count == 0 ? sent.Document.Root : throw new FhirException(sent.InBody(errors));
    }

    private static Element Named(string type, string url, string? version, Func<string, IReadOnlyList<ResourceDocument>> versions)
    {
        var bar = url.IndexOf('|', StringComparison.Ordinal);
        if (bar >= 0) (url, version) = (url[..bar], version ?? url[(bar + 1)..]);

        // The versions come in the order in which one without a version is chosen.
        return versions(url).FirstOrDefault(document => document.ResourceType == type && (version is null || document.Root.TextOf("version") == version))?.Root
            ?? throw new FhirException(Issue.NotFound($"No {type} with the url {url}{(version is null ? "" : $" and the version {version}")} is known here."));
    }

    private async Task<Element> StoredAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return current.IsDeleted
            ? throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."))
            : ParsedVersions.Of(current).Root;
    }
}
