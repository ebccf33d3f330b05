using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Compares value sets by what they say, system by system: whole systems, lists, equal filters, and branches of a hierarchy.</summary>
internal sealed class DefinitionComparison(TerminologyRequest request, VersionPolicy policy)
{
    /// <returns>Null when the definitions do not tell.</returns>
    public SetComparison? Compare(ValueSetSource mine, ValueSetSource other)
    {
        if (!IsPlain(mine) || !IsPlain(other)) return null;
        var comparison = new SetComparison(IsExpanded: false);
        foreach (var system in mine.Include.Concat(other.Include).Select(clause => clause.System!).Distinct())
        {
            if (!Compare(system, [.. mine.Include.Where(clause => clause.System == system)], [.. other.Include.Where(clause => clause.System == system)], comparison)) return null;
        }

        return comparison;
    }

    /// <summary>Includes of systems alone: nothing is imported, excluded, or narrowed otherwise.</summary>
    private static bool IsPlain(ValueSetSource valueSet) =>
        valueSet.Exclude.Count == 0 && valueSet.Inactive != false && valueSet.Include.All(clause => clause.System is not null && clause.ValueSets.Count == 0 && (clause.Concepts.Count == 0 || clause.Filters.Count == 0));

    /// <returns>Whether the clauses of one system tell how they stand to each other.</returns>
    private bool Compare(string system, List<ComposeClause> mine, List<ComposeClause> other, SetComparison comparison)
    {
        if (!IsKnown(system, [.. mine, .. other])) return false;
        var (mineLists, otherLists) = (AreLists(mine), AreLists(other));
        if (mine.Count == 0 || other.Count == 0)
        {
            var only = mine.Count > 0 ? mine : other;
            if (mineLists || otherLists) foreach (var code in CodesOf(only)) comparison.Add(code, mine.Count > 0, other.Count > 0);
            else if (only.All(clause => clause.Filters.Count > 0) && !AreBranches(only)) return false;
            else comparison.Add(null, mine.Count > 0, other.Count > 0);
            return true;
        }

        if (mineLists && otherLists)
        {
            if (policy == VersionPolicy.Always && !AreOfOneVersion([.. mine, .. other])) return false;
            var (left, right) = (CodesOf(mine), CodesOf(other));
            foreach (var code in left.Union(right).Order(StringComparer.Ordinal)) comparison.Add(code, left.Contains(code), right.Contains(code));
            return true;
        }

        return mine is [var one] && other is [var two] && Compare(one, two, comparison);
    }

    private bool Compare(ComposeClause mine, ComposeClause other, SetComparison comparison)
    {
        if (mine.Concepts.Count > 0 || other.Concepts.Count > 0) return false;
        var isSameVersion = mine.Version == other.Version;
        if (mine.Filters.Count == 0 && other.Filters.Count == 0)
        {
            if (!isSameVersion && policy == VersionPolicy.Always) return false;
            comparison.Add(null, true, true);
            return true;
        }

        if (!isSameVersion || mine.Filters.Count == 0 || other.Filters.Count == 0) return false;
        HashSet<(string, string, string)> Filters(ComposeClause clause) => [.. clause.Filters.Select(filter => (filter.Property, filter.Operator, filter.Value))];
        if (Filters(mine).SetEquals(Filters(other)))
        {
            comparison.Add(null, true, true);
            return true;
        }

        if (!AreBranches([mine]) || !AreBranches([other])) return false;
        var found = request.Evaluation().System(mine);
        var (left, right) = (found.Find(mine.Filters[0].Value), found.Find(other.Filters[0].Value));
        if (left < 0 || right < 0) return false;
        var (isAbove, isBelow) = (found.Hierarchy.Subsumes(left, right), found.Hierarchy.Subsumes(right, left));
        if (!isAbove && !isBelow) return false;
        comparison.Add(null, true, true);
        comparison.Add(null, isAbove, isBelow);
        return true;
    }

    /// <summary>Whether each is a concept with all below it.</summary>
    private static bool AreBranches(List<ComposeClause> clauses) => clauses.TrueForAll(clause => clause.Filters is [{ Operator: "is-a", Property: "concept" or "code" }]);

    private static bool AreLists(List<ComposeClause> clauses) => clauses.Count > 0 && clauses.TrueForAll(clause => clause.Concepts.Count > 0);

    private static bool AreOfOneVersion(List<ComposeClause> clauses) => clauses.Select(clause => clause.Version).Distinct().Count() == 1;

    private static HashSet<string> CodesOf(List<ComposeClause> clauses) => [.. clauses.SelectMany(clause => clause.Concepts).Select(concept => concept.Code)];

    /// <summary>Whether the system is here, closed, tells no versions apart, and has what is listed and named of it. One that is not here may be meant as a whole.</summary>
    private bool IsKnown(string system, List<ComposeClause> clauses)
    {
        foreach (var clause in clauses)
        {
            if (request.Catalog.CodeSystems(system).Count == 0)
            {
                if (clause.Concepts.Count > 0 || clause.Filters.Count > 0) return false;
                continue;
            }

            var found = request.Evaluation().System(clause);
            if (found.Source.Grammar is not null || (found.Source.IsVersionNeeded && policy != VersionPolicy.Never) || found.Count == 0) return false;
            if (!found.IsCaseSensitive && clause.Concepts.Count > 0) return false;
            if (clause.Concepts.Any(concept => found.Find(concept.Code) < 0)) return false;
            if (AreBranches([clause]) && found.Find(clause.Filters[0].Value) < 0) return false;
        }

        return true;
    }
}
