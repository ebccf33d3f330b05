using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Statements;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// Which elements of a resource a place of a document stands behind, and which rule read it: an extension on the place in the Provenance, one an element
/// and rule. It is not in the resource, whose content does not depend on how it was read.
/// </summary>
internal static class SourceStatement
{
    /// <summary>The place with everything that rests on it; a place that no element names stands behind the resource as a whole, which is its type.</summary>
    public static JsonObject On(Citation place, Draft target, IReadOnlyList<Statement> statements)
    {
        var reference = DerivationReference.Of(place);
        var parts = (JsonArray)reference["extension"]!;
        var heading = place.In.HeadingOf(place.Span);
        var rests = statements.SelectMany(statement => statement.Citations.Where(citation => IsSame(citation, place))
            .Select(citation => (statement.Element, Rule: RuleOf(citation), Id: target.StatementIds.GetValueOrDefault(statement.Holder)))).Distinct().ToList();
        if (rests.Count == 0) rests.Add((target.Type, RuleOf(place), null));
        foreach (var (element, rule, id) in rests)
            parts.Add(Extensions.Complex("source-statement", [],
                Extensions.Part("element", "valueString", element),
                Extensions.Part("statement", "valueId", id),
                Extensions.Part("rule", "valueCode", rule),
                Extensions.Part("section", "valueString", heading)));
        return reference;
    }

    private static bool IsSame(Citation one, Citation other) => ReferenceEquals(one.In, other.In) && one.Span == other.Span;

    private static string? RuleOf(Citation citation) => citation.In.Rules.GetValueOrDefault(citation.Fact);
}
