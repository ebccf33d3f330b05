using System.Globalization;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Statements;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// A Provenance a resource: the documents with every place it was taken from, apart from them the code tables that added codes, and the
/// loader with its version. A reviewer that a document names reviewed the document, never the plans. https://hl7.org/fhir/R4/provenance.html
/// </summary>
internal static class ProvenanceMapper
{
    private const string DeviceId = "loader";
    private const string ParticipantType = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

    public static void Map(MappingContext context, DateTimeOffset now)
    {
        var recorded = now.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var targets = context.Drafts.ToList();
        MapDevice(context);
        foreach (var target in targets.Where(target => target.Type != "Binary")) MapProvenance(context, target, recorded);
        foreach (var document in context.Facts.Documents)
        foreach (var reviewer in document.Of<ReviewerFact>()) MapReviewer(context, document, reviewer, recorded);
    }

    private static void MapDevice(MappingContext context)
    {
        var device = context.Add("Device", DeviceId);
        device.Json.Set("status", "active")
            .Set("deviceName", new JsonArray(new JsonObject { ["name"] = "Myeloma.Fhir loader", ["type"] = "user-friendly-name" }))
            .Set("version", new JsonArray(new JsonObject { ["value"] = LoaderVersion }));
    }

    /// <summary>The version of this assembly, three numbers.</summary>
    private static string LoaderVersion => typeof(ProvenanceMapper).Assembly.GetName().Version!.ToString(3);

    private static void MapProvenance(MappingContext context, Draft target, string recorded)
    {
        var provenance = context.Add("Provenance", Ids.From(target.Type, target.Id)).Claim("source-provenance");
        var targets = new JsonArray(Concepts.Reference(target.Reference));
        if (target.Type == "DocumentReference") targets.Add(Concepts.Reference($"Binary/{target.Id}"));
        provenance.Json
            .Set("target", targets)
            .Set("recorded", recorded)
            .Set("activity", Concepts.Of("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE", "create"))
            .Set("agent", new JsonArray(new JsonObject
            {
                ["type"] = Concepts.Of(ParticipantType, "assembler", "Assembler"),
                ["who"] = Concepts.Reference($"Device/{DeviceId}", $"Myeloma.Fhir loader {LoaderVersion}"),
            }))
            .Set("entity", Documents(target).Concat(Tables(target)).ToArray());
    }

    private static IEnumerable<JsonNode> Documents(Draft target)
    {
        var statements = StatementReading.Of(target);

        // What was read for an element that a reviewer took out stands behind nothing any more.
        var behind = statements.SelectMany(statement => statement.Citations).Select(citation => (citation.In, citation.Span)).ToHashSet();
        return target.Citations
            .Where(citation => behind.Contains((citation.In, citation.Span)) || target.IsWhole(citation))
            .GroupBy(citation => citation.In)
            .Select(document => new JsonObject
            {
                ["role"] = "source",
                ["what"] = Concepts.Reference($"DocumentReference/{DocumentMapper.IdOf(document.Key.Document)}", DocumentMapper.TitleOf(document.Key)),
            }.WithExtensions(document
                .OrderBy(citation => citation.Span.Start).ThenBy(citation => citation.Span.Length)
                .Select(citation => (JsonNode)SourceStatement.On(citation, target, statements)).ToArray()));
    }

    private static IEnumerable<JsonNode> Tables(Draft target) => target.Tables.Select(table => new JsonObject
    {
        ["role"] = "source",
        ["what"] = Concepts.Reference(table, "Code table: its codes are added, no document states them"),
    });

    private static void MapReviewer(MappingContext context, DocumentFacts document, ReviewerFact reviewer, string recorded)
    {
        var documentId = DocumentMapper.IdOf(document.Document);
        var provenance = context.Add("Provenance", Ids.From("review", documentId, reviewer.Name));
        var name = string.Join(", ", reviewer.Credentials.Prepend(reviewer.Name));
        provenance.Json
            .Set("target", new JsonArray(Concepts.Reference($"DocumentReference/{documentId}")))
            .Set("recorded", recorded)
            .Set("agent", new JsonArray(new JsonObject
            {
                ["type"] = Concepts.Of(ParticipantType, "verifier", "Verifier"),
                ["who"] = new JsonObject { ["display"] = name },
            }.WithExtensions([provenance.Cite(new Citation(document, reviewer, reviewer.Span))])));
    }
}
