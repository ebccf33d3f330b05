using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;

namespace Myeloma.Fhir.Loader.Review;

/// <summary>What a load makes of artifacts of which a version is active: that one stays as it is, and what has changed becomes a draft of the next version beside it.</summary>
/// <remarks>src/decisions/review.md has the reasons. The draft has an id of its own and the same url; when it is released, the earlier version is retired.</remarks>
internal static class Succession
{
    /// <summary>Elements that a release sets, and that a version has for itself.</summary>
    private static readonly string[] OfVersion = ["id", "status", "version", "date", "approvalDate", "lastReviewDate"];

    /// <param name="resources">As they were built, Provenance among them.</param>
    /// <param name="stored">By type and id: what the loader made before.</param>
    /// <param name="kept">Takes the stored resources that are to stay as they are.</param>
    /// <returns>The resources to be compared with those stored: without those whose active version says the same, and with drafts in the place of those whose active version says something else.</returns>
    public static IReadOnlyList<BuiltResource> Take(
        IReadOnlyList<BuiltResource> resources, IReadOnlyDictionary<(string Type, string Id), JsonObject> stored, ISet<(string Type, string Id)> kept)
    {
        var lines = stored.Where(entry => entry.Value["url"] is JsonValue && entry.Value["status"] is JsonValue && LoadPlan.IsLoaders(entry.Value))
            .ToLookup(entry => (entry.Key.Type, Url: Text(entry.Value, "url")!));
        var drafts = new Dictionary<string, BuiltResource?>(StringComparer.Ordinal);
        foreach (var built in resources)
        {
            var made = (JsonObject)JsonNode.Parse(built.Json)!;
            if (Text(made, "status") != "draft" || Text(made, "url") is not { } url) continue;
            var line = lines[(built.Type, url)].ToList();
            var active = line.Find(entry => Text(entry.Value, "status") == "active");
            if (active.Value is null) continue;
            foreach (var version in line.Where(entry => Text(entry.Value, "status") != "draft")) kept.Add(version.Key);
            drafts[built.Reference] = Same(made, active.Value) ? null : Draft(built, made, active.Value, line.Find(entry => Text(entry.Value, "status") == "draft"));
        }

        return drafts.Count == 0 ? resources : [.. resources.Select(built => In(built, drafts)).OfType<BuiltResource>().OrderBy(built => built.Reference, StringComparer.Ordinal)];
    }

    private static BuiltResource Draft(BuiltResource built, JsonObject made, JsonObject active, KeyValuePair<(string Type, string Id), JsonObject> draft)
    {
        var version = draft.Value is { } there ? Text(there, "version")! : StoredVersions.Following(Text(active, "version") ?? Canonicals.Version);
        var id = draft.Value is null ? Ids.From(built.Id, version) : draft.Key.Id;
        made["id"] = id;
        made["version"] = version;
        return new BuiltResource(built.Type, id, LoadPlan.Bytes(made));
    }

    /// <summary>A resource or the Provenance of one, as it is to be compared.</summary>
    /// <returns>Null for one that stays as it is stored.</returns>
    private static BuiltResource? In(BuiltResource built, Dictionary<string, BuiltResource?> drafts)
    {
        if (drafts.TryGetValue(built.Reference, out var draft)) return draft;
        if (built.Type != "Provenance") return built;
        var provenance = (JsonObject)JsonNode.Parse(built.Json)!;
        if (provenance["target"] is not JsonArray { Count: 1 } targets || targets[0]!["reference"]?.GetValue<string>() is not { } target || !drafts.TryGetValue(target, out var successor)) return built;
        if (successor is null) return null;
        var id = Ids.From(successor.Type, successor.Id);
        provenance["id"] = id;
        targets[0]!["reference"] = successor.Reference;
        return new BuiltResource("Provenance", id, LoadPlan.Bytes(provenance));
    }

    private static bool Same(JsonObject made, JsonObject active) => LoadPlan.SameContent(Content(made), Content(active));

    private static JsonObject Content(JsonObject resource)
    {
        var content = (JsonObject)resource.DeepClone();
        foreach (var name in OfVersion) content.Remove(name);
        return content;
    }

    private static string? Text(JsonObject resource, string name) => resource[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
