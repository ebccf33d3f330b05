using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Filters over a code system that is known whole. https://hl7.org/fhir/R4/valueset-filter-operator.html</summary>
internal static class ConceptFilter
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    /// <returns>The codes that pass all filters; null when a filter's operator has no meaning here.</returns>
    public static IReadOnlyList<string>? Apply(CodeSystemDefinition system, IReadOnlyList<ValueSetFilter> filters)
    {
        var passes = new List<Func<int, bool>>();
        foreach (var filter in filters)
        {
            if (Predicate(system, filter) is not { } predicate) return null;
            passes.Add(predicate);
        }

        return [.. Enumerable.Range(0, system.Concepts.Count).Where(index => passes.All(pass => pass(index))).Select(index => system.Concepts[index].Code)];
    }

    private static Func<int, bool>? Predicate(CodeSystemDefinition system, ValueSetFilter filter)
    {
        var isHierarchy = filter.Property is "concept" or "code" or "parent" or "is-a";
        switch (filter.Operator)
        {
            case "is-a" when isHierarchy: return index => IsUnder(system, index, filter.Value, true);
            case "descendent-of" when isHierarchy: return index => IsUnder(system, index, filter.Value, false);
            case "is-not-a" when isHierarchy: return index => !IsUnder(system, index, filter.Value, true);
            case "generalizes" when isHierarchy:
                var special = IndexOf(system, filter.Value);
                return index => special >= 0 && IsUnder(system, special, system.Concepts[index].Code, true);
            case "=": return index => Values(system, index, filter.Property).Contains(filter.Value);
            case "in":
                var listed = filter.Value.Split(',', StringSplitOptions.TrimEntries);
                return index => Values(system, index, filter.Property).Any(listed.Contains);
            case "not-in":
                var refused = filter.Value.Split(',', StringSplitOptions.TrimEntries);
                return index => !Values(system, index, filter.Property).Any(refused.Contains);
            case "exists": return index => Values(system, index, filter.Property).Any() == (filter.Value == "true");
            case "regex": return Pattern(filter.Value) is { } pattern ? index => Values(system, index, filter.Property).Any(pattern.IsMatch) : null;
            default: return null;
        }
    }

    /// <summary>What a concept has for a property: code, display, definition, parents, or a property of the system.</summary>
    private static IEnumerable<string> Values(CodeSystemDefinition system, int index, string property)
    {
        var concept = system.Concepts[index];
        return property switch
        {
            "code" or "concept" => [concept.Code],
            "display" => concept.Display is { } display ? [display] : [],
            "definition" => concept.Definition is { } definition ? [definition] : [],
            "parent" => concept.Parents.Select(parent => system.Concepts[parent].Code),
            _ => concept.Properties.Where(each => each.Code == property).Select(each => each.Value),
        };
    }

    private static bool IsUnder(CodeSystemDefinition system, int index, string ancestor, bool orSame)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>();
        open.Push(index);
        while (open.TryPop(out var at))
        {
            if (!seen.Add(at)) continue;
            if (system.Concepts[at].Code == ancestor && (orSame || at != index)) return true;
            foreach (var parent in system.Concepts[at].Parents) open.Push(parent);
        }

        return false;
    }

    private static int IndexOf(CodeSystemDefinition system, string code)
    {
        for (var index = 0; index < system.Concepts.Count; index++)
            if (system.Concepts[index].Code == code) return index;
        return -1;
    }

    private static Regex? Pattern(string text)
    {
        try
        {
            return new Regex($"^(?:{text})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternTime);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
