using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Capabilities;

/// <summary>What can be asked of one version of a code system. https://hl7.org/fhir/R4/terminologycapabilities-definitions.html#TerminologyCapabilities.codeSystem</summary>
/// <param name="Version">Null when the system has none.</param>
/// <param name="Languages">Tags of the languages in which there are displays, as far as they are stated; in ordinal order.</param>
/// <param name="Properties">Codes of the properties that <c>$lookup</c> tells; in the order of the system.</param>
/// <param name="HasHierarchy">Whether one concept may be above another.</param>
/// <param name="Status">Its publication-status; null when it has none.</param>
public sealed record CodeSystemCapability(
    string Url, string? Version, IReadOnlyList<string> Languages, IReadOnlyList<string> Properties, bool HasHierarchy, string? Status)
{
    /// <summary>Whether codes are made by a grammar.</summary>
    public bool IsCompositional { get; init; }

    /// <summary>The filters that value sets may use: property and operators.</summary>
    public IEnumerable<(string Property, IReadOnlyList<string> Operators)> Filters => ConceptFilters.Offered(Url, HasHierarchy, Properties);

    internal static CodeSystemCapability Of(CompiledCodeSystem system)
    {
        var languages = new SortedSet<string>(system.Languages, StringComparer.Ordinal);
        if (system.Source.Language is { } own) languages.Add(own);
        return new(
            system.Url, system.Version, [.. languages], [.. system.Source.Properties.Select(each => each.Code)], system.Hierarchy.HasHierarchy, system.Source.Status)
        {
            IsCompositional = system.Source.Grammar is { IsComplete: true },
        };
    }

    internal static CodeSystemCapability Of(CodeSystemDefinition definition) => new(
        definition.Url,
        definition.Version,
        [.. definition.Concepts.SelectMany(concept => concept.Designations).Select(each => each.Language).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
        [.. definition.Properties.Select(each => each.Code)],
        definition.Concepts.Any(concept => concept.Parents.Count > 0),
        definition.Status);
}
