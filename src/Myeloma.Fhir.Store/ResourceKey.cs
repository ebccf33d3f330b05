namespace Myeloma.Fhir.Store;

/// <summary>What names a resource over all its versions: <c>Medication/x</c> has the type Medication.</summary>
/// <param name="Type">Name of a resource type of R4.</param>
/// <param name="Id">Logical id, 1 to 64 of letters, digits, hyphen and dot; compared byte by byte. https://hl7.org/fhir/R4/datatypes.html#id</param>
public readonly record struct ResourceKey(string Type, string Id)
{
    /// <returns><c>Type/id</c>, the relative reference.</returns>
    public override string ToString() => $"{Type}/{Id}";
}
