namespace Myeloma.Fhir.Search.Parameters;

/// <summary>https://hl7.org/fhir/R4/valueset-search-param-type.html</summary>
public enum SearchParameterType
{
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,
    Special,
}

/// <summary>One search parameter on one resource type. Immutable; one object for a type and code in a registry.</summary>
public sealed partial record SearchParameter
{
    public required string ResourceType { get; init; }
    public required string Code { get; init; }

    /// <summary>Canonical of the definition.</summary>
    public required string Url { get; init; }

    public required SearchParameterType Type { get; init; }

    /// <summary>FHIRPath narrowed to this resource type; null when there is none to evaluate.</summary>
    public string? Expression { get; init; }

    /// <summary>Resource types a reference may lead to: all of them when the definition says Resource or nothing. Empty for other types of parameter.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Stable in the database for resource type and url, a multiple of 4 above 0 (0 without <see cref="HasRows"/>); the next two numbers are <see cref="TextId"/> and <see cref="IdentifierId"/>.</summary>
    public required int Id { get; init; }

    /// <summary>Rows of <c>:text</c>; 0, which is no row, for a component.</summary>
    public int TextId => IsComponent ? 0 : Id + 1;

    /// <summary>Rows of <c>:identifier</c>; 0, which is no row, for a component.</summary>
    public int IdentifierId => IsComponent ? 0 : Id + 2;

    /// <summary>Rows of the longitudes of a parameter for places; its latitudes have <see cref="Id"/>.</summary>
    public int LongitudeId => Id + 1;

    /// <summary>The one special parameter that has an evaluation here: places near others. https://hl7.org/fhir/R4/location.html#positional</summary>
    internal const string NearUrl = "http://hl7.org/fhir/SearchParameter/Location-near";

    /// <summary>The parts of a composite parameter in the order of a value, with the ids that follow that of the composite; empty for other types.</summary>
    /// <remarks>https://hl7.org/fhir/R4/search.html#composite. Their <see cref="Expression"/> starts at the element that the composite's own one gives.</remarks>
    public IReadOnlyList<SearchParameter> Components { get; init; } = [];

    /// <summary>Whether it is one of <see cref="Components"/>: its rows tell the element they come from.</summary>
    public bool IsComponent { get; init; }

    /// <summary>Whether it can be searched by: it is not when <see cref="Unsupported"/> says why, or while resources from before it are still being indexed.</summary>
    public bool IsIndexed { get; init; } = true;

    /// <summary>Where can be seen how far that is, relative to the base URL; null when nobody works on it, or it is done.</summary>
    public string? Indexing { get; init; }

    /// <summary>For who asks by it before it is indexed: where that can be seen, or what begins it.</summary>
    internal string IndexingRemark => Indexing is { } place ? $"GET [base]/{place} tells how far that is" : $"POST [base]/{ResourceType}/$reindex begins that";

    /// <summary>Why this server can't search by it; null when it can.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Whether its values are index rows; not so those of <c>_id</c> and <c>_lastUpdated</c>, which are columns, and of what is unsupported.</summary>
    public bool HasRows { get; init; } = true;

    /// <summary>Whether some of its elements are canonical, so that references lead by url and version.</summary>
    public bool HasCanonicals { get; init; }

    /// <summary>Whether some of its elements may be identifiers, which <c>:of-type</c> asks for.</summary>
    public bool HasIdentifiers { get; init; }

    /// <summary>Code of the parameter for the words of the narrative.</summary>
    public const string NarrativeCode = "_text";

    /// <summary>Code of the parameter for the words of everything.</summary>
    public const string ContentCode = "_content";

    /// <summary>Whether it finds words; it has no <see cref="Expression"/> then.</summary>
    public bool IsFullText => Expression is null && Code is NarrativeCode or ContentCode;

    public string? Description { get; init; }

    /// <summary>Changes when type, expression or targets do, or the rows made of them: rows made with another one are out of date. 32 hexadecimal digits.</summary>
    public string DefinitionHash { get; init; } = "";

    public override string ToString() => $"{ResourceType}.{Code}";

    /// <summary>The same parameter under another id, its components under the ones after.</summary>
    internal SearchParameter WithId(int id) => this with { Id = id, Components = [.. Components.Select((component, at) => component with { Id = id + 1 + at })] };
}
