namespace Myeloma.Fhir.Model.Schema;

/// <summary>The R4 (4.0.1) type system, search parameters and code systems, from the official definitions. https://hl7.org/fhir/R4/</summary>
/// <remarks>Read once from the embedded data (<c>Schema/Data</c>, made by Myeloma.Fhir.Model.Generator); immutable and shared by threads.</remarks>
public sealed partial class R4Schema
{
    /// <summary>The schema, loaded on first use.</summary>
    public static R4Schema Instance => Loaded.Value;

    private static readonly Lazy<R4Schema> Loaded = new(Load);

    /// <summary>Primitive, complex and resource types by name, abstract ones included; inline types by path (<c>Patient.contact</c>).</summary>
    /// <returns>Null when R4 has no such type.</returns>
    public TypeSchema? FindType(string name) => FindTypeCore(name);

    /// <summary>The concrete resource types, in alphabetical order: 146 names without Resource and DomainResource.</summary>
    public IReadOnlyList<string> ResourceTypes => resourceTypes;

    /// <summary>Whether <paramref name="name"/> is a concrete resource type.</summary>
    public bool IsResourceType(string name) => FindType(name) is { Kind: TypeKind.Resource, IsAbstract: false };

    /// <summary>The search parameters of the specification: all 1,400, as published.</summary>
    public IReadOnlyList<SearchParameterDefinition> SearchParameters => search.Value.Parameters;

    /// <summary>The five compartments of the specification.</summary>
    public IReadOnlyList<CompartmentDefinition> Compartments => search.Value.Compartments;

    /// <summary>Every type, inline ones included.</summary>
    public IReadOnlyList<TypeSchema> Types { get; }

    /// <summary>FHIR's own, v3 and v2 code systems, unpacked on demand.</summary>
    public CodeSystemCatalog CodeSystems => codeSystems.Value;

    /// <summary>FHIR's own, v3 and v2 value sets, unpacked on demand.</summary>
    public ValueSetCatalog ValueSets => valueSets.Value;
}

/// <summary>A SearchParameter as published. https://hl7.org/fhir/R4/searchparameter.html</summary>
/// <param name="Type">number, date, string, token, reference, composite, quantity, uri or special.</param>
/// <param name="Base">Resource types, possibly <c>Resource</c> or <c>DomainResource</c>.</param>
/// <param name="Expression">FHIRPath; null for parameters without one (<c>_text</c>, <c>_content</c>, …).</param>
/// <param name="Components">Of a composite: the definition's canonical and its expression.</param>
public sealed record SearchParameterDefinition(
    string Url,
    string Code,
    string Type,
    IReadOnlyList<string> Base,
    string? Expression,
    IReadOnlyList<string> Target,
    IReadOnlyList<(string Definition, string Expression)> Components,
    string? Description);
