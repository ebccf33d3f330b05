using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>Writes out what a StructureDefinition says with all that it inherits. https://hl7.org/fhir/R4/profiling.html#snapshot</summary>
/// <remarks>
/// Elements that come from the embedded definitions of R4 carry their facts (cardinality, types, bindings, constraints, flags) and, as their definition, a reference to R4;
/// a base that <c>definitions</c> gives with a snapshot is taken over whole.
/// </remarks>
public static class SnapshotGeneration
{
    /// <summary>The largest published profile takes some thousand.</summary>
    public const int DefaultMaxElements = 50_000;

    /// <summary>A profile or extension definition that is published with R4, by its canonical: its differential without descriptive words.</summary>
    /// <returns>Null when it is none of them; the base definitions of types are none.</returns>
    public static ResourceDocument? FindPublished(string canonical) => PublishedProfiles.Find(canonical, R4Schema.Instance);

    /// <summary>The definition with a snapshot made of its differential; a snapshot it had is replaced.</summary>
    /// <param name="definitions">Finds a StructureDefinition by canonical, before the published ones are looked at; null when it is not known.</param>
    /// <param name="maxElements">Elements made on the way at most, those of bases and types counted.</param>
    /// <returns>UTF-8 JSON; all but the snapshot as it was.</returns>
    /// <exception cref="FhirException">
    /// All faults of the differential together, each at its element: <c>invalid</c> no StructureDefinition, a path or type that does not exist, a slice of what is not sliced,
    /// a base that goes in circles; <c>required</c> no type, base or differential; <c>not-found</c> a base that is not known; <c>business-rule</c> what the base does not allow
    /// (a wider cardinality, another type, a weaker binding); <c>too-costly</c> past <paramref name="maxElements"/>.
    /// </exception>
    public static byte[] Generate(ResourceDocument structureDefinition, Func<string, ResourceDocument?> definitions, int maxElements = DefaultMaxElements)
    {
        ArgumentNullException.ThrowIfNull(structureDefinition);
        ArgumentNullException.ThrowIfNull(definitions);
        if (structureDefinition.ResourceType != "StructureDefinition")
            throw new FhirException(Issue.Invalid($"A snapshot is made of a StructureDefinition, not of a {structureDefinition.ResourceType}.", structureDefinition.ResourceType));

        var json = Json(structureDefinition);
        var tree = new SnapshotSource(structureDefinition.Schema, definitions, maxElements).Generate(structureDefinition, json);
        var elements = new JsonObject { ["element"] = SnapshotView.Write(tree) };
        json.Remove("snapshot");
        json.Insert(json.IndexOf("differential"), "snapshot", elements);

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) json.WriteTo(writer);
        return stream.ToArray();
    }

    internal static JsonObject Json(ResourceDocument document) =>
        JsonNode.Parse(document.Bytes.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 1_000 })!.AsObject();
}
