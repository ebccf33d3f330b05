using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Encoding and escaping, of the later edition of the specification. https://hl7.org/fhirpath/#encodeformat--string--string</summary>
/// <remarks>An unknown format or text that is not so encoded gives Empty.</remarks>
internal static class StringEncodingFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("encode", 1, 1, (input, arguments) => Change(input, arguments, Encode)),
        new("decode", 1, 1, (input, arguments) => Change(input, arguments, Decode)),
        new("escape", 1, 1, (input, arguments) => Change(input, arguments, Escape)),
        new("unescape", 1, 1, (input, arguments) => Change(input, arguments, Unescape)),
    ];

    /// <exception cref="FhirException"><c>invalid</c>: not one String; <c>too-costly</c>: the result is too long.</exception>
    private static Collection Change(Collection input, Arguments arguments, Func<string, string, string?> change)
    {
        if (input.SingleString(arguments.Site) is not { } text || arguments.String(0) is not { } format) return Collection.Empty;
        return change(text, format) is { } result ? Collection.Of(arguments.Frame.Checked(result)) : Collection.Empty;
    }

    private static string? Encode(string text, string format)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return format switch
        {
            "hex" => Convert.ToHexStringLower(bytes),
            "base64" => Convert.ToBase64String(bytes),
            "urlbase64" => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_'),
            _ => null,
        };
    }

    private static string? Decode(string text, string format)
    {
        try
        {
            return format switch
            {
                "hex" => Encoding.UTF8.GetString(Convert.FromHexString(text)),
                "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(text)),
                "urlbase64" => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)),
                _ => null,
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string? Escape(string text, string format) => format switch
    {
        "html" => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal),
        "json" => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        _ => null,
    };

    private static string? Unescape(string text, string format)
    {
        if (format == "html") return WebUtility.HtmlDecode(text);
        if (format != "json") return null;
        try
        {
            return JsonSerializer.Deserialize<string>($"\"{text}\"");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
