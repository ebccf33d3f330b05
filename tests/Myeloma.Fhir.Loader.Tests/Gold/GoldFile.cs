using System.Text.Json;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Rules;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Tests.Gold;

/// <summary>The facts that people wrote down from the seed documents, and what the reader makes of the same documents.</summary>
public static class GoldFile
{
    private static readonly Lazy<JsonElement> Content = new(() => Read("seed-facts.json"));

    private static readonly Lazy<IReadOnlyDictionary<string, DocumentFacts>> Documents = new(ReadSeeds);

    public static JsonElement Root => Content.Value;

    public static ReadingLexicon Lexicon { get; } = ReadingLexicon.LoadEmbedded();

    public static DocumentFacts Facts(string document) => Documents.Value[document];

    /// <summary>Ids of gold facts that no general rule produces, each with its reason.</summary>
    public static IReadOnlyDictionary<string, string> NotCovered() =>
        Read("not-covered.json").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);

    public static Span SpanOf(JsonElement element) => Span.Between(element[0].GetInt32(), element[1].GetInt32());

    private static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Gold", name))).RootElement;

    private static Dictionary<string, DocumentFacts> ReadSeeds()
    {
        var hashes = Root.GetProperty("documents").EnumerateArray().ToDictionary(entry => entry.GetProperty("sha256").GetString()!, entry => entry.GetProperty("id").GetString()!);
        var read = new Dictionary<string, DocumentFacts>();
        foreach (var path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "seeds"), "*.txt"))
        {
            var document = SourceDocument.Parse(path, File.ReadAllBytes(path));
            if (hashes.TryGetValue(document.Sha256, out var id)) read[id] = FactReader.Read(document, Lexicon);
        }

        return read;
    }
}
