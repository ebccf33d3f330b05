using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>Misspelt names of drugs, and which drug they were taken for: a CodeSystem of the words and a ConceptMap.</summary>
internal static class MisspellingMapper
{
    public static void Map(MappingContext context)
    {
        var words = context.Facts.Of<MisspellingFact>().Where(stated => stated.Fact.Drug is not null)
            .GroupBy(stated => (stated.Fact.AsWritten, stated.Fact.Drug!)).OrderBy(group => group.Key.AsWritten, StringComparer.Ordinal).ToList();
        if (words.Count == 0) return;

        var system = context.AddArtifact("CodeSystem", "misspelling", "Misspelling", "Misspelt names", "active");
        system.Json.Set("description", "Names of drugs as the loaded documents misspell them.")
            .Set("caseSensitive", true).Set("content", "complete").Set("count", words.Select(group => group.Key.AsWritten).Distinct(StringComparer.Ordinal).Count())
            .Set("concept", words.GroupBy(group => group.Key.AsWritten, StringComparer.Ordinal).Select(word => (JsonNode)new JsonObject { ["code"] = word.Key, ["display"] = word.Key }
                .WithExtensions(system.CiteAll(word.SelectMany(group => group).Select(stated => stated.Here)))).ToArray());

        var map = context.AddArtifact("ConceptMap", "misspelling", "MisspellingToDrug", "Misspelt names to drugs", "active");
        map.Json.Set("description", "Which drug a misspelt name in a loaded document was taken for.")
            .Set("group", new JsonArray(new JsonObject
            {
                ["source"] = Canonicals.Misspelling,
                ["target"] = Canonicals.Drug,
                ["element"] = words.Select(group => (JsonNode)new JsonObject
                {
                    ["code"] = group.Key.AsWritten,
                    ["target"] = new JsonArray(new JsonObject
                    {
                        ["code"] = group.Key.Item2.Slug,
                        ["display"] = group.Key.Item2.Name,
                        ["equivalence"] = "equivalent",
                        ["comment"] = "Taken for a misspelling by the loader; the document does not correct it.",
                    }),
                }.WithExtensions(map.CiteAll(group.Select(stated => stated.Here)))).ToArray(),
            }));

        foreach (var stated in words.SelectMany(group => group))
            context.Ledger.Merge(stated.Here, $"Medication/{stated.Fact.Drug!.Slug}: '{stated.Fact.AsWritten}' was taken for {stated.Fact.Drug.Name}");
    }
}
