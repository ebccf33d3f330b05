using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary>What an include takes of a code system by its list or its filters.</summary>
internal sealed class PlainClause(ComposeClause clause, CompiledCodeSystem system)
{
    private readonly ConceptSet set = clause.Select(system);
    private readonly ConceptSet noted = ConceptSet.Of(
        clause.Concepts.Where(concept => concept.Display is not null || concept.Designations.Count > 0 || concept.IsDeprecated).Select(concept => system.Find(concept.Code)).Where(ordinal => ordinal >= 0));

    public bool Contains(int ordinal) => set.Contains(ordinal);

    /// <summary>Whether the value set says something of the concept itself.</summary>
    public bool HasNote(int ordinal) => noted.Contains(ordinal);

    /// <summary>The includes of a value set that takes each system as it is: nothing is imported, nothing excluded.</summary>
    /// <param name="system">The system that is asked about, as it is known.</param>
    /// <returns>Null for a set that is judged otherwise.</returns>
    public static IReadOnlyList<PlainClause>? Of(ValueSetSource valueSet, CompiledCodeSystem system, Func<ComposeClause, CompiledCodeSystem?> meant)
    {
        if (valueSet.Exclude.Count > 0 || valueSet.Include.Any(clause => clause.System is null || clause.ValueSets.Count > 0)) return null;
        List<ComposeClause> about = [.. valueSet.Include.Where(clause => clause.System == system.Url)];
        return about.Count > 0 && about.All(clause => meant(clause) == system) ? [.. about.Select(clause => new PlainClause(clause, system))] : null;
    }
}
