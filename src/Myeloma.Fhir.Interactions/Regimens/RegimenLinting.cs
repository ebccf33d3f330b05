using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Linting;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Requests;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>Holds plans against the rules of regimens, beside the plans of this server.</summary>
public sealed class RegimenLinting(ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ApplySettings settings)
{
    private const string AbbreviationSystem = "http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation";
    private const int MaxOthers = 200;
    private const int MaxAbbreviations = 20;

    /// <param name="plan">A PlanDefinition; not checked against the schema.</param>
    /// <returns>Warnings and information; empty when no rule objects.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past the limits of actions.</exception>
    public async Task<IReadOnlyList<Issue>> OfAsync(ResourceDocument plan, CancellationToken cancellationToken)
    {
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var others = await OthersAsync(plan.Root, cancellationToken);
        return RegimenLint.Of(plan.Root, new ApplySources { Definitions = versions }, others, settings.Limits, cancellationToken);
    }

    /// <summary>Plans with one of its abbreviations, and those with its first drug.</summary>
    private async Task<List<Element>> OthersAsync(Element plan, CancellationToken cancellationToken)
    {
        var criteria = new List<KeyValuePair<string, string>>();
        foreach (var identifier in plan.Children("identifier"))
            if (identifier.TextOf("system") == AbbreviationSystem && identifier.TextOf("value") is { Length: > 0 and < 100 } value) criteria.Add(new("identifier", $"{AbbreviationSystem}|{Escaped(value)}"));
        if (criteria.Count == 0) return [];
        if (FirstDrug(plan, 0) is { } drug) criteria.Insert(0, new("drug", drug));
        var found = new Dictionary<ResourceKey, Element>();
        foreach (var criterion in criteria.Distinct().Take(MaxAbbreviations))
        {
            var search = SearchRequest.Bind("PlanDefinition", [criterion, new("_count", $"{MaxOthers}"), new("_total", "none")], searchParameters.Registry, options with { MaxCount = MaxOthers });
            foreach (var match in (await store.SearchAsync(search, cancellationToken)).Matches) found.TryAdd(match.Key, ResourceDocument.Parse(match.Body).Root);
        }

        return [.. found.OrderBy(each => each.Key.Id, StringComparer.Ordinal).Select(each => each.Value)];
    }

    private static string? FirstDrug(Element holder, int depth)
    {
        foreach (var action in holder.Children("action"))
        {
            if (action.Child("action") is not null && depth < 20)
            {
                if (FirstDrug(action, depth + 1) is { } inside) return inside;
                continue;
            }

            foreach (var concept in action.Children("code"))
            foreach (var coding in concept.Children("coding"))
                if (coding.TextOf("system") is { } system && coding.TextOf("code") is { } code) return $"{Escaped(system)}|{Escaped(code)}";
        }

        return null;
    }

    /// <summary>https://hl7.org/fhir/R4/search.html#escaping</summary>
    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);
}
