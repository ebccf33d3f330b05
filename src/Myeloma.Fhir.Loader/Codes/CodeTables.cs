using System.Text.Json;

namespace Myeloma.Fhir.Loader.Codes;

/// <summary>A code of another terminology that a table gives for one of our own.</summary>
/// <param name="Table">The ConceptMap it stands in, as <c>url|version</c>.</param>
/// <param name="TableReference">The ConceptMap as a relative reference.</param>
public sealed record TableCode(string System, string Code, string? Display, string Table, string TableReference);

/// <summary>The code tables: which codes of other terminologies stand for our own. Data of the package, never stated by a document.</summary>
/// <remarks>https://hl7.org/fhir/R4/conceptmap.html; targets with an equivalence other than <c>equivalent</c> or <c>equal</c> are not taken.</remarks>
public sealed class CodeTables
{
    private readonly Dictionary<(string System, string Code), List<TableCode>> codes = [];

    private CodeTables()
    {
    }

    /// <summary>No tables: resources then carry our own codes only.</summary>
    public static CodeTables Empty { get; } = new();

    /// <summary>The tables of the package.</summary>
    public static CodeTables LoadEmbedded() => Read(AuthoredResources.All);

    /// <summary>Reads every ConceptMap of <paramref name="resources"/> and passes over everything else.</summary>
    public static CodeTables Read(IEnumerable<BuiltResource> resources)
    {
        var tables = new CodeTables();
        foreach (var resource in resources.Where(resource => resource.Type == "ConceptMap"))
            using (var json = JsonDocument.Parse(resource.Json)) tables.Add(json.RootElement, resource.Reference);
        return tables;
    }

    /// <returns>In the order of the tables' ids; empty when no table knows the code.</returns>
    public IReadOnlyList<TableCode> Find(string system, string code) =>
        codes.TryGetValue((system, code), out var found) ? found : [];

    private void Add(JsonElement map, string reference)
    {
        var table = $"{map.GetProperty("url").GetString()}|{map.GetProperty("version").GetString()}";
        foreach (var group in map.GetProperty("group").EnumerateArray())
        foreach (var element in group.GetProperty("element").EnumerateArray())
        foreach (var target in element.GetProperty("target").EnumerateArray())
        {
            if (target.GetProperty("equivalence").GetString() is not ("equivalent" or "equal")) continue;

            var key = (group.GetProperty("source").GetString()!, element.GetProperty("code").GetString()!);
            if (!codes.TryGetValue(key, out var list)) codes[key] = list = [];
            list.Add(new TableCode(
                group.GetProperty("target").GetString()!,
                target.GetProperty("code").GetString()!,
                target.TryGetProperty("display", out var display) ? display.GetString() : null,
                table,
                reference));
        }
    }
}
