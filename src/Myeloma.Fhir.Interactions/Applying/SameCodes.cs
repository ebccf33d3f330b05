using System.Runtime.CompilerServices;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>Codes that mean the same, by the stored concept maps: what is equal or equivalent, in both directions, one step far.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html. Retired maps do not count; of a map with several versions the one that is meant without a version does.</remarks>
internal static class SameCodes
{
    private static readonly ConditionalWeakTable<ResourceDocument, Dictionary<(string System, string Code), List<(string System, string Code)>>> Read = [];

    /// <summary>The maps that count, as long as no definition changes.</summary>
    private static readonly ConditionalWeakTable<CurrentDefinitions, Known> Maps = [];

    /// <returns>By system and code; empty for a code that no map knows.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public static async Task<Func<string, string, IReadOnlyList<(string System, string Code)>>> FollowAsync(
        CurrentDefinitions definitions, Func<string, IReadOnlyList<ResourceDocument>> versions, CancellationToken cancellationToken)
    {
        var changes = definitions.Changes;
        if (!Maps.TryGetValue(definitions, out var known) || known.Changes != changes)
        {
            var urls = await definitions.UrlsAsync("ConceptMap", cancellationToken);
            known = new Known(changes, [.. urls.Order(StringComparer.Ordinal)
                .Select(url => versions(url).FirstOrDefault(document => document.ResourceType == "ConceptMap" && document.Root.TextOf("status") != "retired")).OfType<ResourceDocument>()]);
            Maps.AddOrUpdate(definitions, known);
        }

        var maps = known.Documents;
        return (system, code) => [.. maps.SelectMany(map => Read.GetValue(map, Index).TryGetValue((system, code), out var same) ? same : []).Distinct()];
    }

    private static Dictionary<(string, string), List<(string, string)>> Index(ResourceDocument map)
    {
        var index = new Dictionary<(string, string), List<(string, string)>>();
        foreach (var group in map.Root.Children("group"))
        {
            if (group.TextOf("source") is not { } source || group.TextOf("target") is not { } target) continue;
            foreach (var element in group.Children("element"))
            {
                if (element.TextOf("code") is not { } code) continue;
                foreach (var to in element.Children("target"))
                    if (to.TextOf("code") is { } same && to.TextOf("equivalence") is ("equivalent" or "equal")) Add(index, (source, code), (target, same));
            }
        }

        return index;
    }

    private static void Add(Dictionary<(string, string), List<(string, string)>> index, (string, string) one, (string, string) other)
    {
        Of(index, one).Add(other);
        Of(index, other).Add(one);
    }

    private static List<(string, string)> Of(Dictionary<(string, string), List<(string, string)>> index, (string, string) code) =>
        index.TryGetValue(code, out var same) ? same : index[code] = [];

    /// <param name="Changes">As <see cref="CurrentDefinitions.Changes"/> was before they were looked up.</param>
    private sealed record Known(long Changes, IReadOnlyList<ResourceDocument> Documents);
}
