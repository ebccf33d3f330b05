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
        ParametersWriting.Text(writer, "target", "valueString", target.Name);
        ParametersWriting.Integer(writer, "total", found.Count);
        ParametersWriting.Integer(writer, "breaks", found.Count(dependent => dependent.Depth == 1 && dependent.Places.Any(place => place.Breaks)));
        foreach (var dependent in found.Skip(offset).Take(count ?? int.MaxValue)) ParametersWriting.Parts(writer, "dependent", () => Write(writer, dependent));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Dependent dependent)
    {
        var root = dependent.Document.Root;
        ParametersWriting.Reference(writer, "resource", $"{dependent.Document.ResourceType}/{dependent.Document.Id}");
        if (root.TextOf("url") is { } url) ParametersWriting.Text(writer, "url", "valueUri", url);
        if (root.TextOf("version") is { } version) ParametersWriting.Text(writer, "version", "valueString", version);
        if ((root.TextOf("title") ?? root.TextOf("name") ?? root.Child("code")?.TextOf("text")) is { } title) ParametersWriting.Text(writer, "title", "valueString", title);
        if (root.TextOf("status") is { } status) ParametersWriting.Text(writer, "status", "valueCode", status);
        ParametersWriting.Integer(writer, "depth", dependent.Depth);
        if (dependent.Through is { } through) ParametersWriting.Reference(writer, "through", through.ToString());
        foreach (var place in dependent.Places)
        {
            ParametersWriting.Parts(writer, "place", () =>
            {
                ParametersWriting.Text(writer, "how", "valueCode", place.How);
                ParametersWriting.Text(writer, "path", "valueString", place.Path);
                ParametersWriting.Text(writer, "impact", "valueString", place.Impact);
                ParametersWriting.Boolean(writer, "breaks", place.Breaks);
            });
        }
    }
}
