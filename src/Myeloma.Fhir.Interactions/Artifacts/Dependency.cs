using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>What a resource names and needs to be understood or used.</summary>
/// <param name="Target">A url without version and fragment; of a <see cref="DependencyKind.Literal"/> the reference as written.</param>
/// <param name="Version">Null when none is named.</param>
/// <param name="Place">The element that names it.</param>
/// <param name="IsOptional">Whether nothing is missing when it is not here.</param>
internal readonly record struct Dependency(DependencyKind Kind, string Target, string? Version, Element Place, bool IsOptional = false)
{
    /// <summary><c>url|version</c>, <c>url</c></summary>
    public string Canonical => Version is null ? Target : $"{Target}|{Version}";
}

/// <summary>How a resource names another one.</summary>
internal enum DependencyKind
{
    /// <summary>By a canonical. https://hl7.org/fhir/R4/references.html#canonical</summary>
    Canonical,

    /// <summary>A code system, by the system of a code.</summary>
    CodeSystem,

    /// <summary>A resource by a literal reference. https://hl7.org/fhir/R4/references.html#literal</summary>
    Literal,
}
