using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>Puts id, version and time into a resource's bytes, as the server assigns them. https://hl7.org/fhir/R4/http.html#create</summary>
public static class ResourceStamp
{
    /// <summary>
    /// The resource with these values of <c>id</c>, <c>meta.versionId</c> and <c>meta.lastUpdated</c>; all other bytes, white space included, as they were.
    /// What is absent is put after resourceType, id and the start of meta, in this order.
    /// </summary>
    /// <param name="lastUpdated">Written in UTC with milliseconds: <c>2026-01-31T08:15:00.123Z</c>.</param>
    public static byte[] Apply(ResourceDocument document, string id, string versionId, DateTimeOffset lastUpdated)
    {
        var splice = new JsonSplice(document.Bytes);
        var quotedId = JsonText.Quote(id);
        var time = $"\"{lastUpdated.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\"";
        var version = Encoding.UTF8.GetString(JsonText.Quote(versionId));

        var idNode = document.FindProperty(0, "id"u8);
        var metaNode = document.FindProperty(0, "meta"u8);
        var anchor = JsonSplice.Extent(document.Nodes[document.FindProperty(0, "resourceType"u8)]).End;
        if (idNode < 0)
        {
            splice.Insert(anchor, [.. ",\"id\":"u8, .. quotedId]);
        }
        else
        {
            var (start, end) = JsonSplice.Extent(document.Nodes[idNode]);
            splice.Replace(start, end, quotedId);
            anchor = end;
        }

        if (metaNode < 0)
        {
            splice.Insert(anchor, Encoding.UTF8.GetBytes($",\"meta\":{{\"versionId\":{version},\"lastUpdated\":{time}}}"));
        }
        else if (document.Nodes[metaNode].Kind != JsonKind.Object)
        {
            var (start, end) = JsonSplice.Extent(document.Nodes[metaNode]);
            splice.Replace(start, end, Encoding.UTF8.GetBytes($"{{\"versionId\":{version},\"lastUpdated\":{time}}}"));
        }
        else
        {
            StampMeta(document, metaNode, splice, version, time);
        }

        return splice.Apply();
    }

    private static void StampMeta(ResourceDocument document, int meta, JsonSplice splice, string version, string time)
    {
        var versionNode = document.FindProperty(meta, "versionId"u8);
        var timeNode = document.FindProperty(meta, "lastUpdated"u8);
        Replace(versionNode, version);
        Replace(timeNode, time);

        var absent = new List<string>(2);
        if (versionNode < 0) absent.Add("\"versionId\":" + version);
        if (timeNode < 0) absent.Add("\"lastUpdated\":" + time);
        if (absent.Count == 0) return;
        var text = string.Join(',', absent) + (document.Nodes[meta].Count > 0 ? "," : "");
        splice.Insert(document.Nodes[meta].Start + 1, Encoding.UTF8.GetBytes(text));

        void Replace(int node, string value)
        {
            if (node < 0) return;
            var (start, end) = JsonSplice.Extent(document.Nodes[node]);
            splice.Replace(start, end, Encoding.UTF8.GetBytes(value));
        }
    }
}
