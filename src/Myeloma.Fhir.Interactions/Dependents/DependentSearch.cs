using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary>Finds by index which stored definitions may rest on something; what does is told by their places.</summary>
/// <param name="max">Most resources found for one thing.</param>
internal sealed class DependentSearch(ResourceStore store, SearchParameterRegistry registry, SearchOptions options, int max)
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <summary>Types that are knowledge; what patients have is none.</summary>
    private static readonly string[] Types =
    [
        "ActivityDefinition", "CodeSystem", "ConceptMap", "EventDefinition", "EvidenceVariable", "Library", "Measure", "Medication", "MedicationKnowledge", "MessageDefinition", "PlanDefinition", "Questionnaire",
        "SearchParameter", "StructureDefinition", "ValueSet",
    ];

    /// <returns>Each once, by type and id.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: more than may be found.</exception>
    public async Task<IReadOnlyCollection<ResourceDocument>> FindAsync(DependentTarget target, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, ResourceDocument>(StringComparer.Ordinal);
        foreach (var (type, parameter, value) in Questions(target))
        {
            var search = SearchRequest.Bind(type, [new(parameter, value), new("_count", FormattableString.Invariant($"{max + 1}")), new("_total", "none")], registry, options with { Strict = true, MaxCount = max + 1 });
            foreach (var match in (await store.SearchAsync(search, cancellationToken)).Matches)
                if (match.Key != target.Key && !found.ContainsKey(match.Key.ToString())) found.Add(match.Key.ToString(), ResourceDocument.Parse(match.Body, limits: Unlimited));
            if (found.Count > max)
                throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"More than {max:N0} resources may rest on {target.Name}, the limit of this server (setting Fhir:Artifacts:MaxResources).")));
        }

        return found.Values;
    }

    private IEnumerable<(string Type, string Parameter, string Value)> Questions(DependentTarget target)
    {
        foreach (var type in Types)
        {
            if (target.Url is { } url)
            {
                if (Has(type, "uses")) yield return (type, "uses", Escaped(url));
                if (Has(type, "expression")) yield return (type, "expression:contains", Escaped(url));
                if (target.IsCodeSystem && Has(type, "uses-code")) yield return (type, "uses-code", Escaped(url) + "|");
            }

            if (target.Key is { } key)
                foreach (var parameter in registry.All(type).Where(each => each.Type == SearchParameterType.Reference && each.IsIndexed && each.HasRows && each.Targets.Contains(key.Type)))
                    if (!parameter.HasCanonicals) yield return (type, parameter.Code, key.ToString());
            foreach (var (system, code) in target.Codes)
            {
                if (Has(type, "uses-code")) yield return (type, "uses-code", $"{Escaped(system)}|{Escaped(code)}");
                if (Has(type, "expression")) yield return (type, "expression:contains", Escaped($"'{code}'"));
            }
        }

        if (target is { IsCodeSystem: true, Url: { } own })
        {
            yield return ("ValueSet", "reference", Escaped(own));
            yield return ("ConceptMap", "source-system", Escaped(own));
            yield return ("ConceptMap", "target-system", Escaped(own));
        }

        foreach (var system in target.Codes.Select(code => code.System).Distinct()) yield return ("ValueSet", "reference", Escaped(system));
        foreach (var code in target.Codes.Select(code => code.Code).Distinct())
        {
            yield return ("ConceptMap", "source-code", Escaped(code));
            yield return ("ConceptMap", "target-code", Escaped(code));
        }
    }

    private bool Has(string type, string parameter) => registry.Find(type, parameter) is { IsIndexed: true };

    /// <summary>A value of a search as it stands. https://hl7.org/fhir/R4/search.html#escaping</summary>
    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
