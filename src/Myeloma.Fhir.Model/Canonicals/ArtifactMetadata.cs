using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Canonicals;

/// <summary>Url, version and status of an artifact: in the elements that its type has for them, else in extensions.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/metadataresource.html#canonical; of types without those elements https://hl7.org/fhir/uv/crmi/artifact-lifecycle.html#non-canonical-artifacts
/// (artifact-url, artifact-version, artifact-status).
/// </remarks>
public static class ArtifactMetadata
{
    public const string UrlExtension = "http://hl7.org/fhir/StructureDefinition/artifact-url";
    public const string VersionExtension = "http://hl7.org/fhir/StructureDefinition/artifact-version";
    public const string StatusExtension = "http://hl7.org/fhir/StructureDefinition/artifact-status";

    private const string PublicationStatus = "http://hl7.org/fhir/ValueSet/publication-status";

    /// <summary>Those without elements for it that may be artifacts by extension.</summary>
    private static readonly string[] ByExtension = ["Group", "Location", "Medication", "MedicationKnowledge", "NamingSystem", "Substance"];

    private static readonly ConcurrentDictionary<string, Form> Forms = new(StringComparer.Ordinal);

    /// <summary>Whether resources of the type may be artifacts.</summary>
    public static bool IsPossible(string resourceType) => FormOf(resourceType).IsArtifact;

    /// <summary>Whether url and version are elements of the type, so that every resource of it is an artifact.</summary>
    public static bool HasElements(string resourceType) => FormOf(resourceType) is { HasUrl: true, HasVersion: true };

    /// <summary>Whether the type has an element with the status of publication.</summary>
    public static bool HasStatus(string resourceType) => FormOf(resourceType).HasStatus;

    /// <returns>The element with the url; null when there is none.</returns>
    public static Element? Url(Element resource) => Find(resource, "url", FormOf(resource.Type.Name).HasUrl, UrlExtension);

    /// <returns>The element with the version; null when there is none.</returns>
    public static Element? Version(Element resource) => Find(resource, "version", FormOf(resource.Type.Name).HasVersion, VersionExtension);

    /// <returns>The element with the status of publication (draft, active, retired, unknown); null when there is none.</returns>
    public static Element? Status(Element resource) => Find(resource, "status", FormOf(resource.Type.Name).HasStatus, StatusExtension);

    /// <summary><c>url|version</c>, <c>url</c>; null for a resource that has no url.</summary>
    public static string? CanonicalOf(Element resource) =>
        Url(resource)?.Text is not { } url ? null : Version(resource)?.Text is { } version ? $"{url}|{version}" : url;

    private static Element? Find(Element resource, string name, bool isElement, string extension)
    {
        if (isElement) return resource.Child(name);
        if (!FormOf(resource.Type.Name).IsArtifact) return null;
        foreach (var each in resource.Children("extension"))
            if (each.TextOf("url") == extension) return each.Child("value");
        return null;
    }

    private static Form FormOf(string resourceType) => Forms.GetOrAdd(resourceType, static name =>
    {
        if (R4Schema.Instance.FindType(name) is not { Kind: TypeKind.Resource } type) return default;
        var hasStatus = type.FindElement("status")?.Binding?.ValueSet.Split('|')[0] == PublicationStatus;
        var (hasUrl, hasVersion) = (hasStatus && type.FindElement("url") is not null, hasStatus && type.FindElement("version") is not null);
        return new Form(hasUrl, hasVersion, hasStatus, hasUrl || ByExtension.Contains(name));
    });

    private readonly record struct Form(bool HasUrl, bool HasVersion, bool HasStatus, bool IsArtifact);
}
