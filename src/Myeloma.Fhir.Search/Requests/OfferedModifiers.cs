using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>Which modifiers of the specification a search parameter has here. https://hl7.org/fhir/R4/search.html#modifiers</summary>
/// <remarks>Found by asking the binding itself, so that what is told is what happens.</remarks>
public static class OfferedModifiers
{
    /// <summary>The modifiers of R4 but <c>:[type]</c>, each with a value that suits it on every type of parameter.</summary>
    private static readonly (string Modifier, string Value)[] Known =
    [
        ("missing", "true"),
        ("exact", "a"),
        ("contains", "a"),
        ("text", "a"),
        ("not", "a"),
        ("above", "http://example.org/a|b"),
        ("below", "http://example.org/a|b"),
        ("in", "http://example.org/a"),
        ("not-in", "http://example.org/a"),
        ("of-type", "http://example.org/a|b|c"),
        ("identifier", "http://example.org/a|b"),
    ];

    /// <returns>
    /// Names without colon, in the order of the specification; <c>[type]</c> last, for a reference that may lead to more than one type. None for a parameter that can't be searched by.
    /// </returns>
    public static IReadOnlyList<string> Of(SearchParameter parameter, SearchParameterRegistry registry)
    {
        if (!parameter.IsIndexed) return [];
        var binding = new CriterionBinding(registry, SearchOptions.Default);
        var offered = Known.Where(each => IsTaken(parameter, each.Modifier, each.Value, binding)).Select(each => each.Modifier);
        return parameter.Targets.Count > 1 && IsTaken(parameter, parameter.Targets[0], "a", binding) ? [.. offered, "[type]"] : [.. offered];
    }

    /// <summary>A value may be refused all the same; a modifier that is not there is refused as not supported.</summary>
    private static bool IsTaken(SearchParameter parameter, string modifier, string value, CriterionBinding binding)
    {
        var issues = new BindingIssues(strict: true);
        var name = $"{parameter.Code}:{modifier}";
        binding.Bind(parameter.ResourceType, name, name, value, 0, issues);
        return issues.All(issue => issue.Type != IssueType.NotSupported);
    }
}
