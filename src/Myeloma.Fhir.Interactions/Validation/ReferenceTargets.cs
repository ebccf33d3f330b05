using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Validation;

/// <summary>The resources of this server that a document refers to, read with one statement before it is validated.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#literal. Targets are found one step far: what they refer to in turn is not.</remarks>
internal sealed class ReferenceTargets
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private readonly string prefix;
    private readonly int max;
    private readonly List<(Element Place, ResourceKey Key, int? VersionId)> places = [];
    private readonly HashSet<ResourceKey> keys = [];
    private readonly HashSet<string> inBundle = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceKey, ResourceVersion> found = [];
    private readonly Dictionary<ResourceKey, ResourceDocument> parsed = [];

    private ReferenceTargets(string baseUrl, int max)
    {
        prefix = baseUrl + "/";
        this.max = max;
    }

    /// <param name="baseUrl">This server's: absolute references below it are its own, too.</param>
    /// <param name="max">Most resources looked up.</param>
    public static async Task<ReferenceTargets> FindAsync(ResourceDocument document, string baseUrl, int max, ResourceStore store, CancellationToken cancellationToken)
    {
        var targets = new ReferenceTargets(baseUrl, max);
        targets.Collect(document.Root, document.Schema);
        foreach (var version in await store.FindAsync(targets.keys, cancellationToken)) targets.found[version.Key] = version;
        return targets;
    }

    /// <summary>For <see cref="Fhir.Validation.ValidationOptions.ResolveReference"/>.</summary>
    /// <returns>Null for what is not here, or not in that version.</returns>
    public ResourceDocument? Resolve(string reference)
    {
        if (Local(reference, R4Schema.Instance) is not var (key, versionId) || !found.TryGetValue(key, out var version)) return null;
        if (version.IsDeleted || (versionId is { } asked && asked != version.VersionId)) return null;
        if (!parsed.TryGetValue(key, out var document)) parsed[key] = document = ResourceDocument.Parse(version.Body, limits: Unlimited);
        return document;
    }

    /// <summary>A warning for each reference to what this server does not have: it could be stored all the same.</summary>
    public IEnumerable<Issue> Missing()
    {
        var looked = 0;
        foreach (var (place, key, _) in places)
        {
            if (!keys.Contains(key)) continue;
            looked++;
            if (found.TryGetValue(key, out var version) && !version.IsDeleted) continue;
            var (line, column) = place.Document.PositionOf(place);
            yield return new Issue(
                IssueSeverity.Warning, IssueType.NotFound, $"{key} is referred to, and {(version is null ? "is not here" : "was deleted")}.",
                place.Document.ExpressionOf(place), line, column, "reference-not-found");
        }

        if (looked < places.Count)
            yield return Issue.Information($"More than {max} resources of this server are referred to; whether the others are here was not looked up (setting Fhir:Validation:MaxReferences).");
    }

    private void Collect(Element root, R4Schema schema)
    {
        if (root.Type.Name != "Bundle")
        {
            Visit(root, schema);
            return;
        }

        foreach (var entry in root.Children("entry"))
        {
            if (entry.TextOf("fullUrl") is { } fullUrl) inBundle.Add(fullUrl.StartsWith(prefix, StringComparison.Ordinal) ? fullUrl[prefix.Length..] : fullUrl);
            if (entry.Child("resource") is { } resource && resource.TextOf("id") is { } id) inBundle.Add($"{resource.Type.Name}/{id}");
        }

        foreach (var entry in root.Children("entry"))
        {
            // Relative references of an entry of another server mean that server's resources.
            var isOurs = entry.TextOf("fullUrl") is not { } fullUrl || fullUrl.StartsWith("urn:", StringComparison.Ordinal) || fullUrl.StartsWith(prefix, StringComparison.Ordinal);
            if (isOurs && entry.Child("resource") is { } resource) Visit(resource, schema);
        }
    }

    private void Visit(Element element, R4Schema schema)
    {
        foreach (var child in element.Children())
        {
            if (child.IsPrimitive) continue;
            if (child.Type.Name == "Reference" && child.Child("reference") is { } place && place.Text is { } text && Local(text, schema) is var (key, versionId)
                && !inBundle.Contains(key.ToString()))
            {
                places.Add((place, key, versionId));
                if (keys.Count < max) keys.Add(key);
            }

            Visit(child, schema);
        }
    }

    /// <summary><c>Type/id[/_history/version][#fragment]</c>, relative or below the base URL.</summary>
    private (ResourceKey Key, int? VersionId)? Local(string reference, R4Schema schema)
    {
        var text = reference.StartsWith(prefix, StringComparison.Ordinal) ? reference[prefix.Length..] : reference;
        var parts = text.Split('#')[0].Split('/');
        if (parts.Length is not (2 or 4) || parts[1].Length == 0 || !schema.IsResourceType(parts[0])) return null;
        if (parts.Length == 2) return (new ResourceKey(parts[0], parts[1]), null);
        return parts[2] == "_history" && int.TryParse(parts[3], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version)
            ? (new ResourceKey(parts[0], parts[1]), version)
            : null;
    }
}
