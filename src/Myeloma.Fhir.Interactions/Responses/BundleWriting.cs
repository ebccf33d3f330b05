using System.Globalization;
using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>What all bundles write alike.</summary>
internal static class BundleWriting
{
    /// <summary>An instant in UTC with milliseconds, as in <c>meta.lastUpdated</c>.</summary>
    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>One entry of <c>Bundle.link</c>.</summary>
    public static void WriteLink(Utf8JsonWriter writer, string relation, string url)
    {
        writer.WriteStartObject();
        writer.WriteString("relation"u8, relation);
        writer.WriteString("url"u8, url);
        writer.WriteEndObject();
    }

    /// <summary>A URL with its query, percent-encoded where a query needs it; the signs that FHIR uses in values (<c>: , /</c>) stay readable.</summary>
    /// <param name="cursor">The place of the page; null for the first one.</param>
    public static string Url(string address, IReadOnlyList<KeyValuePair<string, string>> parameters, string? cursor = null)
    {
        var text = new System.Text.StringBuilder(address);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            text.Append(separator).Append(Escaped(name)).Append('=').Append(Escaped(value));
            separator = '&';
        }

        if (cursor is not null) text.Append(separator).Append(PageSizes.CursorParameter).Append('=').Append(Escaped(cursor));
        return text.ToString();
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text)
        .Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%2C", ",", StringComparison.Ordinal)
        .Replace("%2F", "/", StringComparison.Ordinal);
}
