using System.Security.Cryptography;
using System.Text;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>The addresses of our own artifacts. They name and need not resolve; they stay when a server moves.</summary>
internal static class Canonicals
{
    public const string Base = "http://myeloma-fhir.org/fhir";

    /// <summary>The business version of what the mapping makes; raised when the mapping gives the same facts another shape.</summary>
    public const string Version = "0.1.0";

    public const string Drug = Base + "/CodeSystem/drug";
    public const string Condition = Base + "/CodeSystem/condition";
    public const string DiseaseState = Base + "/CodeSystem/disease-state";
    public const string Route = Base + "/CodeSystem/route";
    public const string TreatmentSetting = Base + "/CodeSystem/treatment-setting";
    public const string TherapyCategory = Base + "/CodeSystem/therapy-category";
    public const string Misspelling = Base + "/CodeSystem/misspelling";
    public const string DrugKind = Base + "/CodeSystem/drug-kind";
    public const string DesignationUse = Base + "/CodeSystem/designation-use";
    public const string UsageContextType = Base + "/CodeSystem/usage-context-type";
    public const string PriorTherapyOutcome = Base + "/CodeSystem/prior-therapy-outcome";
    public const string ResourceOrigin = Base + "/CodeSystem/resource-origin";
    public const string RegimenAbbreviation = Base + "/NamingSystem/regimen-abbreviation";
    public const string DocumentFile = Base + "/NamingSystem/document-file";
    public const string DocumentSha256 = Base + "/NamingSystem/document-sha256";

    public static string Of(string type, string id) => $"{Base}/{type}/{id}";

    public static string Versioned(string type, string id) => $"{Base}/{type}/{id}|{Version}";

    public static string Extension(string name) => $"{Base}/StructureDefinition/{name}";
}

/// <summary>Ids and names made of words: stable, legal, and different for different words.</summary>
internal static class Ids
{
    /// <summary>https://hl7.org/fhir/R4/datatypes.html#id</summary>
    private const int MaximumLength = 64;

    private const int HashLength = 12;

    /// <summary>Lower case, a-z, 0-9 and single hyphens, at most 64 characters. Where that loses something, a hash of the words takes its place.</summary>
    public static string From(params ReadOnlySpan<string> parts)
    {
        var words = string.Join(' ', parts);
        var slug = Slug(words);
        var lostLetters = words.Any(letter => letter > 127 && char.IsLetterOrDigit(letter));
        return slug.Length == 0 || lostLetters ? Shortened(slug, words, always: true) : Shortened(slug, words, always: false);
    }

    /// <summary>The id of a set of slugs, the same whatever their order.</summary>
    public static string OfSet(IEnumerable<string> slugs)
    {
        var sorted = slugs.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        // A hyphen inside a slug would let two sets share one joined name, so such a set gets its hash.
        var ambiguous = sorted.Count > 1 && sorted.Any(slug => slug.Contains('-'));
        return Shortened(string.Join('-', sorted), string.Join('+', sorted), ambiguous);
    }

    /// <summary>Lower case, every run of other characters one hyphen, none at the ends; may be empty.</summary>
    public static string Slug(string words)
    {
        var slug = new StringBuilder(words.Length);
        foreach (var letter in words)
        {
            if (char.IsAsciiLetterOrDigit(letter)) slug.Append(char.ToLowerInvariant(letter));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().TrimEnd('-');
    }

    /// <summary>A name as R4 wants it for generated code: <c>[A-Z]([A-Za-z0-9_]){0,254}</c>, each word with a capital.</summary>
    public static string Name(string words)
    {
        var name = new StringBuilder(words.Length);
        var start = true;
        foreach (var letter in words)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(start ? char.ToUpperInvariant(letter) : letter);
                start = false;
            }
            else
            {
                start = true;
            }
        }

        if (name.Length == 0 || !char.IsAsciiLetterUpper(name[0])) name.Insert(0, 'N');
        return name.Length > 255 ? name.ToString(0, 255) : name.ToString();
    }

    private static string Shortened(string slug, string words, bool always)
    {
        if (!always && slug.Length <= MaximumLength) return slug;

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words)))[..HashLength];
        var kept = slug[..Math.Min(slug.Length, MaximumLength - HashLength - 1)].TrimEnd('-');
        return kept.Length == 0 ? hash : $"{kept}-{hash}";
    }
}
