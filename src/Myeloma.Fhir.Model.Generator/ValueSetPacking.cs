using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>ValueSets with their compose: an index, then one body each, which is read only when that set is asked for.</summary>
internal static class ValueSetPacking
{
    public static PackedWriter Pack(List<JsonElement> sets)
    {
        var writer = new PackedWriter();
        writer.Int(sets.Count);
        var bodies = new PackedWriter();
        foreach (var set in sets)
        {
            writer.Text(set.String("url")!);
            writer.TextOrNull(set.String("version"));
            writer.Int(bodies.Position);
            Write(bodies, set);
        }

        writer.Append(bodies);
        return writer;
    }

    private static void Write(PackedWriter writer, JsonElement set)
    {
        writer.Inline(set.String("name") ?? "");
        writer.Inline(set.String("title") ?? "");
        writer.Inline(set.String("status") ?? "");
        writer.Bool(set.Bool("immutable"));
        var compose = set.GetProperty("compose");
        writer.Inline(compose.String("lockedDate") ?? "");
        writer.Byte(compose.TryGetProperty("inactive", out var inactive) ? inactive.GetBoolean() ? (byte)2 : (byte)1 : (byte)0);
        Clauses(writer, compose.Items("include"));
        Clauses(writer, compose.Items("exclude"));
    }

    private static void Clauses(PackedWriter writer, IEnumerable<JsonElement> clauses)
    {
        var list = clauses.ToList();
        writer.Int(list.Count);
        foreach (var clause in list)
        {
            writer.Inline(clause.String("system") ?? "");
            writer.Inline(clause.String("version") ?? "");
            var concepts = clause.Items("concept").ToList();
            writer.Int(concepts.Count);
            foreach (var concept in concepts)
            {
                writer.Inline(concept.String("code")!);
                writer.Inline(concept.String("display") ?? "");
            }

            var filters = clause.Items("filter").ToList();
            writer.Int(filters.Count);
            foreach (var filter in filters)
            {
                writer.Inline(filter.String("property")!);
                writer.Inline(filter.String("op")!);
                writer.Inline(filter.String("value")!);
            }

            var imports = clause.Strings("valueSet");
            writer.Int(imports.Count);
            foreach (var import in imports) writer.Inline(import);
        }
    }
}
