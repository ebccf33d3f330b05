using System.Text;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>The expression definitions of a library's CQL text, as text. https://cql.hl7.org/03-developersguide.html</summary>
internal static partial class CqlLibrary
{
    private const int MaxTextLength = 1_000_000;

    /// <summary>Names and bodies of <c>define</c> statements; those of functions are left out. Of the same name the first counts.</summary>
    /// <returns>Null when the library has no CQL text (what is compiled, ELM, is not read).</returns>
    public static IReadOnlyDictionary<string, string>? Read(Element library)
    {
        foreach (var content in library.Children("content"))
        {
            if (content.TextOf("contentType") is not { } type || !type.StartsWith("text/cql", StringComparison.Ordinal) || content.TextOf("data") is not { } data) continue;
            if (Decoded(data) is { } text) return Definitions(text);
        }

        return null;
    }

    private static string? Decoded(string data)
    {
        var bytes = new byte[data.Length];
        return data.Length <= MaxTextLength && Convert.TryFromBase64String(data, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static Dictionary<string, string> Definitions(string text)
    {
        var definitions = new Dictionary<string, string>(StringComparer.Ordinal);
        var starts = Statement().Matches(text);
        for (var index = 0; index < starts.Count; index++)
        {
            var start = starts[index];
            if (!start.Groups["name"].Success) continue;
            var end = index + 1 < starts.Count ? starts[index + 1].Index : text.Length;
            definitions.TryAdd(start.Groups["name"].Value, text[(start.Index + start.Length)..end].Trim());
        }

        return definitions;
    }

    /// <summary>Where a statement begins: at the beginning of a line, as all CQL that tools write has it.</summary>
    [GeneratedRegex(
        """^(?:define[ \t]+(?:(?:public|private)[ \t]+)?(?:"(?<name>[^"\\\r\n]+)"|(?<name>(?!function\b|fluent\b)[A-Za-z_]\w*))[ \t]*:|(?:define|library|using|include|parameter|context|valueset|codesystem|code|concept)\b)""",
        RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Statement();
}
