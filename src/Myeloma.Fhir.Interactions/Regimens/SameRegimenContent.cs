using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>
/// The answer of <c>$same-regimen</c> as Parameters: the fingerprints <c>combination</c> and <c>regimen</c>, a <c>drug</c> for each drug, a <c>source</c> for each document that the plan rests
/// on with what that one says, and a <c>match</c> for each other plan with the same drugs: the same regimen, or what differs.
/// </summary>
internal sealed class SameRegimenContent(RegimenContent content, RegimenFingerprint fingerprint, DrugKeys keys, IReadOnlyList<SameRegimenSearch.Match> matches) : ResponseContent
{
    /// <summary>What two plans of one regimen may call otherwise, and say otherwise of themselves.</summary>
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        RegimenFactKind.Title, RegimenFactKind.Identifier, RegimenFactKind.Code, RegimenFactKind.Mention, RegimenFactKind.Source, RegimenFactKind.Words, "subtitle", "description", "status", "textEquivalent",
    };

    public override string ResourceType => "Parameters";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        WriteFingerprint(writer, fingerprint);
        foreach (var drug in content.Parts.SelectMany(part => part.Members).Select(member => member.Drug).DistinctBy(keys.Of)) writer.WriteText("drug", "valueString", keys.Of(drug));
        foreach (var source in SourceStatements.Of(content)) writer.WriteGroup("source", () => source.WriteParts(writer));
        foreach (var match in matches) writer.WriteGroup("match", () => Write(writer, match));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFingerprint(Utf8JsonWriter writer, RegimenFingerprint fingerprint)
    {
        writer.WriteText("combination", "valueString", fingerprint.Combination);
        writer.WriteText("regimen", "valueString", fingerprint.Regimen);
    }

    private void Write(Utf8JsonWriter writer, SameRegimenSearch.Match match)
    {
        var root = match.Plan.Root;
        writer.WriteReferencePart("resource", $"PlanDefinition/{match.Plan.Id}");
        foreach (var (name, type) in new[] { ("url", "valueUri"), ("version", "valueString"), ("title", "valueString"), ("status", "valueCode") })
            if (root.TextOf(name) is { } text) writer.WriteText(name, type, text);
        writer.WriteText("same", "valueCode", match.Fingerprint.Regimen == fingerprint.Regimen ? "regimen" : "combination");
        WriteFingerprint(writer, match.Fingerprint);

        // What is clinical is never merged: it is told, also between plans that are the same regimen, like other requirements.
        foreach (var change in RegimenDifference.Between(keys.Resolved(content), keys.Resolved(match.Content)).Where(change => !Names.Contains(change.What)))
            writer.WriteText("difference", "valueString", RegimenDiffContent.TextOf(change));
    }
}
