using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ExpressionConstraints;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>Value sets that nobody states: all codes of a system, by the canonical the system gives, or the query <c>fhir_vs</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.valueSet, https://hl7.org/fhir/R4/snomedct.html#implicit</remarks>
internal static class ImplicitValueSets
{
    private const string Query = "?fhir_vs";
    private const string Below = "=isa/";
    private const string Constraint = "=ecl/";
    private const string ReferenceSet = "=refset";
    private const string Clause = "ValueSet.compose.include[0]";

    public static ValueSetSource? Find(string url, string? version, TerminologyCatalog catalog)
    {
        var query = url.IndexOf(Query, StringComparison.Ordinal);
        if (query > 0) return OfQuery(url, url[..query], url[(query + Query.Length)..], version, catalog);
        var named = catalog.BroughtCodeSystems.FirstOrDefault(system => system.Source.ValueSet == url && (version is null || version == system.Version));
        return named is null ? null : Of(url, named.Url, null, named.Version);
    }

    /// <summary>Takes url and version apart. What stands in an expression constraint is no version.</summary>
    public static (string Url, string? Version) Split(string canonical)
    {
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        return bar < 0 || canonical.IndexOf(Query + Constraint, StringComparison.Ordinal) is > 0 and var at && at < bar ? (canonical, null) : (canonical[..bar], canonical[(bar + 1)..]);
    }

    private static ValueSetSource? OfQuery(string url, string named, string rest, string? version, TerminologyCatalog catalog)
    {
        // An edition of SNOMED CT, with its version or without, is a version of the one system.
        var isEdition = named.StartsWith(SnomedCt.Url + "/", StringComparison.Ordinal);
        var system = isEdition ? SnomedCt.Url : named;
        if (isEdition) version = named;
        if (catalog.FindCodeSystem(system, version) is not { } found) return null;
        if (rest.Length == 0) return Of(url, system, version, found.Version);
        if (rest.StartsWith(Below, StringComparison.Ordinal)) return Of(url, system, version, found.Version, "concept", "is-a", rest[Below.Length..]);
        if (system != SnomedCt.Url) return null;
        if (rest.StartsWith(Constraint, StringComparison.Ordinal)) return Of(url, system, version, found.Version, "constraint", "=", Uri.UnescapeDataString(rest[Constraint.Length..]));

        // The value set of the reference sets themselves, and that of the members of one.
        if (rest == ReferenceSet) return Of(url, system, version, found.Version, "constraint", "=", "^R *");
        return rest.StartsWith(ReferenceSet + "/", StringComparison.Ordinal) ? Of(url, system, version, found.Version, "constraint", "=", $"^{rest[(ReferenceSet.Length + 1)..]}") : null;
    }

    private static ValueSetSource Of(string url, string system, string? clauseVersion, string? version, string? property = null, string op = "", string value = "") =>
        new(url, version, [new ComposeClause(system, clauseVersion, [], property is null ? [] : [new ComposeFilter(property, op, value, $"{Clause}.filter[0]")], [], Clause)], []) { Status = "active" };
}
