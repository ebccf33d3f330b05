using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>CodeSystem and ValueSet resources in the shape the R4 definitions have.</summary>
internal static class TerminologyReading
{
    public static CodeSystemDefinition CodeSystem(Element resource)
    {
        var concepts = new List<ConceptDefinition>();
        Concepts(resource, -1, concepts);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < concepts.Count; index++) places.TryAdd(concepts[index].Code, index);
        for (var index = 0; index < concepts.Count; index++)
        {
            var stated = concepts[index].Properties
                .Where(property => property.Code is "parent" or "subsumedBy" && places.ContainsKey(property.Value)).Select(property => places[property.Value]);
            concepts[index] = concepts[index] with { Parents = [.. concepts[index].Parents.Union(stated)] };
        }

        return new CodeSystemDefinition(
            resource.TextOf("url") ?? "", resource.TextOf("version"), resource.TextOf("name") ?? "", resource.TextOf("title"), resource.TextOf("status") ?? "",
            resource.TextOf("caseSensitive") == "true", resource.TextOf("content") ?? "", resource.TextOf("hierarchyMeaning"), resource.TextOf("valueSet"),
            resource.TextOf("supplements"),
            [.. resource.Children("property").ToList().Select(each => new CodeSystemProperty(each.TextOf("code") ?? "", each.TextOf("uri"), each.TextOf("type") ?? ""))], [], concepts);
    }

    private static void Concepts(Element parent, int parentIndex, List<ConceptDefinition> concepts)
    {
        foreach (var concept in parent.Children("concept"))
        {
            if (concept.TextOf("code") is not { } code) continue;
            var properties = new List<ConceptProperty>();
            foreach (var property in concept.Children("property"))
            {
                if (property.Child("value") is { } value)
                    properties.Add(new ConceptProperty(property.TextOf("code") ?? "", value.Type.Name, value.Text ?? $"{value.TextOf("system")}|{value.TextOf("code")}"));
            }

            concepts.Add(new ConceptDefinition(code, concept.TextOf("display"), concept.TextOf("definition"), parentIndex < 0 ? [] : [parentIndex], properties, Designations(concept)));
            Concepts(concept, concepts.Count - 1, concepts);
        }
    }

    private static ConceptDesignation[] Designations(Element concept) =>
        [.. concept.Children("designation").ToList().Select(each => new ConceptDesignation(each.TextOf("language"), each.TextOf("value") ?? ""))];

    /// <summary>From the compose; a set that has an expansion only is taken as the list of its codes.</summary>
    public static ValueSetDefinition ValueSet(Element resource)
    {
        var compose = resource.Child("compose");
        List<ValueSetClause> include = [.. Clauses(compose, "include")];
        if (compose is null && resource.Child("expansion") is { } expansion) include.AddRange(Expanded(expansion));
        return new ValueSetDefinition(
            resource.TextOf("url") ?? "", resource.TextOf("version"), resource.TextOf("name") ?? "", resource.TextOf("title"), resource.TextOf("status") ?? "",
            false, null, null, include, [.. Clauses(compose, "exclude")]);
    }

    private static List<ValueSetClause> Clauses(Element? compose, string name)
    {
        var clauses = new List<ValueSetClause>();
        if (compose is null) return clauses;
        foreach (var clause in compose.Value.Children(name))
        {
            clauses.Add(new ValueSetClause(
                clause.TextOf("system"),
                clause.TextOf("version"),
                [.. clause.Children("concept").ToList().Select(concept => (concept.TextOf("code") ?? "", concept.TextOf("display")))],
                [.. clause.Children("filter").ToList().Select(filter => new ValueSetFilter(filter.TextOf("property") ?? "", filter.TextOf("op") ?? "", filter.TextOf("value") ?? ""))],
                [.. clause.Children("valueSet").ToList().Select(canonical => canonical.Text ?? "")]));
        }

        return clauses;
    }

    private static IEnumerable<ValueSetClause> Expanded(Element expansion)
    {
        var codes = new List<(string System, string Code, string? Display)>();
        var open = new Stack<Element>();
        open.Push(expansion);
        while (open.TryPop(out var level))
        {
            foreach (var contains in level.Children("contains"))
            {
                if (contains.TextOf("code") is { } code && contains.TextOf("abstract") != "true") codes.Add((contains.TextOf("system") ?? "", code, contains.TextOf("display")));
                open.Push(contains);
            }
        }

        return codes.GroupBy(each => each.System)
            .Select(group => new ValueSetClause(group.Key, null, [.. group.Select(each => (each.Code, each.Display))], [], []));
    }
}
