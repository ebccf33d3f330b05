using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// Each document: a DocumentReference, a Binary that keeps its text so that spans can be shown in place,
/// and an Organization for a publisher that the text names.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/documentreference.html</remarks>
internal static class DocumentMapper
{
    public static string IdOf(SourceDocument document) => IdOf(document.FileName);

    /// <summary>Of the file name: a document of the same name takes the place of the one before.</summary>
    public static string IdOf(string fileName) => Ids.From(Path.GetFileNameWithoutExtension(fileName));

    public static string TitleOf(DocumentFacts document) =>
        document.Title ?? document.Document.Origin?.Title ?? document.Document.FileName;

    public static void Map(MappingContext context)
    {
        foreach (var document in context.Facts.Documents)
        {
            MapBinary(context, document.Document);
            MapReference(context, document);
        }
    }

    private static void MapBinary(MappingContext context, SourceDocument document) =>
        context.Add("Binary", IdOf(document)).Json
            .Set("contentType", "text/plain; charset=utf-8")
            .Set("data", Convert.ToBase64String(Encoding.UTF8.GetBytes(document.Text)));

    private static void MapReference(MappingContext context, DocumentFacts facts)
    {
        var document = facts.Document;
        var draft = context.Add("DocumentReference", IdOf(document));
        draft.Json.WithExtensions(Origin(document.Origin)).WithExtensions(Statements(draft, facts));
        draft.Json
            .Set("identifier", new JsonArray(
                new JsonObject { ["system"] = Canonicals.DocumentFile, ["value"] = document.FileName },
                new JsonObject { ["system"] = Canonicals.DocumentSha256, ["value"] = document.Sha256 }))
            .Set("status", "current")
            .Set("custodian", Custodian(context, facts));
        var titles = facts.Of<MetaFact>().Where(fact => fact.Statement == MetaFactKind.Title && fact.Value is not null).ToList();
        if (titles.Count > 0) draft.Json.Set("description", titles[0].Value, draft.CiteAll(titles.Select(fact => new Citation(facts, fact, fact.Span))));

        draft.Json.Set("content", new JsonArray(new JsonObject
        {
            ["attachment"] = new JsonObject { ["contentType"] = "text/plain; charset=utf-8" }
                .Set("language", document.Origin?.Language)
                .Set("url", $"Binary/{IdOf(document)}")
                .Set("size", document.ByteLength)
                .Set("hash", document.Sha1)
                .Set("title", TitleOf(facts)),
        }));
    }

    private static JsonArray Origin(DocumentOrigin? origin)
    {
        if (origin is null) return [];
        var extension = Extensions.Complex("document-origin", [],
            Extensions.Part("publisher", "valueString", origin.Publisher),
            Extensions.Part("title", "valueString", origin.Title),
            Extensions.Part("address", "valueString", origin.Address),
            Extensions.Part("copyright", "valueString", origin.Copyright),
            Extensions.Part("licence", "valueString", origin.Licence),
            Extensions.Part("language", "valueCode", origin.Language));
        return extension["extension"] is JsonArray { Count: > 0 } ? [extension] : [];
    }

    /// <summary>What the document says of itself and R4 has no element for; what is said of no disease, study or drug that has a resource.</summary>
    private static JsonArray Statements(Draft draft, DocumentFacts facts)
    {
        var statements = new JsonArray();
        foreach (var fact in facts.Facts)
        {
            (string? Text, string? State)? said = fact switch
            {
                MetaFact { Statement: MetaFactKind.Title or MetaFactKind.Publisher } => null,
                MetaFact meta => (meta.Value, meta.State),
                MisspellingFact { Drug: null } misspelling => (misspelling.AsWritten, null),
                DiseaseFact { Condition: null } disease => (disease.Words, null),
                ProblemFact problem when !ResearchStudyMapper.HasStudy(facts) => (problem.Words, null),
                DisseminationFact dissemination when !ResearchStudyMapper.HasStudy(facts) => (dissemination.Words, null),
                _ => null,
            };
            if (said is { } words)
                statements.Add(Extensions.Statement(fact.Kind, words.Text, [draft.Cite(new Citation(facts, fact, fact.Span))], words.State));
        }

        return statements;
    }

    private static JsonObject? Custodian(MappingContext context, DocumentFacts facts)
    {
        var publishers = facts.Of<MetaFact>().Where(fact => fact is { Statement: MetaFactKind.Publisher, Value: not null }).ToList();
        if (publishers.Count == 0)
            return facts.Document.Origin?.Publisher is { } known ? new JsonObject { ["display"] = known } : null;

        var name = publishers[0].Value!;
        var id = Ids.From(name);
        var organization = context.Find("Organization", id) ?? context.Add("Organization", id);
        var places = organization.CiteAll(publishers.Select(fact => new Citation(facts, fact, fact.Span)));
        if (organization.Json["name"] is null) organization.Json.Set("active", true).Set("name", name, places);
        else ((JsonArray)organization.Json["_name"]!["extension"]!).Then(places);
        return Concepts.Reference(organization.Reference, name);
    }
}
