using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>A value set as it is stated. https://hl7.org/fhir/R4/valueset.html</summary>
/// <param name="Url">Canonical without version; null when there is none.</param>
public sealed record ValueSetSource(string? Url, string? Version, IReadOnlyList<ComposeClause> Include, IReadOnlyList<ComposeClause> Exclude)
{
    /// <summary>Reads a ValueSet resource; one without compose but with an expansion is the list of the codes in it.</summary>
    public static ValueSetSource Of(Element resource) => ValueSetReading.Read(resource);

    public string? Name { get; init; }
    public string? Title { get; init; }
    public string? Status { get; init; }
    public string? Language { get; init; }
    public bool IsExperimental { get; init; }

    /// <summary>The extension structuredefinition-standards-status.</summary>
    public string? StandardsStatus { get; init; }

    /// <summary>Whether inactive concepts are members; null when it is not stated. https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.inactive</summary>
    public bool? Inactive { get; init; }

    /// <summary>Canonicals of supplements that the set can't do without.</summary>
    public IReadOnlyList<string> Supplements { get; init; } = [];

    /// <summary>Parameters of expansion that the set states itself, by the extension valueset-expansion-parameter.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExpansionParameters { get; init; } = [];

    /// <summary>Value sets that stand inside, by id.</summary>
    public IReadOnlyDictionary<string, ValueSetSource> Contained { get; init; } = new Dictionary<string, ValueSetSource>();

    /// <summary>The resource; null for a set of the R4 definitions and an implicit one.</summary>
    public Element? Resource { get; init; }

    /// <summary><c>url|version</c>, the url alone, or <c>(unidentified)</c>: how messages name it.</summary>
    public string Canonical => Url is null ? "(unidentified)" : Version is null ? Url : $"{Url}|{Version}";
}

/// <summary>One include or exclude. https://hl7.org/fhir/R4/valueset.html#compositions</summary>
/// <param name="Concepts">Codes it lists; none where the whole system is meant, as far as the filters let it through.</param>
/// <param name="ValueSets">Canonicals of sets in all of which a member must be, too.</param>
/// <param name="Expression">FHIRPath of the clause: <c>ValueSet.compose.include[0]</c>.</param>
public sealed record ComposeClause(
    string? System,
    string? Version,
    IReadOnlyList<ListedConcept> Concepts,
    IReadOnlyList<ComposeFilter> Filters,
    IReadOnlyList<string> ValueSets,
    string Expression)
{
    /// <summary>What the list or the filters select of the system; imports are left out.</summary>
    /// <exception cref="Model.Issues.FhirException">A filter can't be applied.</exception>
    public ConceptSet Select(CompiledCodeSystem system) => ValueSetEvaluation.Select(this, system, TerminologyLimits.Default);
}

/// <summary>A concept that a value set lists, with what it says of it beyond the code system.</summary>
public sealed record ListedConcept(string Code, string? Display)
{
    public IReadOnlyList<Designation> Designations { get; init; } = [];
    public IReadOnlyList<ConceptProperty> Properties { get; init; } = [];
    public IReadOnlyList<ConceptExtension> Extensions { get; init; } = [];

    /// <summary>Whether the set marks the member as one not to choose any more.</summary>
    public bool IsDeprecated => Extensions.Any(extension =>
        (extension.Url == ConceptExtensions.Deprecated && extension.Json.Contains("true", StringComparison.Ordinal))
        || (extension.Url == ConceptExtensions.StandardsStatus && extension.Json.Contains("\"deprecated\"", StringComparison.Ordinal)));
}

/// <param name="Operator">Code of https://hl7.org/fhir/R4/valueset-filter-operator.html, or <c>child-of</c>, <c>descendent-leaf</c> of later versions.</param>
/// <param name="Value">Empty when there is none.</param>
public sealed record ComposeFilter(string Property, string Operator, string Value, string Expression);
