using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Grammars;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Who is above whom among the concepts of a closure table. https://hl7.org/fhir/R4/terminology-service.html#closure</summary>
public static class ClosureRelations
{
    /// <summary>Whether there is such a code.</summary>
    /// <param name="expression">FHIRPath of the coding, for the fault.</param>
    /// <returns>The code as the system writes it; or what is wrong with it.</returns>
    public static (string? Code, Issue? Fault) Find(TerminologyCatalog catalog, string system, string? version, string code, string expression)
    {
        if (catalog.Naming(NamedCodes.Of([code])).FindCodeSystem(system, version) is not { } found)
            return (null, TerminologyIssues.UnknownCodeSystem(system, version, catalog.VersionsOf(system), $"{expression}.system"));
        return found.Find(code) is >= 0 and var ordinal ? (found.Code(ordinal), null) : (null, TerminologyIssues.UnknownCode(code, system, found.Version, $"{expression}.code"));
    }

    /// <summary>Every pair of a concept and one above it of which at least one is new, at whatever distance; by the usual version of the system.</summary>
    /// <returns>In the order of the system, each pair once; codes that the version does not have are in none.</returns>
    public static IReadOnlyList<(string Code, string Ancestor)> Between(TerminologyCatalog catalog, string system, IReadOnlyCollection<string> known, IReadOnlyCollection<string> added)
    {
        if (catalog.FindCodeSystem(system, null) is not { } found || !found.Hierarchy.HasHierarchy) return [];
        var (before, fresh) = (Ordinals(found, known), Ordinals(found, added));
        before = before.Except(fresh);
        var all = before.Union(fresh);
        var pairs = new List<(int Ordinal, int Ancestor)>();
        foreach (var ordinal in fresh.From(0))
        {
            pairs.AddRange(found.Hierarchy.SelfAndAncestors(ordinal).Intersect(all).From(0).Where(each => each != ordinal).Select(ancestor => (ordinal, ancestor)));
            pairs.AddRange(found.Hierarchy.SelfAndDescendants(ordinal).Intersect(before).From(0).Select(descendant => (descendant, ordinal)));
        }

        return [.. pairs.Order().Select(pair => (found.Code(pair.Ordinal), found.Code(pair.Ancestor)))];
    }

    private static ConceptSet Ordinals(CompiledCodeSystem system, IEnumerable<string> codes) => ConceptSet.Of(codes.Select(system.Find).Where(ordinal => ordinal >= 0));
}
