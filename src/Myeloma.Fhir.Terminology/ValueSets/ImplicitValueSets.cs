namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>Value sets that nobody states: all codes of a system, by the canonical the system gives, or the query <c>fhir_vs</c>.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.valueSet, https://hl7.org/fhir/R4/snomedct.html#implicit</remarks>
internal static class ImplicitValueSets
{
    private const string Query = "?fhir_vs";

    public static ValueSetSource? Find(string url, string? version, TerminologyCatalog catalog)
    {
        var query = url.IndexOf(Query, StringComparison.Ordinal);
        if (query > 0) return OfQuery(url, url[..query], url[(query + Query.Length)..], version, catalog);
        var named = catalog.BroughtCodeSystems.FirstOrDefault(system => system.Source.ValueSet == url && (version is null || version == system.Version));
        return named is null ? null : All(url, named.Url, named.Version);
    }

    private static ValueSetSource? OfQuery(string url, string system, string rest, string? version, TerminologyCatalog catalog)
    {
        if (catalog.FindCodeSystem(system, version) is not { } found) return null;
        if (rest.Length == 0) return All(url, system, found.Version);
        const string Below = "=isa/";
        if (!rest.StartsWith(Below, StringComparison.Ordinal)) return null;
        var filter = new ComposeFilter("concept", "is-a", rest[Below.Length..], "ValueSet.compose.include[0].filter[0]");
        return new ValueSetSource(url, found.Version, [new ComposeClause(system, version, [], [filter], [], "ValueSet.compose.include[0]")], []) { Status = "active" };
    }

    private static ValueSetSource All(string url, string system, string? version) =>
        new(url, version, [new ComposeClause(system, null, [], [], [], "ValueSet.compose.include[0]")], []) { Status = "active" };
}
