using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Canonicals;

namespace Myeloma.Fhir.Loader;

/// <summary>The business versions that built resources get beside those that are stored.</summary>
/// <remarks>What is retired does not come back as the version it was, so that what is stated again is a further one; and a version that is stored is not taken back.</remarks>
internal static class StoredVersions
{
    /// <returns>The resources, those whose version is another one made anew together with the canonicals that name it.</returns>
    public static IReadOnlyList<BuiltResource> Take(IReadOnlyList<BuiltResource> resources, IReadOnlyDictionary<(string Type, string Id), JsonObject> stored)
    {
        var raised = new Dictionary<string, string>(StringComparer.Ordinal);
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var built in resources)
        {
            if (!stored.TryGetValue((built.Type, built.Id), out var there) || Text(there, "version") is not { } known) continue;
            var made = (JsonObject)JsonNode.Parse(built.Json)!;
            if (Text(made, "url") is not { } url || Text(made, "version") is not { } version || VersionOf(made, version, there, known) is not { } wanted) continue;
            raised[$"{url}|{version}"] = $"{url}|{wanted}";
            versions[built.Reference] = wanted;
        }

        return raised.Count == 0 ? resources : [.. resources.Select(built => Anew(built, versions.GetValueOrDefault(built.Reference), raised))];
    }

    /// <returns>Null when it is the one it has.</returns>
    private static string? VersionOf(JsonObject made, string version, JsonObject there, string known)
    {
        var order = BusinessVersionOrder.Instance.Compare(known, version);
        if (Text(there, "status") == "retired" && Text(made, "status") != "retired") return order < 0 ? null : Following(known);
        return order > 0 ? known : null;
    }

    /// <summary>The version of a Device is no text.</summary>
    private static string? Text(JsonObject resource, string name) => resource[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary><c>0.1.0</c> is followed by <c>0.1.1</c>; what does not end in a number gets one.</summary>
    internal static string Following(string version)
    {
        var last = version.LastIndexOf('.');
        return int.TryParse(version.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < int.MaxValue
            ? FormattableString.Invariant($"{version[..(last + 1)]}{number + 1}")
            : version + ".1";
    }

    private static BuiltResource Anew(BuiltResource built, string? version, Dictionary<string, string> raised)
    {
        var text = Encoding.UTF8.GetString(built.Json);
        if (version is null && !raised.Keys.Any(text.Contains)) return built;
        var resource = (JsonObject)JsonNode.Parse(built.Json)!;
        if (version is not null) resource["version"] = version;
        Rename(resource, raised);
        return built with { Json = LoadPlan.Bytes(resource) };
    }

    private static void Rename(JsonNode node, Dictionary<string, string> raised)
    {
        switch (node)
        {
            case JsonObject parts:
                foreach (var (name, part) in parts.ToList())
                    if (Renamed(part, raised) is { } text) parts[name] = text;
                break;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                    if (Renamed(items[at], raised) is { } text) items[at] = text;
                break;
        }
    }

    private static string? Renamed(JsonNode? node, Dictionary<string, string> raised)
    {
        if (node is JsonValue value) return value.TryGetValue<string>(out var text) ? raised.GetValueOrDefault(text) : null;
        if (node is not null) Rename(node, raised);
        return null;
    }
}
