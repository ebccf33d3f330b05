using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>CodeSystems with their concepts: an index, then one body each, which is read only when that system is asked for.</summary>
internal static class CodeSystemPacking
{
    public static PackedWriter Pack(List<JsonElement> systems)
    {
        var writer = new PackedWriter();
        writer.Int(systems.Count);
        var bodies = new PackedWriter();
        foreach (var system in systems)
        {
            writer.Text(system.String("url")!);
            writer.TextOrNull(system.String("version"));
            writer.Int(bodies.Position);
            Write(bodies, system);
        }

        writer.Append(bodies);
        return writer;
    }

    private static void Write(PackedWriter writer, JsonElement system)
    {
        writer.Inline(system.String("name") ?? "");
        writer.Inline(system.String("title") ?? "");
        writer.Inline(system.String("status") ?? "");
        writer.Bool(system.Bool("caseSensitive"));
        writer.Inline(system.String("content") ?? "");
        writer.Inline(system.String("hierarchyMeaning") ?? "");
        writer.Inline(system.String("valueSet") ?? "");
        writer.Inline(system.String("supplements") ?? "");
        List(writer, system.Items("property"), property =>
        {
            writer.Inline(property.String("code")!);
            writer.Inline(property.String("uri") ?? "");
            writer.Inline(property.String("type")!);
        });
        List(writer, system.Items("filter"), filter =>
        {
            writer.Inline(filter.String("code")!);
            writer.Inline(string.Join(' ', filter.Strings("operator")));
            writer.Inline(filter.String("value")!);
        });

        var concepts = Concept.All(system);
        var indexes = new Dictionary<string, int>();
        for (var index = 0; index < concepts.Count; index++) indexes.TryAdd(concepts[index].Code, index);
        List(writer, concepts, concept =>
        {
            writer.Inline(concept.Code);
            writer.Inline(concept.Display ?? "");
            writer.Inline(concept.Definition ?? "");
            List(writer, concept.Parents, parent => writer.Int(indexes[parent]));
            List(writer, concept.Properties, property =>
            {
                writer.Inline(property.Code);
                writer.Inline(property.Kind);
                writer.Inline(property.Value);
            });
            List(writer, concept.Designations, designation =>
            {
                writer.Inline(designation.Language ?? "");
                writer.Inline(designation.Value);
            });
        });
    }

    private static void List<T>(PackedWriter writer, IEnumerable<T> items, Action<T> write)
    {
        var list = items.ToList();
        writer.Int(list.Count);
        foreach (var item in list) write(item);
    }
}
