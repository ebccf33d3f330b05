using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Members;

/// <summary>Lists the members of value sets and the branches of code systems, inactive and abstract concepts with the others.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset.html#compositions. Nothing is left out and nothing cut off: what can't be listed as a whole is a fault.</remarks>
public sealed class MemberListing(TerminologyCatalog catalog, TerminologyLimits limits)
{
    /// <summary>The members of a value set by its canonical.</summary>
    /// <param name="version">Null: the latest that is not retired.</param>
    /// <returns>Null when the set is not here, or not in such a version.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: a code system, or a set that is imported, is not here; others when filters can't be applied or imports go round.</exception>
    public CodeMembers? OfValueSet(string url, string? version) => catalog.FindValueSet(url, version) is { } valueSet ? Of(valueSet) : null;

    /// <summary>The members of the one value set that the catalog's request brings along.</summary>
    /// <inheritdoc cref="OfValueSet(string, string?)" path="/exception"/>
    public CodeMembers OfValueSet(Model.Elements.Element resource) => Of(ValueSetReading.Read(resource));

    /// <summary>A concept and all that it subsumes.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: the code system is not here, or has no such code.</exception>
    public CodeMembers Below(string system, string code) => Branch(system, code, (hierarchy, ordinal) => hierarchy.SelfAndDescendants(ordinal));

    /// <summary>A concept and all that subsume it.</summary>
    /// <inheritdoc cref="Below" path="/exception"/>
    public CodeMembers Above(string system, string code) => Branch(system, code, (hierarchy, ordinal) => hierarchy.SelfAndAncestors(ordinal));

    private CodeMembers Of(ValueSetSource valueSet)
    {
        var evaluation = new ValueSetEvaluation(catalog, limits);
        var (parts, systems) = (new List<SystemContent>(), new List<string>());
        evaluation.Name(valueSet);
        Collect(valueSet, evaluation, parts, systems);
        if (parts.Find(part => part.IsOpen) is { } open) throw TerminologyIssues.NotClosed(valueSet.Canonical, open.System);
        return new CodeMembers([.. systems.Distinct()], parts.SelectMany(part => Codes(part.System, part.Set)), parts.Sum(part => (long)part.Set.Count));
    }

    private CodeMembers Branch(string system, string code, Func<ConceptHierarchy, int, ConceptSet> select)
    {
        var found = catalog.Naming(NamedCodes.Of([code])).FindCodeSystem(system, null) ?? throw new FhirException(TerminologyIssues.UnknownCodeSystem(system, null, [], null));
        if (found.Find(code) is not (>= 0 and var ordinal))
            throw new FhirException(TerminologyIssues.UnknownCode(code, system, found.Version, null) with { Type = IssueType.NotFound });
        var set = select(found.Hierarchy, ordinal);
        return new CodeMembers([], Codes(found, set), set.Count);
    }

    /// <summary>Unions are taken apart, as far as nothing is taken away from them again, so that a system that can't be listed may be one of their parts.</summary>
    private void Collect(ValueSetSource valueSet, ValueSetEvaluation evaluation, List<SystemContent> parts, List<string> systems)
    {
        if (valueSet.Exclude.Count > 0 || valueSet.Inactive == false)
        {
            parts.AddRange(evaluation.Evaluate(valueSet).Parts);
            return;
        }

        evaluation.Enter(valueSet);
        var rest = new List<ComposeClause>();
        foreach (var clause in valueSet.Include)
        {
            if (IsUnlistable(clause)) systems.Add(clause.System!);
            else if (clause is { System: null, ValueSets: [var only] }) Collect(evaluation.Import(only, valueSet), evaluation, parts, systems);
            else rest.Add(clause);
        }

        evaluation.Leave();
        if (rest.Count > 0) parts.AddRange(evaluation.Evaluate(valueSet with { Include = rest }).Parts);
    }

    /// <summary>Whether a clause takes all codes of a system of which only some are known here, or none.</summary>
    private bool IsUnlistable(ComposeClause clause) =>
        clause is { System: not null, Concepts.Count: 0, Filters.Count: 0, ValueSets.Count: 0 } && catalog.FindCodeSystem(clause.System, clause.Version) is null or { IsComplete: false } or { Source.Grammar: not null };

    private static IEnumerable<(string System, string Code)> Codes(CompiledCodeSystem system, ConceptSet set) => set.From(0).Select(ordinal => (system.Url, system.Code(ordinal)));
}
