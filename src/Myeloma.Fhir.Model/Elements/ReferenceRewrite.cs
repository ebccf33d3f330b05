using System.Text;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>Replaces the links of a transaction's entry, once the ids of the other entries are known.</summary>
/// <remarks>
/// https://hl7.org/fhir/R4/http.html#trules: <c>Reference.reference</c>, elements of type uri, url, oid and uuid that hold a urn, and href and src in the narrative;
/// elements of type canonical are not replaced.
/// </remarks>
public static class ReferenceRewrite
{
    /// <param name="replacement">The new text of a link; null leaves it as it is.</param>
    /// <returns>A new document; the same one when nothing was replaced. All other bytes are as they were.</returns>
    public static ResourceDocument Apply(ResourceDocument document, Func<string, string?> replacement)
    {
        var splice = new JsonSplice(document.Bytes);
        Visit(document.Root, replacement, splice);
        return splice.IsEmpty ? document : ResourceDocument.Parse(splice.Apply(), document.Schema, document.Limits);
    }

    /// <inheritdoc cref="Apply(ResourceDocument, Func{string, string})"/>
    public static ResourceDocument Apply(ResourceDocument document, IReadOnlyDictionary<string, string> replacements) =>
        Apply(document, replacements.GetValueOrDefault);

    private static void Visit(Element element, Func<string, string?> replacement, JsonSplice splice)
    {
        var isReference = element.Type.Name == "Reference";
        foreach (var child in element.Children())
        {
            if (child.Kind == JsonKind.String && (child.Type.Name is "uri" or "url" or "oid" or "uuid" || (isReference && child.Name == "reference")))
            {
                // Outside of a Reference only a urn is a link to an entry: the url of a CodeSystem and the system of its codes are names, and stay.
                if (!isReference && !child.RawValue.StartsWith("urn:"u8)) continue;
                if (replacement(child.Text!) is not { } text) continue;
                var (start, end) = JsonSplice.Extent(child.Document.Nodes[child.ValueNode]);
                splice.Replace(start, end, JsonText.Quote(text));
            }
            else if (child.Type.Name == "xhtml" && child.Kind == JsonKind.String)
            {
                VisitNarrative(child, replacement, splice);
            }

            Visit(child, replacement, splice);
        }
    }

    /// <summary>The attributes href and src, found in the string as written: a quote there may be <c>\"</c> or <c>'</c>.</summary>
    private static void VisitNarrative(Element div, Func<string, string?> replacement, JsonSplice splice)
    {
        var raw = div.RawValue;
        var offset = div.SourceOffset + 1;
        for (var at = 0; at < raw.Length;)
        {
            var next = raw[at..].IndexOf((byte)'=');
            if (next < 0) return;
            at += next + 1;
            var name = raw[..(at - 1)].TrimEnd((byte)' ');
            if (!name.EndsWith(" href"u8) && !name.EndsWith(" src"u8)) continue;

            var rest = raw[at..];
            var quote = rest.StartsWith("\\\""u8) ? "\\\""u8 : rest.StartsWith("'"u8) ? "'"u8 : default;
            if (quote.IsEmpty) continue;
            var start = at + quote.Length;
            var length = raw[start..].IndexOf(quote);
            if (length < 0) return;
            at = start + length + quote.Length;
            var plain = new byte[length];
            var link = Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw.Slice(start, length), plain));
            if (replacement(link) is not { } text) continue;
            var escaped = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
                .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);
            splice.Replace(offset + start, offset + start + length, JsonText.Quote(escaped)[1..^1]);
        }
    }
}
