using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Names → codes of a-z, 0-9 and single hyphens, at most 64 characters.</summary>
internal static class Slug
{
    // Normalisation tables are not there when globalisation is invariant, so the letters of drug names are folded here.
    private const string Accented = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ";
    private const string Unaccented = "aaaaaaceeeeiiiinoooooouuuuyyAAAAAACEEEEIIIINOOOOOOUUUUY";

    public static string Of(string name)
    {
        var builder = new StringBuilder(name.Length);
        foreach (var c in Plain(name))
        {
            if (char.IsAsciiLetterOrDigit(c)) builder.Append(char.ToLowerInvariant(c));
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && builder.Length > 0 && builder[^1] != '-') builder.Append('-');
        }

        var slug = builder.ToString().Trim('-');
        return slug.Length <= 64 ? slug : slug[..64].Trim('-');
    }

    private static IEnumerable<char> Plain(string name) =>
        name.Select(c => Accented.IndexOf(c, StringComparison.Ordinal) is var at && at >= 0 ? Unaccented[at] : c);
}
