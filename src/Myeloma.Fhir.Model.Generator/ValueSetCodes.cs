using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>The members of value sets that the definitions enumerate whole.</summary>
/// <remarks>
/// Whole code systems, lists of concepts, imported value sets, exclusions, and the filters is-a, descendent-of and = are followed;
/// anything else makes a value set one that can't be enumerated here. https://hl7.org/fhir/R4/valueset.html#compositions
/// </remarks>
internal sealed class ValueSetCodes(IEnumerable<JsonElement> codeSystems, IEnumerable<JsonElement> valueSets)
{
    private readonly Dictionary<string, JsonElement> systems = codeSystems.ToDictionary(system => system.String("url")!);
    private readonly Dictionary<string, JsonElement> sets = valueSets.ToDictionary(set => set.String("url")!);

    /// <param name="canonical">With or without a version.</param>
    /// <returns>System and code of each member, in the order of the definition; null when it can't be enumerated.</returns>
    public IReadOnlyList<(string System, string Code)>? Members(string canonical)
    {
        if (!sets.TryGetValue(canonical.Split('|')[0], out var set) || !set.TryGetProperty("compose", out var compose)) return null;

        var members = new List<(string, string)>();
        foreach (var include in compose.Items("include"))
        {
            if (Select(include) is not { } selected) return null;
            members.AddRange(selected);
        }

        foreach (var exclude in compose.Items("exclude"))
        {
            if (Select(exclude) is not { } selected) return null;
            members.RemoveAll(new HashSet<(string, string)>(selected).Contains);
        }

        return [.. members.Distinct()];
    }

    private List<(string System, string Code)>? Select(JsonElement include)
    {
        List<(string, string)>? members = null;
        foreach (var imported in include.Strings("valueSet"))
        {
            if (Members(imported) is not { } other) return null;
            members = members is null ? [.. other] : [.. members.Intersect(other)];
        }

        if (include.String("system") is not { } system) return members;
        if (FromSystem(include, system) is not { } own) return null;
        return members is null ? own : [.. own.Intersect(members)];
    }

    private List<(string System, string Code)>? FromSystem(JsonElement include, string system)
    {
        if (include.TryGetProperty("concept", out var listed))
            return [.. listed.EnumerateArray().Select(concept => (system, concept.String("code")!))];
        if (!systems.TryGetValue(system, out var definition) || definition.String("content") != "complete") return null;

        IEnumerable<Concept> selected = Concept.All(definition);
        foreach (var filter in include.Items("filter"))
        {
            var (property, value) = (filter.String("property")!, filter.String("value")!);
            switch (filter.String("op"))
            {
                case "is-a" when property == "concept":
                    selected = selected.Where(concept => concept.Code == value || concept.Ancestors.Contains(value));
                    break;
                case "descendent-of" when property == "concept":
                    selected = selected.Where(concept => concept.Ancestors.Contains(value));
                    break;
                case "=":
                    selected = selected.Where(concept => concept.Properties.Any(entry => entry.Code == property && entry.Value == value));
                    break;
                default:
                    return null;
            }
        }

        return [.. selected.Select(concept => (system, concept.Code))];
    }
}
