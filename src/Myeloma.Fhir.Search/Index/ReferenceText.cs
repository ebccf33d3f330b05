using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Search.Index;

/// <summary>The text of a reference, taken apart. https://hl7.org/fhir/R4/references.html#literal</summary>
/// <param name="Type">Of a reference to this server; null for a bare id or an url.</param>
/// <param name="Id">Of a reference to this server; null for an url, and for text that is no reference at all.</param>
/// <param name="Version">After <c>_history/</c>; null when not stated.</param>
/// <param name="Url">The text itself when it is absolute (also below the server's own base) or an urn.</param>
internal readonly record struct ReferenceText(string? Type, string? Id, string? Version, string? Url)
{
    private const int MaxIdLength = 64;

    /// <summary>Whether it leads elsewhere.</summary>
    public bool IsUrl => Url is not null && Id is null;

    /// <param name="baseUrl">The server's own; null: every absolute reference leads elsewhere.</param>
    public static ReferenceText Parse(string text, string? baseUrl, R4Schema schema)
    {
        if (!IsAbsolute(text)) return Relative(text, null, schema);
        if (Below(text, baseUrl) is { } path && Relative(path, text, schema) is { Type: not null } local) return local;
        return new ReferenceText(null, null, null, text);
    }

    /// <summary>https://hl7.org/fhir/R4/datatypes.html#id</summary>
    public static bool IsId(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxIdLength) return false;
        foreach (var letter in text)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '.')) return false;
        return true;
    }

    /// <summary>Whether it begins with a scheme: <c>http:</c>, <c>urn:</c>.</summary>
    public static bool IsAbsolute(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetter(text[0])) return false;
        foreach (var letter in text.AsSpan(0, colon))
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('+' or '-' or '.')) return false;
        return true;
    }

    private static string? Below(string text, string? baseUrl)
    {
        if (baseUrl is null) return null;
        var root = baseUrl.TrimEnd('/');
        return text.Length > root.Length + 1 && text.StartsWith(root, StringComparison.Ordinal) && text[root.Length] == '/' ? text[(root.Length + 1)..] : null;
    }

    private static ReferenceText Relative(string text, string? url, R4Schema schema)
    {
        var parts = text.Split('/');
        if (parts.Length == 1 && IsId(text)) return new ReferenceText(null, text, null, url);
        var versioned = parts.Length == 4 && parts[2] == "_history" && IsId(parts[3]);
        if (!(versioned || parts.Length == 2) || !schema.IsResourceType(parts[0]) || !IsId(parts[1])) return new ReferenceText(null, null, null, url);
        return new ReferenceText(parts[0], parts[1], versioned ? parts[3] : null, url);
    }
}
