using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Where a page ends: keys and rid of its last match. Total is that of the first page, null when it had none.</summary>
/// <remarks>As text: a JSON array in base64url, which begins with a mark of the search it belongs to.</remarks>
internal sealed record SearchCursor(string?[] Keys, long Rid, int? Total)
{
    public string ToText(BoundSearch search)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(Mark(search));
            writer.WriteStringValue(Rid.ToString(CultureInfo.InvariantCulture));
            writer.WriteNumberValue(Total ?? -1);
            foreach (var key in Keys) writer.WriteStringValue(key);
            writer.WriteEndArray();
        }

        return Base64Url.EncodeToString(stream.ToArray());
    }

    /// <exception cref="FhirException"><c>invalid</c>: not of this server, or of another search.</exception>
    public static SearchCursor Parse(string text, BoundSearch search)
    {
        var items = Items(text) ?? throw new FhirException(Issue.Invalid(
            "The page link is damaged: its cursor was not made by this server. Start again from the first page."));
        if (items[0] != Mark(search))
            throw new FhirException(Issue.Invalid("The cursor belongs to another search; parameters must stay the same from page to page."));
        var total = int.Parse(items[2]!, CultureInfo.InvariantCulture);
        return new SearchCursor([.. items.Skip(3)], long.Parse(items[1]!, CultureInfo.InvariantCulture), total < 0 ? null : total);
    }

    /// <summary>Mark, rid and total, and the keys; null when it is nothing of ours.</summary>
    private static List<string?>? Items(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(text));
            if (json.RootElement.ValueKind != JsonValueKind.Array) return null;
            List<string?> items = [.. json.RootElement.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number ? item.GetRawText() : item.GetString())];
            return items.Count >= 3
                && long.TryParse(items[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out _)
                && int.TryParse(items[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? items : null;
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
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
