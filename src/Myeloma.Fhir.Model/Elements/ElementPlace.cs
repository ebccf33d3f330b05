using System.Text;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>Where an element stands in the JSON of its document: an object, a property of it, and the place in its array.</summary>
/// <param name="Container">Steps from the root to the object; empty when it is the root. For children of a primitive it is the <c>_name</c> object.</param>
/// <param name="JsonName">The property, <c>valueQuantity</c>; without the underscore, since a primitive stands in both properties.</param>
/// <param name="Index">Zero-based place in the array; -1 where the property holds no array.</param>
/// <remarks>https://hl7.org/fhir/R4/json.html</remarks>
public sealed record ElementPlace(IReadOnlyList<JsonStep> Container, string JsonName, int Index)
{
    /// <returns>Null for the root.</returns>
    public static ElementPlace? Of(Element element)
    {
        if (element.Property is not { } property) return null;
        var document = element.Document;
        var node = element.Node;
        var index = -1;
        if (document.Nodes[node].NameStart < 0)
        {
            index = document.Nodes[node].Index;
            node = document.Nodes[node].Parent;
        }

        return new ElementPlace(StepsTo(document, document.Nodes[node].Parent), property.JsonName, index);
    }

    private static List<JsonStep> StepsTo(ResourceDocument document, int node)
    {
        var steps = new List<JsonStep>();
        for (; node > 0; node = document.Nodes[node].Parent)
            steps.Add(document.Nodes[node].NameStart < 0
                ? new JsonStep(null, document.Nodes[node].Index)
                : new JsonStep(Encoding.UTF8.GetString(document.NameOf(node)), -1));
        steps.Reverse();
        return steps;
    }
}

/// <summary>One step down in JSON.</summary>
/// <param name="Name">The property; null for an item of an array.</param>
/// <param name="Index">Zero-based place of the item; -1 for a property.</param>
public readonly record struct JsonStep(string? Name, int Index);
