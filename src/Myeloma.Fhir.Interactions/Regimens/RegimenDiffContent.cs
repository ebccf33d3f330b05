using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>
/// The difference of two regimens as Parameters: <c>from</c> and <c>to</c>, which say what was compared; <c>total</c>, how many things differ; and a <c>change</c> for each of them with kind,
/// what, part, subject, before, after and text, with the element (resource and FHIRPath) and the places in documents of both sides.
/// </summary>
internal sealed class RegimenDiffContent(ComparedSide from, ComparedSide to, IReadOnlyList<RegimenChange> changes) : ResponseContent
{
    public override string ResourceType => "Parameters";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        writer.WriteGroup("from", () => WriteSide(writer, from));
        writer.WriteGroup("to", () => WriteSide(writer, to));
        writer.WriteInteger("total", changes.Count);
        foreach (var change in changes) writer.WriteGroup("change", () => Write(writer, change));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSide(Utf8JsonWriter writer, ComparedSide side)
    {
        var root = side.Document.Root;
        if (side.Key is { } key) writer.WriteReferencePart("resource", side.Version > 0 ? FormattableString.Invariant($"{key}/_history/{side.Version}") : key.ToString());
        foreach (var (name, type) in new[] { ("url", "valueUri"), ("version", "valueString"), ("title", "valueString"), ("status", "valueCode") })
            if (root.TextOf(name) is { } text) writer.WriteText(name, type, text);
        if (root.Child("meta")?.TextOf("lastUpdated") is { } updated) writer.WriteText("lastUpdated", "valueInstant", updated);
    }

    private void Write(Utf8JsonWriter writer, RegimenChange change)
    {
        writer.WriteText("kind", "valueCode", change.Kind.ToString().ToLowerInvariant());
        writer.WriteText("what", "valueCode", change.What);
        if (change.Part is { } part) writer.WriteText("part", "valueString", part);
        if (change.Subject is { } subject) writer.WriteText("subject", "valueString", subject);
        writer.WriteText("text", "valueString", TextOf(change));
        WriteValue(writer, "before", change.Before, change.BeforePlace, from);
        WriteValue(writer, "after", change.After, change.AfterPlace, to);
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, string? words, Element? place, ComparedSide side)
    {
        if (words is null || place is not { } element) return;
        writer.WriteText(name, "valueString", words.Length > 0 ? words : "(empty)");
        writer.WriteText(name + "Path", "valueString", element.Document.ExpressionOf(element));
        if (!ReferenceEquals(element.Document, side.Document) && element.Document.Id is { } id) writer.WriteReferencePart(name + "Resource", $"{element.Document.ResourceType}/{id}");
        foreach (var source in StatedPlace.In(element)) writer.WriteGroup(name + "Source", () => source.WriteParts(writer));
    }

    /// <summary><c>Cycle 1: drug 1.3 mg/m²: days 1, 4, 8, 11 → days 1, 8, 15, 22</c></summary>
    public static string TextOf(RegimenChange change)
    {
        // The words of members, parts and days say themselves what they are.
        var what = change.What is RegimenFactKind.Member or RegimenFactKind.Part or RegimenFactKind.Days ? "" : change.What + ": ";
        var said = change.Kind switch
        {
            RegimenChangeKind.Changed => $"{what}{change.Before} → {change.After}",
            RegimenChangeKind.Added => $"added {what}{change.After}",
            _ => $"removed {what}{change.Before}",
        };
        string?[] about = change.What switch { RegimenFactKind.Part => [], RegimenFactKind.Member => [change.Part], _ => [change.Part, change.Subject] };
        return string.Join(": ", about.OfType<string>().Append(said));
    }
}
