using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Loader.Statements;

/// <summary>
/// What makes a statement the same one on the next load: the resource, the element, what it says, and the words it was read from. No offset and no index
/// is in it, so that an edit elsewhere in the document, or a statement put before it, moves nothing.
/// </summary>
internal static class StatementId
{
    private const int Letters = 32;

    /// <summary>The ids of all statements of a resource, by the object that holds the sources.</summary>
    /// <returns>32 hexadecimal digits each. Where one resource states the same twice, the second has its number in it.</returns>
    public static Dictionary<JsonObject, string> Of(Draft draft, IReadOnlyList<Statement> statements)
    {
        var holders = statements.Select(statement => statement.Holder).ToHashSet(ReferenceEqualityComparer.Instance);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new Dictionary<JsonObject, string>(ReferenceEqualityComparer.Instance);
        var resource = draft.Json["url"]?.GetValue<string>() ?? draft.Reference;
        foreach (var statement in statements)
        {
            var text = string.Join('\n', Words(statement).Prepend(Value(statement, holders)).Prepend(statement.Key).Prepend(resource));
            var number = seen[text] = seen.GetValueOrDefault(text) + 1;
            if (number > 1) text = FormattableString.Invariant($"{text}\n#{number}");
            ids.Add(statement.Holder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Letters]);
        }

        return ids;
    }

    /// <summary>The words of the places, each once, with every run of white space as one space, in ordinal order.</summary>
    private static IEnumerable<string> Words(Statement statement) => statement.Citations
        .Select(citation => string.Join(' ', citation.Span.Of(citation.In.Document.Text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>What the element says of itself: without its sources, without elements in it that have sources of their own, and without what code tables added.</summary>
    private static string Value(Statement statement, HashSet<object?> holders)
    {
        var value = statement.Place.Value;
        if (!ReferenceEquals(value, statement.Holder)) return value?.ToJsonString() ?? "";
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) Write(writer, statement.Holder, statement.Holder, holders);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node, JsonObject top, HashSet<object?> holders)
    {
        switch (node)
        {
            case JsonObject element:
                writer.WriteStartObject();
                foreach (var (name, value) in element.OrderBy(property => property.Key, StringComparer.Ordinal))
                {
                    if (value is null || IsSkipped(value, top, holders)) continue;

                    // Which version of another artifact is meant is no part of what the document says.
                    if (name is "definitionCanonical" or "valueCanonical") writer.WriteString(name, value.GetValue<string>().Split('|')[0]);
                    else
                    {
                        writer.WritePropertyName(name);
                        Write(writer, value, top, holders);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                    if (!IsSkipped(item, top, holders)) Write(writer, item, top, holders);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    private static bool IsSkipped(JsonNode? node, JsonObject top, HashSet<object?> holders) => node is JsonObject element
        && !ReferenceEquals(element, top)
        && (holders.Contains(element) || StatementReading.IsReference(element) || IsFromTable(element));

    private static bool IsFromTable(JsonObject element) => element["system"] is not null && element["extension"] is JsonArray extensions
        && extensions.Any(extension => extension?["url"]?.GetValue<string>() == Canonicals.Extension("code-source"));
}
