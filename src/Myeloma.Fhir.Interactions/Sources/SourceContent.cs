using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>The answer of <c>$source</c> as Parameters; its OperationDefinition names every part. https://hl7.org/fhir/R4/parameters.html</summary>
internal static class SourceContent
{
    public static byte[] Write(ResourceDocument resource, IReadOnlyList<TracedElement> elements)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            writer.WriteStartArray("parameter");
            Reference(writer, "resource", $"{resource.ResourceType}/{resource.Id}");
            foreach (var element in elements) Group(writer, "element", () => Write(writer, element));
            foreach (var document in Documents(elements)) Group(writer, "document", () => Write(writer, document));
            if (Remarks(resource, elements) is { Count: > 0 } remarks)
            {
                writer.WriteStartObject();
                writer.WriteString("name", "outcome");
                writer.WritePropertyName("resource");
                OperationOutcome.Write(writer, remarks);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, TracedElement element)
    {
        Text(writer, "path", "valueString", element.Path);
        foreach (var source in element.Sources) Group(writer, "statement", () => Write(writer, source));
        foreach (var (path, table) in element.Tables)
        {
            Group(writer, "table", () =>
            {
                Text(writer, "element", "valueString", path);
                Text(writer, "map", "valueCanonical", table);
            });
        }

        Text(writer, "enclosing", "valueString", element.Enclosing);
    }

    private static void Write(Utf8JsonWriter writer, ElementSource source)
    {
        Text(writer, "element", "valueString", source.Element);
        Text(writer, "id", "valueId", source.Recorded?.Statement);
        Reference(writer, "document", $"DocumentReference/{source.Place.DocumentId}", source.Document?.Title);
        Text(writer, "section", "valueString", source.Recorded?.Section);
        Number(writer, "offset", source.Place.Offset);
        Number(writer, "length", source.Place.Length);
        Text(writer, "words", "valueString", source.Words);
        Text(writer, "rule", "valueCode", source.Recorded?.Rule);
        Text(writer, "loader", "valueString", source.Recorded?.Loader);
        if (source.Recorded is { } recorded) Reference(writer, "provenance", recorded.Provenance);
        if (source.Correction is { } correction) Reference(writer, "corrected", correction);
    }

    private static void Write(Utf8JsonWriter writer, DocumentSource document)
    {
        Reference(writer, "reference", document.Reference, document.Title);
        foreach (var (name, value) in document.Origin) Text(writer, name, name == "language" ? "valueCode" : "valueString", value);
    }

    private static IEnumerable<DocumentSource> Documents(IReadOnlyList<TracedElement> elements) =>
        elements.SelectMany(element => element.Sources).Select(source => source.Document).OfType<DocumentSource>().DistinctBy(document => document.Reference);

    private static List<Issue> Remarks(ResourceDocument resource, IReadOnlyList<TracedElement> elements)
    {
        var remarks = new List<Issue>();
        if (elements.Count == 0) remarks.Add(Issue.Information($"{resource.ResourceType}/{resource.Id} names no source, and no Provenance of this server names one for it."));
        foreach (var element in elements.Where(element => element.Sources.Count == 0))
        {
            remarks.Add(Issue.Information(
                element.Tables.Count > 0 ? "No document states this: it was added from a code table."
                : element.Enclosing is { } around ? $"This element has no source of its own. The source of {around}, which it is in, is for that one as a whole."
                : "This element has no source.",
                element.Path));
        }

        foreach (var source in elements.SelectMany(element => element.Sources).Where(source => source.Words is null).DistinctBy(source => (source.Element, source.Place)))
            remarks.Add(Issue.Information($"The words can't be shown: the text of DocumentReference/{source.Place.DocumentId} is not stored here, or is another than the one that was read.", source.Element));
        return remarks;
    }

    private static void Group(Utf8JsonWriter writer, string name, Action parts)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartArray("part");
        parts();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string valueName, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString(valueName, value);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, int value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteNumber("valueInteger", value);
        writer.WriteEndObject();
    }

    private static void Reference(Utf8JsonWriter writer, string name, string reference, string? display = null)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartObject("valueReference");
        writer.WriteString("reference", reference);
        if (display is not null) writer.WriteString("display", display);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
