using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;
using ConceptProperty = Myeloma.Fhir.Terminology.CodeSystems.ConceptProperty;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>Reads what a value set states, from a resource or from the definitions of R4.</summary>
internal static class ValueSetReading
{
    /// <summary>A filter operator that R4 lacks travels in this extension.</summary>
    private const string LaterOperator = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.compose.include.filter.op";

    /// <param name="resource">A ValueSet. One without compose but with an expansion is taken as the list of the codes in it.</param>
    public static ValueSetSource Read(Element resource)
    {
        var compose = resource.Child("compose");
        var include = compose is { } stated ? Clauses(stated, "include") : resource.Child("expansion") is { } expansion ? Expanded(expansion) : [];
        return new ValueSetSource(resource.TextOf("url"), resource.TextOf("version"), include, compose is { } has ? Clauses(has, "exclude") : [])
        {
            Name = resource.TextOf("name"),
            Title = resource.TextOf("title"),
            Status = resource.TextOf("status"),
            Language = resource.TextOf("language"),
            IsExperimental = resource.TextOf("experimental") == "true",
            StandardsStatus = CodeSystemReading.ExtensionText(resource, ConceptExtensions.StandardsStatus),
            Inactive = compose?.TextOf("inactive") is { } inactive ? inactive == "true" : null,
            Supplements = Supplements(resource),
            ExpansionParameters = compose is { } with ? [.. ExpansionParameters(with), .. ExpansionParameters(resource)] : [],
            Contained = Contained(resource),
            Resource = resource,
        };
    }

    /// <summary>A set of the R4 definitions.</summary>
    public static ValueSetSource Read(ValueSetDefinition definition) =>
        new(definition.Url, definition.Version, Clauses(definition.Include, "include"), Clauses(definition.Exclude, "exclude"))
        {
            Name = definition.Name,
            Title = definition.Title,
            Status = definition.Status,
            Inactive = definition.Inactive,
        };

    private static List<ComposeClause> Clauses(IReadOnlyList<ValueSetClause> clauses, string name) =>
    [
        .. clauses.Select((clause, index) =>
        {
            var expression = FormattableString.Invariant($"ValueSet.compose.{name}[{index}]");
            return new ComposeClause(
                clause.System,
                clause.Version,
                [.. clause.Concepts.Select(concept => new ListedConcept(concept.Code, concept.Display))],
                [.. clause.Filters.Select((filter, at) => new ComposeFilter(filter.Property, filter.Operator, filter.Value, FormattableString.Invariant($"{expression}.filter[{at}]")))],
                clause.ValueSets,
                expression);
        }),
    ];

    private static List<ComposeClause> Clauses(Element compose, string name)
    {
        var clauses = new List<ComposeClause>();
        foreach (var clause in compose.Children(name))
        {
            var expression = FormattableString.Invariant($"ValueSet.compose.{name}[{clauses.Count}]");
            clauses.Add(new ComposeClause(
                clause.TextOf("system"),
                clause.TextOf("version"),
                Concepts(clause),
                Filters(clause, expression),
                [.. clause.Children("valueSet").ToList().Select(canonical => canonical.Text).OfType<string>()],
                expression));
        }

        return clauses;
    }

    private static List<ListedConcept> Concepts(Element clause)
    {
        var concepts = new List<ListedConcept>();
        foreach (var concept in clause.Children("concept"))
        {
            if (concept.TextOf("code") is not { } code) continue;
            var properties = new List<ConceptProperty>();
            var extensions = CodeSystemReading.Extensions(concept, properties, isCodeSystem: false);
            concepts.Add(new ListedConcept(code, concept.TextOf("display"))
            {
                Designations = CodeSystemReading.ReadDesignations(concept),
                Properties = properties,
                Extensions = extensions,
            });
        }

        return concepts;
    }

    private static List<ComposeFilter> Filters(Element clause, string expression)
    {
        var filters = new List<ComposeFilter>();
        foreach (var filter in clause.Children("filter"))
        {
            var op = filter.TextOf("op");
            if (op is null && filter.Child("op") is { } companion) op = CodeSystemReading.ExtensionText(companion, LaterOperator);
            filters.Add(new ComposeFilter(filter.TextOf("property") ?? "", op ?? "", filter.TextOf("value") ?? "", FormattableString.Invariant($"{expression}.filter[{filters.Count}]")));
        }

        return filters;
    }

    private static List<ComposeClause> Expanded(Element expansion)
    {
        var codes = new List<(string System, string? Version, ListedConcept Concept)>();
        var open = new Stack<Element>([expansion]);
        while (open.TryPop(out var level))
        {
            foreach (var contains in level.Children("contains"))
            {
                if (contains.TextOf("code") is { } code && contains.TextOf("abstract") != "true")
                    codes.Add((contains.TextOf("system") ?? "", contains.TextOf("version"), new ListedConcept(code, contains.TextOf("display"))));
                open.Push(contains);
            }
        }

        return
        [
            .. codes.GroupBy(each => (each.System, each.Version))
                .Select(group => new ComposeClause(group.Key.System, group.Key.Version, [.. group.Select(each => each.Concept)], [], [], "ValueSet.expansion")),
        ];
    }

    private static List<string> Supplements(Element resource)
    {
        var supplements = new List<string>();
        foreach (var extension in resource.Children("extension"))
            if (extension.TextOf("url") == ConceptExtensions.Supplement && extension.TextOf("value") is { } canonical) supplements.Add(canonical);
        return supplements;
    }

    private static List<KeyValuePair<string, string>> ExpansionParameters(Element compose)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var extension in compose.Children("extension"))
        {
            if (extension.TextOf("url") != ConceptExtensions.ExpansionParameter) continue;
            if (CodeSystemReading.ExtensionText(extension, "name") is { } name && CodeSystemReading.ExtensionText(extension, "value") is { } value)
                parameters.Add(new(name, value));
        }

        return parameters;
    }

    private static Dictionary<string, ValueSetSource> Contained(Element resource)
    {
        var contained = new Dictionary<string, ValueSetSource>(StringComparer.Ordinal);
        foreach (var each in resource.Children("contained"))
            if (each.Type.Name == "ValueSet" && each.TextOf("id") is { } id) contained.TryAdd(id, Read(each));
        return contained;
    }
}
