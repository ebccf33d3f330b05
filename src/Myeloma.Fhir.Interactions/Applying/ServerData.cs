using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>The data of this server that one <c>$apply</c> asks for.</summary>
/// <remarks>Applying does no input: what it misses is noted, read, and there when it is done again. All is read from the current versions.</remarks>
internal sealed class ServerData(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options, string baseUrl, int max)
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private readonly Dictionary<ResourceKey, Element?> resources = [];
    private readonly HashSet<ResourceKey> pending = [];
    private readonly Dictionary<string, IReadOnlyList<Element>> bySubject = [];
    private readonly HashSet<string> pendingTypes = [];

    /// <summary>Whether something was asked for that is not read yet.</summary>
    public bool HasPending => pending.Count + pendingTypes.Count > 0;

    /// <returns>Null for what leads nowhere, and for what is not read yet.</returns>
    public Element? Find(string reference)
    {
        if (LocalReference.Find(reference, baseUrl) is not { Key: var key }) return null;
        if (resources.TryGetValue(key, out var found)) return found;
        pending.Add(key);
        return null;
    }

    /// <returns>Empty where there are none, and for what is not read yet.</returns>
    public IReadOnlyList<Element> OfSubject(string type)
    {
        if (bySubject.TryGetValue(type, out var found)) return found;
        pendingTypes.Add(type);
        return [];
    }

    /// <summary>Notes what will be asked for, so that it is read at once.</summary>
    public void Want(IEnumerable<string?> references, IEnumerable<string> types)
    {
        foreach (var reference in references)
            if (reference is not null) Find(reference);
        foreach (var type in types) OfSubject(type);
    }

    /// <summary>Reads what was missed.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: more than may be read; others that searches name.</exception>
    public async Task ReadAsync(string subject, CancellationToken cancellationToken)
    {
        if (resources.Count + pending.Count > max) throw TooMany("references lead to", "resources");
        foreach (var key in pending) resources[key] = null;
        foreach (var version in await store.FindAsync(pending, cancellationToken))
            if (!version.IsDeleted) resources[version.Key] = Parsed(version);
        pending.Clear();
        foreach (var type in pendingTypes) bySubject[type] = await SearchAsync(type, subject, cancellationToken);
        pendingTypes.Clear();
    }

    private async Task<IReadOnlyList<Element>> SearchAsync(string type, string subject, CancellationToken cancellationToken)
    {
        var most = FormattableString.Invariant($"{max + 1}");
        var search = SearchRequest.Bind(
            type, [new("subject", subject), new("_count", most)], searchParameters.Registry, options with { Strict = true, MaxCount = max + 1, BaseUrl = baseUrl });
        var page = await store.SearchAsync(search, cancellationToken);
        return page.Matches.Count <= max ? [.. page.Matches.Select(Parsed)] : throw TooMany($"{subject} has", type + "s");
    }

    private static Element Parsed(ResourceVersion version) => ResourceDocument.Parse(version.Body, limits: Unlimited).Root;

    private FhirException TooMany(string who, string what) => new(Issue.TooCostly(
        FormattableString.Invariant($"{who} more than {max:N0} {what}, the limit of this server (setting Fhir:Apply:MaxResources); send the data along and set useServerData to false.")));
}
