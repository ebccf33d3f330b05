namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Message ids of what operations on artifacts have to tell.</summary>
internal static class ArtifactMessage
{
    /// <summary>A code system that an artifact depends on is not here with its content.</summary>
    public const string CodeSystem = "artifact-code-system";

    /// <summary>An artifact refers to a resource of another server.</summary>
    public const string Elsewhere = "artifact-elsewhere";

    /// <summary>Something that an artifact depends on is not here.</summary>
    public const string Missing = "artifact-missing";

    /// <summary>A value set of a package could not be expanded.</summary>
    public const string NotExpanded = "artifact-not-expanded";
}
