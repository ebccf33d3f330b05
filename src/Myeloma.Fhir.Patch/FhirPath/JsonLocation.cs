using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>From elements to the JSON they stand in.</summary>
internal static class JsonLocation
{
    public static JsonPart Find(JsonPart root, IReadOnlyList<JsonStep> steps)
    {
        var part = root;
        foreach (var step in steps) part = step.Name is { } name ? part.Find(name)!.Value : part.Members[step.Index].Value;
        return part;
    }

    /// <summary>The list an element is one of, for one that does not repeat a list of itself.</summary>
    public static ElementList ListOf(JsonPart root, Element element, out int index)
    {
        var place = ElementPlace.Of(element)!;
        index = Math.Max(place.Index, 0);
        return ElementList.Of(Find(root, place.Container), element.Property!);
    }

    /// <summary>The object that holds an element's children; for a primitive its companion, made when there is none.</summary>
    public static JsonPart ContentOf(JsonPart root, Element element)
    {
        if (element.Property is not { } property) return root;
        var list = ListOf(root, element, out var index);
        var item = list.Items[index];
        if (property.Type.Kind != TypeKind.Primitive) return item.Value!;
        if (item.Companion is { } companion) return companion;
        var made = JsonPart.EmptyObject();
        list.Items[index] = item with { Companion = made };
        list.Store();
        return made;
    }

    /// <summary>The type whose property the element stands in.</summary>
    public static TypeSchema OwnerOf(Element element)
    {
        var steps = ElementPlace.Of(element)!.Container;
        var at = element.Document.Root;
        for (var step = 0; step < steps.Count;)
        {
            var name = steps[step].Name!;
            step++;
            var index = step < steps.Count && steps[step].Name is null ? steps[step++].Index : 0;
            var wanted = at.Type.FindProperty(name.TrimStart('_'))!;
            at = at.Children(wanted.Element.Name).ToList()[index];
        }

        return at.Type;
    }
}
