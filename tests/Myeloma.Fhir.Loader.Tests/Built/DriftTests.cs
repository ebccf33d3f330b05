using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>
/// <c>fhir-resources/built</c> is what the loader makes of <c>seeds</c>. With <c>MYELOMA_REBUILD=1</c> in the environment the test writes it anew.
/// </summary>
public sealed class DriftTests
{
    private static readonly string Folder = Path.Combine(GoldFacts.Root, "fhir-resources", "built");

    private static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static LoadResult FromSeeds() => new DocumentLoader(ReadingLexicon.LoadEmbedded(), CodeTables.LoadEmbedded(), TimeProvider.System)
        .Build([GoldFacts.Seed("cordis-over-myr"), GoldFacts.Seed("cancer-ca-targeted-therapy-multiple-myeloma")]);

    [Fact]
    public void The_built_folder_is_what_the_loader_makes_of_the_seeds()
    {
        var built = FromSeeds().Resources.ToDictionary(resource => $"{resource.Type}-{resource.Id}.json", Resources.Json);
        if (Environment.GetEnvironmentVariable("MYELOMA_REBUILD") == "1") Rebuild(built);

        var files = Directory.GetFiles(Folder, "*.json").ToDictionary(file => Path.GetFileName(file)!, file => (JsonObject)JsonNode.Parse(File.ReadAllBytes(file))!);
        Assert.Equal(built.Keys.Order(StringComparer.Ordinal), files.Keys.Order(StringComparer.Ordinal));
        Assert.All(built, entry => Assert.True(LoadPlan.SameContent(entry.Value, files[entry.Key]), $"{entry.Key} has drifted; run this test with MYELOMA_REBUILD=1 and look at the difference."));
    }

    private static void Rebuild(Dictionary<string, JsonObject> built)
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.GetFiles(Folder, "*.json").Where(file => !built.ContainsKey(Path.GetFileName(file)))) File.Delete(file);
        foreach (var (name, json) in built)
        {
            var path = Path.Combine(Folder, name);
            // A file that says the same is left as it is, so that the time of recording does not change on every run.
            if (File.Exists(path) && LoadPlan.SameContent(json, (JsonObject)JsonNode.Parse(File.ReadAllBytes(path))!)) continue;
            File.WriteAllText(path, json.ToJsonString(Pretty) + "\n", new UTF8Encoding(false));
        }
    }
}
