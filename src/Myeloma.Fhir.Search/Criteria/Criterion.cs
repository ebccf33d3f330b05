using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Criteria;

/// <summary>One condition of a search. The values of one criterion are alternatives (OR); criteria add up (AND).</summary>
public abstract record Criterion
{
    private Criterion()
    {
    }

    /// <summary><c>_id</c>.</summary>
    public sealed record Id(IReadOnlyList<string> Values, bool Negated = false) : Criterion;

    /// <summary><c>_lastUpdated</c>.</summary>
    public sealed record LastUpdated(IReadOnlyList<DateValue> Values) : Criterion;

    /// <summary><c>_type</c> of a search over all types.</summary>
    public sealed record Type(IReadOnlyList<string> Values) : Criterion;

    /// <param name="Negated"><c>:not</c>: no value of the resource is one of these; resources without any value hold.</param>
    public sealed record Token(SearchParameter Parameter, IReadOnlyList<TokenValue> Values, bool Negated = false) : Criterion;

    /// <summary>A string parameter, or with <paramref name="Text"/> the <c>:text</c> of a token parameter (rows under <see cref="SearchParameter.TextId"/>).</summary>
    public sealed record String(SearchParameter Parameter, StringMatch Match, IReadOnlyList<string> Values, bool Text = false) : Criterion;

    public sealed record Reference(SearchParameter Parameter, IReadOnlyList<ReferenceValue> Values, bool Negated = false) : Criterion;

    /// <summary><c>:identifier</c> of a reference parameter: token rows under <see cref="SearchParameter.IdentifierId"/>.</summary>
    public sealed record ReferenceIdentifier(SearchParameter Parameter, IReadOnlyList<TokenValue> Values) : Criterion;

    public sealed record Uri(SearchParameter Parameter, UriMatch Match, IReadOnlyList<string> Values, bool Negated = false) : Criterion;

    public sealed record Date(SearchParameter Parameter, IReadOnlyList<DateValue> Values) : Criterion;

    public sealed record Number(SearchParameter Parameter, IReadOnlyList<NumberValue> Values) : Criterion;

    public sealed record Quantity(SearchParameter Parameter, IReadOnlyList<QuantityValue> Values) : Criterion;

    /// <param name="IsMissing"><c>:missing=true</c>.</param>
    public sealed record Missing(SearchParameter Parameter, bool IsMissing) : Criterion;

    /// <summary>The reference leads to a resource of one of the target types for which its criterion holds.</summary>
    public sealed record Chain(SearchParameter Parameter, IReadOnlyList<ChainTarget> Targets) : Criterion;

    /// <summary>A parameter that can match nothing, e.g. a chain to a type that has no such parameter with a lenient reader.</summary>
    public sealed record Never : Criterion;
}

/// <summary>One target type of a chain: any of them may hold.</summary>
public sealed record ChainTarget(string TargetType, Criterion Criterion);

/// <summary>https://hl7.org/fhir/R4/search.html#token</summary>
public abstract record TokenValue
{
    private TokenValue()
    {
    }

    /// <summary><c>code</c>.</summary>
    public sealed record AnySystem(string Code) : TokenValue;

    /// <summary><c>system|code</c>.</summary>
    public sealed record InSystem(string System, string Code) : TokenValue;

    /// <summary><c>|code</c>.</summary>
    public sealed record NoSystem(string Code) : TokenValue;

    /// <summary><c>system|</c>.</summary>
    public sealed record WholeSystem(string System) : TokenValue;
}

/// <summary>Prefix of the folded text, anywhere in the folded text, or the text as stored.</summary>
public enum StringMatch
{
    Prefix,
    Contains,
    Exact,
}

public enum UriMatch
{
    Exact,

    /// <summary>The stored uri is the value or lies below it by path segments.</summary>
    Below,

    /// <summary>The value is the stored uri or lies below it by path segments.</summary>
    Above,
}

/// <summary>https://hl7.org/fhir/R4/search.html#reference</summary>
public abstract record ReferenceValue
{
    private ReferenceValue()
    {
    }

    /// <summary><c>Type/id</c>, <c>Type/id/_history/n</c> or an absolute one of this server's base.</summary>
    public sealed record Local(string Type, string Id, string? Version) : ReferenceValue;

    /// <summary><c>id</c>: of any type the parameter may point at.</summary>
    public sealed record AnyType(string Id) : ReferenceValue;

    /// <summary>An absolute url or a canonical; <c>url|version</c>.</summary>
    public sealed record Url(string Value, string? Version) : ReferenceValue;
}

/// <summary>https://hl7.org/fhir/R4/search.html#prefix</summary>
public enum Prefix
{
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
    Sa,
    Eb,
    Ap,
}

/// <param name="Low">First instant of the value's precision, UTC.</param>
/// <param name="High">First instant after it (exclusive). For <c>ap</c> both are already widened.</param>
public sealed record DateValue(Prefix Prefix, DateTimeOffset Low, DateTimeOffset High);

/// <param name="Low">Lower end of the implicit range of the written precision (inclusive): 99.5 for 100.</param>
/// <param name="High">Upper end (exclusive): 100.5 for 100. For <c>ap</c> both are already widened.</param>
/// <param name="Value">The number as written: what gt, lt, ge and le compare with.</param>
public sealed record NumberValue(Prefix Prefix, decimal Low, decimal High, decimal Value);

/// <param name="System">Null: any system.</param>
/// <param name="Code">Null: any unit.</param>
public sealed record QuantityValue(NumberValue Number, string? System, string? Code);
