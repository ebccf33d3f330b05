using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Systems whose codes have a grammar instead of a list. https://hl7.org/fhir/R4/terminologies-systems.html</summary>
internal static partial class CodeSyntax
{
    /// <returns>Null when the system's codes are not told by their form.</returns>
    public static Func<string, bool>? Find(string system) => system switch
    {
        "urn:ietf:bcp:47" => code => Language().IsMatch(code),
        "urn:ietf:bcp:13" or "http://www.rfc-editor.org/bcp/bcp13.txt" => code => MediaType().IsMatch(code),
        UcumUnit.SystemUrl => code => UcumUnit.Find(code) is not null,
        _ => null,
    };

    /// <summary>Well-formed tags of https://www.rfc-editor.org/info/bcp47: language, script, region, variants, extensions, private use.</summary>
    [GeneratedRegex(@"^(([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?|[xX](-[A-Za-z0-9]{1,8})+|[iI]-[A-Za-z0-9-]+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Language();

    /// <summary>type/subtype with parameters; FHIR's own shorthands (xml, json, ttl) go through too.</summary>
    [GeneratedRegex(@"^([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;\s*[A-Za-z0-9!#$&^_.+-]+=[^;]+)*|xml|json|ttl|none)$", RegexOptions.NonBacktracking)]
    private static partial Regex MediaType();
}
