using System.Globalization;

namespace Myeloma.Fhir.Server.Negotiation;

/// <summary>One entry of Accept, or a Content-Type. https://www.rfc-editor.org/rfc/rfc9110#name-accept</summary>
internal readonly ref struct MediaRange
{
    /// <summary><c>application/fhir+json</c>, <c>*/*</c>; as written.</summary>
    public ReadOnlySpan<char> Type { get; private init; }

    /// <summary>The parameter q, 1 when absent.</summary>
    public double Quality { get; private init; }

    /// <summary>The parameter charset without quotes, empty when absent.</summary>
    public ReadOnlySpan<char> Charset { get; private init; }

    /// <summary>Whether the parameter charset is absent or names UTF-8.</summary>
    public bool IsUtf8 => Charset.Length == 0 || Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || Charset.Equals("utf8", StringComparison.OrdinalIgnoreCase);

    /// <summary>How exactly the range names a type: 3 by name, 2 by <c>application/*</c>, 1 by <c>*/*</c>, 0 not at all.</summary>
    public int SpecificityFor(ReadOnlySpan<char> type)
    {
        if (Type.Equals(type, StringComparison.OrdinalIgnoreCase)) return 3;
        if (Type is "*/*" or "*") return 1;
        return Type.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(Type[..^1], StringComparison.OrdinalIgnoreCase) ? 2 : 0;
    }

    /// <summary>Whether the parameter fhirVersion is absent or names R4. https://hl7.org/fhir/R4/versioning.html#mt-version</summary>
    public bool IsR4 { get; private init; }

    /// <returns>False when there is no type or q is no number.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out MediaRange range)
    {
        range = default;
        var semicolon = text.IndexOf(';');
        var type = (semicolon < 0 ? text : text[..semicolon]).Trim();
        if (type.Length == 0) return false;

        var quality = 1.0;
        ReadOnlySpan<char> charset = default, version = default;
        var rest = semicolon < 0 ? default : text[(semicolon + 1)..];
        foreach (var part in rest.Split(';'))
        {
            var parameter = rest[part].Trim();
            var equals = parameter.IndexOf('=');
            if (equals < 0) continue;
            var name = parameter[..equals].Trim();
            var value = parameter[(equals + 1)..].Trim().Trim('"');
            if (name.Equals("q", StringComparison.OrdinalIgnoreCase))
            {
                if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out quality)) return false;
            }
            else if (name.Equals("charset", StringComparison.OrdinalIgnoreCase)) charset = value;
            else if (name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase)) version = value;
        }

        range = new MediaRange { Type = type, Quality = quality, Charset = charset, IsR4 = version.Length == 0 || version is "4.0" or "4.0.1" };
        return true;
    }
}
