using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Search.Criteria;

/// <summary>A search understood: every name resolved, every value parsed. https://hl7.org/fhir/R4/search.html</summary>
public sealed record BoundSearch
{
    /// <summary>Null: over all types.</summary>
    public required string? ResourceType { get; init; }

    /// <summary>All must hold.</summary>
    public IReadOnlyList<Criterion> Criteria { get; init; } = [];

    /// <summary>In order; empty: newest first.</summary>
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    /// <summary>Matches a page, already capped by the limit; 0 only with <see cref="CountOnly"/>.</summary>
    public int Count { get; init; } = 50;

    /// <summary><c>_summary=count</c> or <c>_count=0</c>: only the total, always exact.</summary>
    public bool CountOnly { get; init; }

    public TotalMode Total { get; init; } = TotalMode.Default;
    public SummaryMode Summary { get; init; } = SummaryMode.False;

    /// <summary>Element names of <c>_elements</c>; null when not asked for.</summary>
    public IReadOnlyList<string>? Elements { get; init; }

    public ContainedMode Contained { get; init; }

    /// <summary><c>_containedType=contained</c>: what is contained stands in the answer by itself, not in its container.</summary>
    public bool ReturnsContained { get; init; }

    public IReadOnlyList<IncludeRule> Includes { get; init; } = [];

    /// <summary>The opaque text of a paging link; null for the first page. The store made it and reads it.</summary>
    public string? Cursor { get; init; }

    /// <summary>What was really used, decoded, in stable order, without the cursor: the self link.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SelfParameters { get; init; } = [];

    /// <summary>Parameters that were not used, when the client asked for lenient handling: warnings for the Bundle.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];
}

/// <summary>https://hl7.org/fhir/R4/search.html#total</summary>
public enum TotalMode
{
    /// <summary>Not asked: exact as long as counting is cheap, absent beyond.</summary>
    Default,
    None,
    Estimate,
    Accurate,
}

/// <summary>Whether contained resources are matches. https://hl7.org/fhir/R4/search.html#contained</summary>
public enum ContainedMode
{
    /// <summary>Only what is not contained.</summary>
    False,

    /// <summary>Only what is contained.</summary>
    True,
    Both,
}

/// <summary>https://hl7.org/fhir/R4/search.html#summary; <c>count</c> is <see cref="BoundSearch.CountOnly"/>.</summary>
public enum SummaryMode
{
    False,
    True,
    Text,
    Data,
}

/// <summary>One key of <c>_sort</c>; resources without a value come last either way.</summary>
/// <param name="Parameter">A parameter with an index, or null for the columns.</param>
/// <param name="Column">When <paramref name="Parameter"/> is null.</param>
public sealed record SortKey(Parameters.SearchParameter? Parameter, SortColumn Column, bool Descending);

public enum SortColumn
{
    None,
    Id,
    LastUpdated,

    /// <summary>How well the words of the search are met, see <see cref="Criterion.FullText"/>.</summary>
    Score,
}

/// <summary>One <c>_include</c> or <c>_revinclude</c>. https://hl7.org/fhir/R4/search.html#include</summary>
/// <param name="SourceType">Type that holds the reference.</param>
/// <param name="Parameters">The reference parameter, or every reference parameter of the type for <c>*</c>.</param>
/// <param name="TargetType">Only targets of that type; null: any.</param>
/// <param name="Reverse">_revinclude.</param>
/// <param name="Iterate">Applied to included resources as well.</param>
public sealed record IncludeRule(
    string SourceType, IReadOnlyList<Parameters.SearchParameter> Parameters, string? TargetType, bool Reverse, bool Iterate)
{
    /// <summary>The types that canonicals among the references may lead to, <see cref="TargetType"/> honoured; empty when only type and id lead anywhere.</summary>
    public IReadOnlyList<CanonicalTarget> Canonicals { get; init; } = [];
}
