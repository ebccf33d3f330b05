namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>What operations on artifacts may cost.</summary>
/// <param name="MaxResources">Resources that one artifact depends on, near and far.</param>
public sealed record ArtifactSettings(int MaxResources)
{
    public static readonly ArtifactSettings Default = new(10_000);
}
