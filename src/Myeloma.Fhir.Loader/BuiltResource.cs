namespace Myeloma.Fhir.Loader;

/// <summary>A resource with its type and id, as UTF-8 JSON.</summary>
/// <param name="Json">Without <c>meta.versionId</c> and <c>meta.lastUpdated</c>; <c>id</c> and <c>resourceType</c> agree with the other two.</param>
public sealed record BuiltResource(string Type, string Id, byte[] Json)
{
    /// <summary>The relative reference: <c>Medication/x</c>.</summary>
    public string Reference => $"{Type}/{Id}";

    public override string ToString() => Reference;
}
