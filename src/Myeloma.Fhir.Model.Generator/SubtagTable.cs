using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>IANA's registry of language subtags as a table of tab-separated rows, in the order of the registry.</summary>
internal static class SubtagTable
{
    private static readonly string[] Types = ["language", "extlang", "script", "region", "variant", "grandfathered"];

    /// <param name="registry">Path of <c>registry.json</c> of the package language-subtag-registry.</param>
    /// <returns>How many rows were written.</returns>
    public static int Save(string registry, string output)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(registry));
        List<string> rows = [.. document.RootElement.EnumerateArray().Where(entry => Types.Contains(Text(entry, "Type"))).Select(Row)];
        File.WriteAllText(output, string.Join('\n', rows) + "\n");
        return rows.Count;
    }

    private static string Row(JsonElement entry) => string.Join(
        '\t', [Text(entry, "Type"), Text(entry, "Subtag") ?? Text(entry, "Tag"), Text(entry, "Deprecated") is null ? "" : "d", .. entry.GetProperty("Description").EnumerateArray().Select(name => name.GetString())]);

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;
}
