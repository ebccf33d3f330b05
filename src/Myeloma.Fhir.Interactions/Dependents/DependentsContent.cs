using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary>
/// What rests on something as Parameters: <c>target</c>, <c>total</c>, how many of them would be left with something retired (<c>breaks</c>), and a <c>dependent</c> for each resource of the page,
/// nearer ones first, with its places.
/// </summary>
/// <param name="count">Most of the page; null for all.</param>
internal sealed class DependentsContent(DependentTarget target, IReadOnlyList<Dependent> found, int offset, int? count) : ResponseContent
{
    public override string ResourceType => "Parameters";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        writer.WriteText("target", "valueString", target.Name);
        writer.WriteInteger("total", found.Count);
        writer.WriteInteger("breaks", found.Count(dependent => dependent.Depth == 1 && dependent.Places.Any(place => place.Breaks)));
        foreach (var dependent in found.Skip(offset).Take(count ?? int.MaxValue)) writer.WriteGroup("dependent", () => Write(writer, dependent));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Dependent dependent)
    {
        var root = dependent.Document.Root;
        writer.WriteReferencePart("resource", $"{dependent.Document.ResourceType}/{dependent.Document.Id}");
        if (root.TextOf("url") is { } url) writer.WriteText("url", "valueUri", url);
        if (root.TextOf("version") is { } version) writer.WriteText("version", "valueString", version);
        if ((root.TextOf("title") ?? root.TextOf("name") ?? root.Child("code")?.TextOf("text")) is { } title) writer.WriteText("title", "valueString", title);
        if (root.TextOf("status") is { } status) writer.WriteText("status", "valueCode", status);
        writer.WriteInteger("depth", dependent.Depth);
        if (dependent.Through is { } through) writer.WriteReferencePart("through", through.ToString());
        foreach (var place in dependent.Places)
        {
            writer.WriteGroup("place", () =>
            {
                writer.WriteText("how", "valueCode", place.How);
                writer.WriteText("path", "valueString", place.Path);
                writer.WriteText("impact", "valueString", place.Impact);
                writer.WriteFlag("breaks", place.Breaks);
            });
        }
    }
}
