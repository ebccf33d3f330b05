using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>Too few or too many. https://hl7.org/fhir/R4/conformance-rules.html#cardinality</summary>
internal static class CardinalityCheck
{
    /// <summary>Elements with a minimum that the object lacks, one issue each; the expression is the object's.</summary>
    public static void Missing(FaultList faults, ResourceDocument document, int container, TypeSchema type, ulong seen)
    {
        foreach (var element in type.Elements)
        {
            if (element.Min == 0 || (seen & (1UL << element.Index)) != 0) continue;
            faults.Add(IssueType.Required, "missing-element", container, $"{type.Name} needs '{element.Name}{(element.IsChoice ? "[x]" : "")}'; it is missing here.");
        }
    }

    /// <summary>Items of an array against the element's limits.</summary>
    public static void Count(FaultList faults, int array, int count, PropertySchema property)
    {
        if (count > property.Element.Max)
            faults.Add(IssueType.Structure, "too-many-items", array, $"'{property.JsonName}' has {count} items; at most {property.Element.Max} are allowed.");
        if (count < property.Element.Min)
            faults.Add(IssueType.Required, "too-few-items", array, $"'{property.JsonName}' has {count} items; at least {property.Element.Min} are needed.");
    }
}

/// <summary>A choice element has one type at a time. https://hl7.org/fhir/R4/formats.html#choice</summary>
internal static class ChoiceCheck
{
    /// <summary>Reports when the element was met before under another type's name; a value and its own companion are fine.</summary>
    public static void Report(FaultList faults, ResourceDocument document, int container, int node, TypeSchema type, PropertySchema property)
    {
        for (var earlier = container + 1; earlier < node; earlier = document.Nodes[earlier].Next)
        {
            var name = document.NameOf(earlier);
            var other = type.FindProperty(name.Length > 1 && name[0] == '_' ? name[1..] : name);
            if (other is null || other.Element != property.Element || other == property) continue;
            faults.Add(IssueType.Structure, "choice-twice", node, $"'{property.Element.Name}[x]' is given as '{other.JsonName}' and as '{property.JsonName}'; it has one type at a time.");
            return;
        }
    }
}

/// <summary>Elements that say nothing. https://hl7.org/fhir/R4/element.html#invs (ele-1)</summary>
internal static class EmptyCheck
{
    /// <param name="valueNode">Of a companion the primitive's value, else -1.</param>
    public static void Object(FaultList faults, ResourceDocument document, int container, in JsonNode json, int valueNode)
    {
        if (json.Count == 0)
            faults.Add(IssueType.Structure, "empty-object", container, "This object is empty; an element has a value or children.");
        else if (json.Count == 1 && valueNode < 0 && document.NameOf(container + 1).SequenceEqual("id"u8))
            faults.Add(IssueType.Structure, "empty-object", container, "This element has an id and nothing else; an element has a value or children.");
    }
}
