using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
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
            writer.WriteReferencePart("resource", $"{resource.ResourceType}/{resource.Id}");
            foreach (var element in elements) writer.WriteGroup("element", () => Write(writer, element));
            foreach (var document in Documents(elements)) writer.WriteGroup("document", () => Write(writer, document));
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
        writer.WriteText("path", "valueString", element.Path);
        foreach (var source in element.Sources) writer.WriteGroup("statement", () => Write(writer, source));
        foreach (var (path, table) in element.Tables)
        {
            writer.WriteGroup("table", () =>
            {
                writer.WriteText("element", "valueString", path);
                writer.WriteText("map", "valueCanonical", table);
            });
        }

        writer.WriteText("enclosing", "valueString", element.Enclosing);
    }

    private static void Write(Utf8JsonWriter writer, ElementSource source)
    {
        writer.WriteText("element", "valueString", source.Element);
        writer.WriteText("id", "valueId", source.Recorded?.Statement);
        writer.WriteReferencePart("document", $"DocumentReference/{source.Place.DocumentId}", source.Document?.Title);
        writer.WriteText("section", "valueString", source.Recorded?.Section);
        writer.WriteInteger("offset", source.Place.Offset);
        writer.WriteInteger("length", source.Place.Length);
        writer.WriteText("words", "valueString", source.Words);
        writer.WriteText("rule", "valueCode", source.Recorded?.Rule);
        writer.WriteText("loader", "valueString", source.Recorded?.Loader);
        if (source.Recorded is { } recorded) writer.WriteReferencePart("provenance", recorded.Provenance);
        if (source.Correction is { } correction) writer.WriteReferencePart("corrected", correction);
    }

    private static void Write(Utf8JsonWriter writer, DocumentSource document)
    {
        writer.WriteReferencePart("reference", document.Reference, document.Title);
        foreach (var (name, value) in document.Origin) writer.WriteText(name, name == "language" ? "valueCode" : "valueString", value);
    }

    private static IEnumerable<DocumentSource> Documents(IReadOnlyList<TracedElement> elements) =>
        elements.SelectMany(element => element.Sources).Select(source => source.Document).OfType<DocumentSource>().DistinctBy(document => document.Reference);

    private static List<Issue> Remarks(ResourceDocument resource, IReadOnlyList<TracedElement> elements)
    {
        var remarks = new List<Issue>();
        if (elements.Count == 0) remarks.Add(Issue.Information($"{resource.ResourceType}/{resource.Id} names no source, and no Provenance of this server names one for it."));
        foreach (var element in elements.Where(element => element.IsChanged))
        {
            remarks.Add(new Issue(
                IssueSeverity.Warning, IssueType.Informational,
                "This is not what the loader read: somebody changed it, or an element in it, afterwards. Words that were read for what it said before are not told; loading the documents again puts back what they say.", element.Path));
        }

        foreach (var element in elements.Where(element => element.Sources.Count == 0 && !element.IsChanged))
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
}
