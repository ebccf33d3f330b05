using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Search.Index;

/// <summary>What search knows of one resource: its values by search parameter, each row once.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/search.html#ptypes. Lists are empty, never null; order is that of the parameters, then of the document.
/// <c>Item</c> of a row is the number of the element that a component of a composite parameter was read in, 0 for the first; null for other parameters.
/// </remarks>
public sealed class IndexRows
{
    public List<TokenRow> Tokens { get; } = [];
    public List<StringRow> Strings { get; } = [];
    public List<ReferenceRow> References { get; } = [];
    /// <summary>References to what the resource contains, or to what stands beside it in its container.</summary>
    public List<LocalReferenceRow> LocalReferences { get; } = [];

    public List<UriRow> Uris { get; } = [];
    public List<DateRow> Dates { get; } = [];
    public List<NumberRow> Numbers { get; } = [];
    public List<QuantityRow> Quantities { get; } = [];

    /// <summary>Identifiers with their type, for <c>:of-type</c>.</summary>
    public List<TypedIdentifierRow> TypedIdentifiers { get; } = [];

    /// <summary>The words of the narrative and of everything, each with its place; null when there are none.</summary>
    public FullTextRow? FullText { get; set; }

    /// <summary>Ids of the parameters that have any value here: what <c>:missing</c> asks for.</summary>
    public List<int> Present { get; } = [];

    /// <summary>Warnings about parameters that could not be evaluated; the rows of the others are complete.</summary>
    public List<Issue> Issues { get; } = [];
}

/// <summary>A code. https://hl7.org/fhir/R4/search.html#token</summary>
/// <param name="System">Null when the value has none.</param>
/// <param name="Code">As stored; case-sensitive.</param>
public readonly record struct TokenRow(int ParameterId, string? System, string Code, int? Item = null);

/// <summary>An identifier and one coding of its type. https://hl7.org/fhir/R4/search.html#modifiers</summary>
public readonly record struct TypedIdentifierRow(int ParameterId, string? TypeSystem, string TypeCode, string Value);

/// <summary>The words of a resource. https://hl7.org/fhir/R4/search.html#content</summary>
public sealed record FullTextRow(IReadOnlyList<WordAt> Narrative, IReadOnlyList<WordAt> Content);

/// <summary>A word and its place: 1 for the first, one more for each that follows, more between two texts.</summary>
public readonly record struct WordAt(string Word, int Position);

/// <summary>A text. https://hl7.org/fhir/R4/search.html#string</summary>
/// <param name="Folded">Lower case, without accents, width-folded, blanks collapsed (<see cref="StringFolding"/>).</param>
/// <param name="Exact">As stored, cut at the same length.</param>
public readonly record struct StringRow(int ParameterId, string Folded, string Exact, int? Item = null);

/// <summary>A reference. https://hl7.org/fhir/R4/search.html#reference</summary>
/// <param name="TargetType">With <paramref name="TargetId"/>: the resource of this server it names; null for others.</param>
/// <param name="TargetId">Logical id.</param>
/// <param name="Url">A canonical without its version, or an absolute reference to elsewhere; null for references inside this server.</param>
/// <param name="Version">Business version of a canonical (<c>url|version</c>) or version id of a versioned reference.</param>
public readonly record struct ReferenceRow(int ParameterId, string? TargetType, string? TargetId, string? Url, string? Version, int? Item = null);

/// <summary>A reference within a container. https://hl7.org/fhir/R4/references.html#contained</summary>
/// <param name="Fragment">With the <c>#</c>.</param>
public readonly record struct LocalReferenceRow(int ParameterId, string Fragment, int? Item = null);

/// <summary>A uri as stored. https://hl7.org/fhir/R4/search.html#uri</summary>
public readonly record struct UriRow(int ParameterId, string Value, int? Item = null);

/// <summary>The period a date stands for. https://hl7.org/fhir/R4/search.html#date</summary>
/// <param name="Low">First instant, in UTC; <see cref="DateTimeOffset.MinValue"/> when open.</param>
/// <param name="High">First instant after the period (exclusive), in UTC; <see cref="DateTimeOffset.MaxValue"/> when open.</param>
public readonly record struct DateRow(int ParameterId, DateTimeOffset Low, DateTimeOffset High, int? Item = null);

/// <summary>A number. https://hl7.org/fhir/R4/search.html#number</summary>
/// <param name="Low">The value as stored (equal to <paramref name="High"/>), or the low end of a range.</param>
public readonly record struct NumberRow(int ParameterId, decimal Low, decimal High, int? Item = null);

/// <summary>A quantity. https://hl7.org/fhir/R4/search.html#quantity</summary>
/// <param name="System">Of the unit; null when there is none; <see cref="CanonicalUnit.System"/> for the row in base units.</param>
/// <param name="Code">Code of the unit, or else the unit as written; null when there is neither.</param>
public readonly record struct QuantityRow(int ParameterId, string? System, string? Code, decimal Low, decimal High, int? Item = null);
