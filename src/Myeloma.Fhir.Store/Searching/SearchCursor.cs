using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>The match that a page begins after, or ends before: its keys and rid.</summary>
/// <param name="Total">That of the first page; null when it had none.</param>
/// <param name="View">What the first page saw.</param>
/// <param name="Backward">The page ends before the match: a link to the previous page.</param>
/// <remarks>As text: a JSON array that begins with a mark of the search it belongs to, sealed.</remarks>
internal sealed record SearchCursor(string?[] Keys, long Rid, int? Total, PageView View, bool Backward = false)
{
    public string ToText(BoundSearch search, CursorSeal seal)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(Mark(search));
            writer.WriteNumberValue(Rid);
            writer.WriteNumberValue(Total ?? -1);
            writer.WriteBooleanValue(Backward);
            writer.WriteNumberValue(View.Settled);
            writer.WriteNumberValue(View.Newest);
            writer.WriteStringValue(View.Snapshot);
            writer.WriteNumberValue(View.Until);
            foreach (var key in Keys) writer.WriteStringValue(key);
            writer.WriteEndArray();
        }

        return seal.Seal(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <exception cref="FhirException"><c>invalid</c>: not of this server, or of another search.</exception>
    public static SearchCursor Parse(string text, BoundSearch search, CursorSeal seal)
    {
        // What the seal vouches for was written by ToText; a link of a version before views has less in it.
        using var json = JsonDocument.Parse(seal.Open(text));
        var items = json.RootElement;
        if (items.GetArrayLength() < 8 || items[0].GetString() != Mark(search))
            throw new FhirException(Issue.Invalid("The cursor belongs to another search; parameters must stay the same from page to page."));
        var total = items[2].GetInt32();
        var view = new PageView(items[4].GetInt64(), items[5].GetInt64(), items[6].GetString()!, items[7].GetInt64());
        return new SearchCursor([.. items.EnumerateArray().Skip(8).Select(key => key.GetString())], items[1].GetInt64(), total < 0 ? null : total, view, items[3].GetBoolean());
    }

    /// <summary>What the order and the matches depend on; the size of a page may change on the way.</summary>
    private static string Mark(BoundSearch search)
    {
        var text = new StringBuilder(search.ResourceType);
        foreach (var (name, value) in search.SelfParameters)
            if (name != "_count") text.Append('\n').Append(name).Append('=').Append(value);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 6));
    }
}
