using System.Text;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>The separators of values and the backslash that takes their meaning away. https://hl7.org/fhir/R4/search.html#escaping</summary>
internal static class EscapedText
{
    /// <summary>The pieces between separators that no backslash stands before; escapes are left as they are.</summary>
    public static List<string> Split(string text, char separator)
    {
        List<string> pieces = [];
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\\') index++;
            else if (text[index] == separator)
            {
                pieces.Add(text[start..index]);
                start = index + 1;
            }
        }

        pieces.Add(text[start..]);
        return pieces;
    }

    /// <summary>Without the backslashes before <c>, | $ \</c>; any other backslash stays.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\\' && index + 1 < text.Length && text[index + 1] is ',' or '|' or '$' or '\\') index++;
            plain.Append(text[index]);
        }

        return plain.ToString();
    }
}
