using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>What the server itself writes into a resource: id, meta.versionId, meta.lastUpdated.</summary>
internal static class Stamp
{
    public static byte[] Apply(ResourceDocument document, string id, int version, DateTimeOffset lastUpdated)
    {
        var root = JsonNode.Parse(document.Bytes.Span)!.AsObject();
        root.Remove("id");
        root.Insert(1, "id", id);
        if (root["meta"] is not JsonObject meta)
        {
            meta = [];
            root.Remove("meta");
            root.Insert(2, "meta", meta);
        }

        meta["versionId"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        meta["lastUpdated"] = lastUpdated.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    public static bool SameContent(ReadOnlyMemory<byte> stored, ResourceDocument document) =>
        JsonNode.DeepEquals(Bare(stored.Span), Bare(document.Bytes.Span));

    private static JsonObject Bare(ReadOnlySpan<byte> utf8)
    {
        var root = JsonNode.Parse(utf8)!.AsObject();
        root.Remove("id");
        if (root["meta"] is JsonObject meta)
        {
            meta.Remove("versionId");
            meta.Remove("lastUpdated");
            if (meta.Count == 0) root.Remove("meta");
        }

        return root;
    }
}
