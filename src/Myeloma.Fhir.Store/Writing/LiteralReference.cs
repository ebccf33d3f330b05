using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>A literal reference of a resource to another one of this server. https://hl7.org/fhir/R4/references.html#literal</summary>
/// <param name="Element">The Reference.</param>
/// <param name="VersionId">The version it names; null when it names none.</param>
internal readonly record struct LiteralReference(Element Element, ResourceKey Target, int? VersionId)
{
    /// <summary>In the order of the document. References of resources within the resource (contained ones, entries of a Bundle) are none of its own.</summary>
    /// <param name="baseUrl">Absolute references below it count, too; null: only relative ones do.</param>
    public static IEnumerable<LiteralReference> Of(ResourceDocument document, string? baseUrl) =>
        document.Bytes.Span.IndexOf("\"reference\""u8) < 0 ? [] : Below(document.Root, baseUrl);

    private static IEnumerable<LiteralReference> Below(Element element, string? baseUrl)
    {
        foreach (var child in element.Children())
        {
            if (child.IsPrimitive || child.IsResource) continue;
            if (child.Type.Name == "Reference" && child.TextOf("reference") is { } text && Parse(text, baseUrl, child.Document.Schema) is { } found)
                yield return new LiteralReference(child, found.Target, found.VersionId);
            foreach (var further in Below(child, baseUrl)) yield return further;
        }
    }

    private static (ResourceKey Target, int? VersionId)? Parse(string text, string? baseUrl, R4Schema schema)
    {
        var path = text.AsSpan();
        if (baseUrl is not null && path.StartsWith(baseUrl, StringComparison.Ordinal) && path.Length > baseUrl.Length && path[baseUrl.Length] == '/')
            path = path[(baseUrl.Length + 1)..];
        var slash = path.IndexOf('/');
        if (slash <= 0 || !char.IsAsciiLetterUpper(path[0])) return null;
        var type = path[..slash].ToString();
        var id = path[(slash + 1)..];
        int? version = null;
        if (id.IndexOf("/_history/") is > 0 and var at)
        {
            if (!int.TryParse(id[(at + "/_history/".Length)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            version = number;
            id = id[..at];
        }

        if (id.Length is 0 or > 64 || id.ContainsAnyExcept(IdCharacters) || !schema.IsResourceType(type)) return null;
        return (new ResourceKey(type, id.ToString()), version);
    }

    private static readonly System.Buffers.SearchValues<char> IdCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");
}
