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
public sealed partial class SearchParameter
{
    public required string ResourceType { get; init; }
    public required string Code { get; init; }

    /// <summary>Canonical of the definition.</summary>
    public required string Url { get; init; }

    public required SearchParameterType Type { get; init; }

    /// <summary>FHIRPath narrowed to this resource type; null when there is none to evaluate.</summary>
    public string? Expression { get; init; }

    /// <summary>Resource types a reference may lead to; empty: any.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Stable in the database for resource type and url, a multiple of 4 above 0; the next two numbers are <see cref="TextId"/> and <see cref="IdentifierId"/>.</summary>
    public required int Id { get; init; }

    /// <summary>Rows of <c>:text</c>.</summary>
    public int TextId => Id + 1;

    /// <summary>Rows of <c>:identifier</c>.</summary>
    public int IdentifierId => Id + 2;

    /// <summary>Custom parameters only: every stored resource has been indexed; searches on others are refused.</summary>
    public bool IsIndexed { get; init; } = true;

    public override string ToString() => $"{ResourceType}.{Code}";
}
