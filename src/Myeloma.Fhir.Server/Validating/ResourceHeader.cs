using System.Text.Json;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>What tells one resource from another, read without parsing the rest of it.</summary>
internal readonly record struct ResourceHeader(string Type, string? Id, string? Url, string? Version)
{
    /// <returns>Null when the text is no JSON object with a <c>resourceType</c>.</returns>
    public static ResourceHeader? Find(ReadOnlySpan<byte> json)
    {
        string? type = null, id = null, url = null, version = null;
        var reader = new Utf8JsonReader(WithoutMark(json), new JsonReaderOptions { MaxDepth = 256 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var part = PartOf(ref reader);
                if (!reader.Read()) break;
                var text = part != Part.Other && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                switch (part)
                {
                    case Part.Type: type = text; break;
                    case Part.Id: id = text; break;
                    case Part.Url: url = text; break;
                    case Part.Version: version = text; break;
                }

                if (text is null) reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Broken further down: what was read so far tells enough.
        }

        return type is null ? null : new ResourceHeader(type, id, url, version);
    }

    private enum Part
    {
        Other,
        Type,
        Id,
        Url,
        Version,
    }

    private static Part PartOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("resourceType"u8) ? Part.Type
        : reader.ValueTextEquals("id"u8) ? Part.Id
        : reader.ValueTextEquals("url"u8) ? Part.Url
        : reader.ValueTextEquals("version"u8) ? Part.Version
        : Part.Other;

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;
}
