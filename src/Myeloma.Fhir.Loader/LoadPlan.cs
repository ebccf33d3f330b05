using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader;

/// <summary>What a load changes in a store, as one transaction.</summary>
/// <param name="Transaction">A Bundle of type transaction with a PUT for every change; without entries when nothing changes.</param>
/// <param name="Created">Relative references, in ordinal order, as the two lists after it.</param>
/// <param name="Updated">Resources whose content changed.</param>
/// <param name="Retired">Resources that no document states any more: their status says so, they are not deleted.</param>
/// <param name="Unchanged">How many resources are as they were.</param>
public sealed record LoadPlan(
    byte[] Transaction, IReadOnlyList<string> Created, IReadOnlyList<string> Updated, IReadOnlyList<string> Retired, int Unchanged)
{
    /// <summary>False when the store already holds everything as it is: then nothing is to be sent.</summary>
    public bool HasChanges => Created.Count + Updated.Count + Retired.Count > 0;

    /// <summary>The tag of every resource the loader makes; the resources a store holds with it are the ones to hand to <see cref="Diff"/>.</summary>
    public const string TagSystem = Canonicals.ResourceOrigin;

    /// <summary>The code in <see cref="TagSystem"/>.</summary>
    public const string TagCode = "loader";

    /// <summary>Compares what was built with what is stored.</summary>
    /// <param name="current">
    /// By type and id: every stored resource that bears the loader's tag, and whatever else is stored under an id of <paramref name="result"/>.
    /// </param>
    /// <remarks>
    /// <c>meta.versionId</c>, <c>meta.lastUpdated</c> and <c>Provenance.recorded</c> don't count as content, so that loading twice changes nothing.
    /// A Provenance is written again together with the resource it is about. What is built as a draft and stored as active was released by somebody, and stays as that one left it; what has changed since becomes a draft of the next version beside it.
    /// </remarks>
    /// <exception cref="FhirException"><c>conflict</c>: one issue a resource that is stored under an id the load needs and was not made by the loader.</exception>
    public static LoadPlan Diff(LoadResult result, IReadOnlyDictionary<(string Type, string Id), byte[]> current)
    {
        var stored = current.ToDictionary(entry => entry.Key, entry => Parse(entry.Value));
        var foreign = result.Resources.Where(built => stored.TryGetValue((built.Type, built.Id), out var there) && !IsLoaders(there)).ToList();
        if (foreign.Count > 0)
            throw new FhirException([.. foreign.Select(built => Issue.Conflict(
                $"{built} is stored and was not made by the loader; move it to another id, or tag it as the loader's to have it replaced."))]);

        var kept = new HashSet<(string Type, string Id)>();
        var resources = StoredVersions.Take(Succession.Take(result.Resources, stored, kept), stored);
        var created = resources.Where(built => !stored.ContainsKey((built.Type, built.Id))).ToList();
        var updated = resources.Where(built => stored.TryGetValue((built.Type, built.Id), out var there) && !SameContent(Parse(built.Json), there)).ToList();
        var changed = created.Concat(updated).Select(built => built.Reference).ToHashSet(StringComparer.Ordinal);
        updated.AddRange(resources.Where(built => built.Type == "Provenance" && !changed.Contains(built.Reference) && Targets(built).Any(changed.Contains)));

        var known = result.Resources.Concat(resources).Select(built => (built.Type, built.Id)).Concat(kept).ToHashSet();
        var retired = new List<BuiltResource>();
        foreach (var ((type, id), there) in stored.Where(entry => !known.Contains(entry.Key) && IsLoaders(entry.Value)))
            if (Retirement.Of(type, there) is { } withdrawn) retired.Add(new BuiltResource(type, id, Bytes(withdrawn)));

        var entries = created.Concat(updated).Concat(retired).OrderBy(built => built.Reference, StringComparer.Ordinal).ToList();
        return new LoadPlan(
            Bundle(entries), References(created), References(updated), References(retired),
            result.Resources.Count - created.Count - updated.Count);
    }

    /// <summary>Whether two resources say the same, versions and times of recording apart.</summary>
    internal static bool SameContent(JsonObject left, JsonObject right) => JsonNode.DeepEquals(Content(left), Content(right));

    private static JsonObject Content(JsonObject resource)
    {
        var content = (JsonObject)resource.DeepClone();
        if (content["meta"] is JsonObject meta)
        {
            meta.Remove("versionId");
            meta.Remove("lastUpdated");
        }

        if (content["resourceType"]?.GetValue<string>() == "Provenance") content.Remove("recorded");
        return content;
    }

    internal static bool IsLoaders(JsonObject resource) =>
        resource["meta"]?["tag"] is JsonArray tags
        && tags.Any(tag => tag?["system"]?.GetValue<string>() == TagSystem && tag["code"]?.GetValue<string>() == TagCode);

    private static IEnumerable<string> Targets(BuiltResource provenance) =>
        ((JsonArray)Parse(provenance.Json)["target"]!).Select(target => target!["reference"]!.GetValue<string>());

    private static List<string> References(IEnumerable<BuiltResource> resources) =>
        [.. resources.Select(built => built.Reference).Order(StringComparer.Ordinal)];

    private static JsonObject Parse(byte[] json) => (JsonObject)JsonNode.Parse(json)!;

    internal static byte[] Bytes(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) json.WriteTo(writer);
        return stream.ToArray();
    }

    private static byte[] Bundle(List<BuiltResource> resources)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "transaction");
            if (resources.Count > 0)
            {
                writer.WriteStartArray("entry");
                foreach (var built in resources) WriteEntry(writer, built);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter writer, BuiltResource built)
    {
        writer.WriteStartObject();
        writer.WriteString("fullUrl", Canonicals.Of(built.Type, built.Id));
        writer.WritePropertyName("resource");
        writer.WriteRawValue(built.Json, skipInputValidation: true);
        writer.WriteStartObject("request");
        writer.WriteString("method", "PUT");
        writer.WriteString("url", built.Reference);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
