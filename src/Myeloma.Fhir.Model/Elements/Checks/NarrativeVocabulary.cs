using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>
/// The elements and attributes a narrative may hold: the basic formatting of HTML 4.0 chapters 7 to 11 and 15, without insertions and deletions (section 4 of
/// chapter 9) and without deprecated elements; links and images. Asked by UTF-8 bytes without allocating.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/narrative.html#xhtml, https://www.w3.org/TR/html401/</remarks>
internal static class NarrativeVocabulary
{
    private const string Cell = " align char charoff valign";
    private const string Data = " abbr axis headers scope rowspan colspan nowrap width height bgcolor" + Cell;

    /// <summary>https://www.w3.org/TR/html401/struct/global.html#h-7.5 and https://www.w3.org/TR/html401/struct/dirlang.html</summary>
    private static readonly Utf8Set Everywhere = new(["id", "class", "style", "title", "lang", "xml:lang", "dir"]);

    private static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        ["div"] = "align", ["p"] = "align", ["h1"] = "align", ["h2"] = "align", ["h3"] = "align", ["h4"] = "align", ["h5"] = "align", ["h6"] = "align",
        ["span"] = "", ["address"] = "", ["bdo"] = "",
        ["em"] = "", ["strong"] = "", ["dfn"] = "", ["code"] = "", ["samp"] = "", ["kbd"] = "", ["var"] = "", ["cite"] = "", ["abbr"] = "", ["acronym"] = "",
        ["blockquote"] = "cite", ["q"] = "cite", ["sub"] = "", ["sup"] = "", ["br"] = "clear", ["pre"] = "width xml:space",
        ["ul"] = "type compact", ["ol"] = "type start compact", ["li"] = "type value", ["dl"] = "compact", ["dt"] = "", ["dd"] = "",
        ["table"] = "summary width border frame rules cellspacing cellpadding align bgcolor", ["caption"] = "align",
        ["colgroup"] = "span width" + Cell, ["col"] = "span width" + Cell, ["thead"] = Cell, ["tbody"] = Cell, ["tfoot"] = Cell, ["tr"] = "bgcolor" + Cell,
        ["th"] = Data, ["td"] = Data,
        ["tt"] = "", ["i"] = "", ["b"] = "", ["big"] = "", ["small"] = "", ["hr"] = "align noshade size width",
        ["a"] = "href name hreflang type rel rev charset shape coords accesskey tabindex",
        ["img"] = "src alt longdesc name height width usemap ismap border align hspace vspace",
        ["map"] = "name", ["area"] = "shape coords href nohref alt accesskey tabindex",
    };

    private static readonly Utf8Set Elements = new(Own.Keys);
    private static readonly Utf8Set Pairs = new(Own.SelectMany(own => own.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => own.Key + '.' + name)));
    private static readonly int LongestPair = Own.Max(own => own.Key.Length) + 1 + Own.Max(own => own.Value.Split(' ').Max(name => name.Length));

    /// <param name="name">As written: XHTML knows lower case only.</param>
    public static bool HasElement(ReadOnlySpan<byte> name) => Elements.Contains(name);

    public static bool HasAttribute(ReadOnlySpan<byte> element, ReadOnlySpan<byte> name)
    {
        if (Everywhere.Contains(name)) return true;
        Span<byte> pair = stackalloc byte[LongestPair];
        if (element.Length + 1 + name.Length > pair.Length) return false;
        element.CopyTo(pair);
        pair[element.Length] = (byte)'.';
        name.CopyTo(pair[(element.Length + 1)..]);
        return Pairs.Contains(pair[..(element.Length + 1 + name.Length)]);
    }
}
