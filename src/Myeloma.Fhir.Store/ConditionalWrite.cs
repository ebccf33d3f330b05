using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store;

/// <summary>A search that a write depends on, run inside the transaction of that write.</summary>
/// <param name="Search">Its <see cref="BoundSearch.Count"/> is the most matches that are looked for; order, includes and paging don't count.</param>
/// <param name="Locks">Of two writes that have one of these texts in common the later one waits for the end of the earlier one, on whatever server; empty: it waits for none.</param>
public sealed record WriteCondition(BoundSearch Search, IReadOnlyList<string> Locks);

/// <summary>What a condition found: a current version.</summary>
public readonly record struct ConditionMatch(ResourceKey Key, int VersionId);

/// <summary>Operations that depend on what searches find, in one transaction. https://hl7.org/fhir/R4/http.html#cond-update</summary>
/// <param name="Conditions">Run before anything is written, in their order.</param>
/// <param name="Plan">
/// From the matches of each condition, in their order, to the operations; an exception ends the transaction and goes to the caller. Called again when the transaction has to be
/// run again, so that it must have no effects.
/// </param>
public sealed record ConditionalWrite(
    IReadOnlyList<WriteCondition> Conditions,
    Func<IReadOnlyList<IReadOnlyList<ConditionMatch>>, IReadOnlyList<WriteOperation>> Plan)
{
    /// <summary>Searches that are run when everything is written, but not yet committed, and so find what the operations made.</summary>
    public IReadOnlyList<BoundSearch> ClosingSearches { get; init; } = [];

    /// <summary>
    /// From the matches of the closing searches to documents that replace those of some operations, within the same version; an exception takes everything back. Null: there is nothing to complete.
    /// </summary>
    public Func<IReadOnlyList<IReadOnlyList<ConditionMatch>>, IReadOnlyDictionary<ResourceKey, ResourceDocument>>? Complete { get; init; }
}
