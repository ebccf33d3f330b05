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

    /// <summary><c>:in</c>, <c>:not-in</c>, <c>:below</c> and <c>:above</c>: a value is a member of one of the sets.</summary>
    /// <param name="Name">Of the parameter as in the request, for what is said of a set that can't be made.</param>
    /// <param name="Negated"><c>:not-in</c>: no value of the resource is a member of any; resources without any value hold.</param>
    public sealed record TokenIn(SearchParameter Parameter, IReadOnlyList<CodeSetName> Sets, string Name, bool Negated = false) : Criterion
    {
        /// <summary>Where the sets are kept, in any order; none before the store has looked them up.</summary>
        public IReadOnlyList<StoredCodeSet> Stored { get; init; } = [];
    }

    /// <summary>A string parameter, or with <paramref name="Text"/> the <c>:text</c> of a token parameter (rows under <see cref="SearchParameter.TextId"/>).</summary>
    public sealed record String(SearchParameter Parameter, StringMatch Match, IReadOnlyList<string> Values, bool Text = false) : Criterion;

    public sealed record Reference(SearchParameter Parameter, IReadOnlyList<ReferenceValue> Values, bool Negated = false) : Criterion;

    /// <summary><c>:identifier</c> of a reference parameter: token rows under <see cref="SearchParameter.IdentifierId"/>.</summary>
    public sealed record ReferenceIdentifier(SearchParameter Parameter, IReadOnlyList<TokenValue> Values) : Criterion;

    public sealed record Uri(SearchParameter Parameter, UriMatch Match, IReadOnlyList<string> Values, bool Negated = false) : Criterion;

    public sealed record Date(SearchParameter Parameter, IReadOnlyList<DateValue> Values) : Criterion;

    public sealed record Number(SearchParameter Parameter, IReadOnlyList<NumberValue> Values) : Criterion;

    public sealed record Quantity(SearchParameter Parameter, IReadOnlyList<QuantityValue> Values) : Criterion;

    /// <summary>Positions within a distance of one of several. https://hl7.org/fhir/R4/location.html#positional</summary>
    public sealed record Near(SearchParameter Parameter, IReadOnlyList<NearValue> Values) : Criterion;

    /// <summary>Several values within one element. https://hl7.org/fhir/R4/search.html#composite</summary>
    /// <param name="Alternatives">Each has one criterion for each of <see cref="SearchParameter.Components"/>, in their order.</param>
    public sealed record Composite(SearchParameter Parameter, IReadOnlyList<IReadOnlyList<Criterion>> Alternatives) : Criterion;

    /// <summary>The business version is the one given, or begins with it and a dot: <c>url:below=http://…|1</c>.</summary>
    public sealed record VersionBelow(SearchParameter Parameter, string Version) : Criterion;

    /// <summary><c>_text</c> and <c>_content</c>, which one <see cref="SearchParameter.Code"/> tells.</summary>
    public sealed record FullText(SearchParameter Parameter, FullTextExpression Expression) : Criterion;

    /// <param name="IsMissing"><c>:missing=true</c>.</param>
    public sealed record Missing(SearchParameter Parameter, bool IsMissing) : Criterion;

    /// <summary>The reference leads to a resource of one of the target types for which its criterion holds.</summary>
    public sealed record Chain(SearchParameter Parameter, IReadOnlyList<ChainTarget> Targets) : Criterion;

    /// <summary>A resource that refers here, by type and id or by its canonical, and for which the criterion holds: <c>_has</c>, <c>_list</c>.</summary>
    /// <param name="Parameter">The reference; its <see cref="SearchParameter.ResourceType"/> is that of the referring resource.</param>
    /// <param name="TargetType">The type that is searched for; null for all.</param>
    public sealed record Has(SearchParameter Parameter, string? TargetType, Criterion Criterion) : Criterion
    {
        /// <summary>Whether canonicals of the reference lead to the type searched for.</summary>
        public bool LeadsByCanonical { get; init; }
    }

    /// <summary>It does not hold.</summary>
    public sealed record Not(Criterion Criterion) : Criterion;

    /// <summary>The same condition for several resource types, each by its own parameter: holds when it does for the resource's type.</summary>
    /// <param name="Each">One or more, of one kind, one for each type.</param>
    public sealed record OverTypes(IReadOnlyList<Criterion> Each) : Criterion;

    /// <summary>All of these hold: <c>url|version</c>, which is two conditions on one resource.</summary>
    /// <param name="Criteria">None holds always.</param>
    public sealed record AllOf(IReadOnlyList<Criterion> Criteria) : Criterion;

    /// <summary>At least one of these holds: several <c>url|version</c> of one parameter.</summary>
    /// <param name="Criteria">Two or more.</param>
    public sealed record AnyOf(IReadOnlyList<Criterion> Criteria) : Criterion;

    /// <summary>A parameter that can match nothing, e.g. a chain to a type that has no such parameter with a lenient reader.</summary>
    public sealed record Never : Criterion;
}

/// <summary>One target type of a chain: any of them may hold.</summary>
public sealed record ChainTarget(string TargetType, Criterion Criterion)
{
    /// <summary>How canonicals of the reference find it; null when only type and id lead there.</summary>
    public CanonicalTarget? Canonical { get; init; }
}

/// <summary>A type that canonicals lead to: reference rows with a url are matched with the target's own url and, where they state one, version.</summary>
/// <param name="Url">The uri parameter <c>url</c> of the type.</param>
/// <param name="Version">The token parameter <c>version</c> of the type; null when it has none.</param>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical</remarks>
public sealed record CanonicalTarget(string ResourceType, SearchParameter Url, SearchParameter? Version);

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

    /// <summary><c>:of-type</c>: an identifier whose type has that coding.</summary>
    public sealed record OfType(string TypeSystem, string TypeCode, string Value) : TokenValue;
}

/// <summary>Words that have to occur in a text. https://hl7.org/fhir/R4/search.html#content</summary>
public abstract record FullTextExpression
{
    private FullTextExpression()
    {
    }

    public sealed record And(FullTextExpression Left, FullTextExpression Right) : FullTextExpression;

    public sealed record Or(FullTextExpression Left, FullTextExpression Right) : FullTextExpression;

    public sealed record Not(FullTextExpression Inner) : FullTextExpression;

    /// <param name="Words">One or more of <see cref="Index.FullTextIndex.Words"/>, one behind the other.</param>
    /// <param name="IsPrefix">Of the last word only its beginning is known.</param>
    public sealed record Phrase(IReadOnlyList<string> Words, bool IsPrefix) : FullTextExpression;
}

/// <summary>How a string is compared. All but <see cref="Exact"/> look at the folded text; those after it are of <c>_filter</c>.</summary>
public enum StringMatch
{
    Prefix,
    Contains,

    /// <summary>The text as stored.</summary>
    Exact,
    Equal,

    /// <summary>Some text is another one.</summary>
    Unequal,
    Suffix,

    /// <summary>By code points.</summary>
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
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
    /// <param name="Version">Null: whatever the reference states, or nothing.</param>
    /// <param name="VersionIsPrefix"><c>:below</c>: versions that are <paramref name="Version"/>, or start with it and a dot.</param>
    public sealed record Url(string Value, string? Version, bool VersionIsPrefix = false) : ReferenceValue;
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

    /// <summary>Of <c>_filter</c> alone: the stored period holds the whole of the value's.</summary>
    Contains,
}

/// <param name="Low">First instant of the value's precision, UTC.</param>
/// <param name="High">First instant after it (exclusive). For <c>ap</c> both are already widened.</param>
/// <remarks>
/// A row matches: eq row.Low ≥ Low and row.High ≤ High; ne not eq; gt row.High &gt; High; lt row.Low &lt; Low; ge gt or eq; le lt or eq;
/// sa row.Low ≥ High; eb row.High ≤ Low; ap row.Low &lt; High and row.High &gt; Low; contains row.Low ≤ Low and row.High ≥ High.
/// </remarks>
public sealed record DateValue(Prefix Prefix, DateTimeOffset Low, DateTimeOffset High);

/// <param name="Low">Lower end of the implicit range of the written precision (inclusive): 99.5 for 100.</param>
/// <param name="High">Upper end (exclusive): 100.5 for 100. For <c>ap</c> both are already widened.</param>
/// <param name="Value">The number as written: what gt, lt, ge, le, sa and eb compare with.</param>
/// <remarks>
/// A row (bounds inclusive, both the value itself for a single number) matches: eq row.Low ≥ Low and row.High &lt; High; ne not eq;
/// gt row.High &gt; Value; lt row.Low &lt; Value; ge row.High ≥ Value; le row.Low ≤ Value; sa row.Low &gt; Value; eb row.High &lt; Value;
/// ap row.Low ≤ High and row.High ≥ Low.
/// </remarks>
public sealed record NumberValue(Prefix Prefix, decimal Low, decimal High, decimal Value);

/// <param name="Latitude">Degrees, -90 to 90, north positive.</param>
/// <param name="Longitude">Degrees, -180 to 180, east positive.</param>
/// <param name="Metres">The distance that is near enough.</param>
public sealed record NearValue(decimal Latitude, decimal Longitude, decimal Metres);

/// <param name="System">Null: any system. <see cref="Index.CanonicalUnit.System"/>: the number is in base units.</param>
/// <param name="Code">Null: any unit.</param>
public sealed record QuantityValue(NumberValue Number, string? System, string? Code);
