namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>A code system as it is stated, before it is compiled. https://hl7.org/fhir/R4/codesystem.html</summary>
/// <param name="Url">Canonical without version; empty when there is none.</param>
/// <param name="Content"><c>complete</c>, <c>not-present</c>, <c>example</c>, <c>fragment</c> or <c>supplement</c>.</param>
/// <param name="Concepts">A parent before the concepts nested in it.</param>
public sealed record CodeSystemSource(string Url, string? Version, string Content, IReadOnlyList<ConceptSource> Concepts)
{
    /// <summary>What a CodeSystem resource states; what is not legal in it is passed over.</summary>
    public static CodeSystemSource Of(Model.Elements.Element resource) => CodeSystemReading.Read(resource);

    public string? Name { get; init; }
    public string? Title { get; init; }
    public string? Status { get; init; }
    public string? Language { get; init; }
    public bool IsExperimental { get; init; }

    /// <summary>The extension structuredefinition-standards-status.</summary>
    public string? StandardsStatus { get; init; }

    /// <summary>Null when it is not stated.</summary>
    public bool? CaseSensitive { get; init; }

    public string? HierarchyMeaning { get; init; }

    /// <summary>Whether a code means something only together with the version it is of.</summary>
    public bool IsVersionNeeded { get; init; }

    /// <summary>Canonical of the value set of all its codes.</summary>
    public string? ValueSet { get; init; }

    public string? Supplements { get; init; }
    public IReadOnlyList<PropertyDefinition> Properties { get; init; } = [];

    /// <summary>What its codes are read by; null for a system that lists them. The concepts are then those that a question names.</summary>
    public Grammars.CodeGrammar? Grammar { get; init; }
}

/// <summary>A property that concepts of a system may have.</summary>
/// <param name="Uri">What it means, the same in all systems; null when it is not stated.</param>
public sealed record PropertyDefinition(string Code, string? Uri, string Type);

/// <summary>A concept as it is stated.</summary>
/// <param name="Parent">Place of the concept it is nested in; -1 for none.</param>
public sealed record ConceptSource(string Code, string? Display, string? Definition, int Parent)
{
    /// <summary>Places of parents beyond the one it is nested in, when they are known as places.</summary>
    public IReadOnlyList<int> FurtherParents { get; init; } = [];

    public IReadOnlyList<Designation> Designations { get; init; } = [];
    public IReadOnlyList<ConceptProperty> Properties { get; init; } = [];

    /// <summary>Extensions that go out with the concept, each as JSON.</summary>
    public IReadOnlyList<ConceptExtension> Extensions { get; init; } = [];
}

/// <summary>A further name of a concept. https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.designation</summary>
/// <param name="Status">Standards status of the name itself; null when it is not stated.</param>
public sealed record Designation(string? Language, ConceptUse? Use, string Value, string? Status = null)
{
    public IReadOnlyList<ConceptExtension> Extensions { get; init; } = [];
}

/// <summary>What a designation is for.</summary>
public sealed record ConceptUse(string? System, string? Code, string? Display);

/// <param name="Kind">Type of the value: code, Coding, string, integer, boolean, dateTime or decimal.</param>
/// <param name="Value">As written; of a Coding its code.</param>
/// <param name="System">Of a Coding.</param>
/// <param name="Display">Of a Coding.</param>
public sealed record ConceptProperty(string Code, string Kind, string Value, string? System = null, string? Display = null)
{
    /// <summary>Of a relationship the number of its role group, 0 for one that is in no group with others; null for what is no relationship.</summary>
    public int? Group { get; init; }
}

/// <param name="Json">The whole extension, as written.</param>
public sealed record ConceptExtension(string Url, string Json);
