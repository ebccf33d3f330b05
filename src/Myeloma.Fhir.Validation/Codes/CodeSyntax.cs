using Myeloma.Fhir.Terminology.Grammars;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Systems whose codes have a grammar instead of a list. https://hl7.org/fhir/R4/terminologies-systems.html</summary>
internal static class CodeSyntax
{
    private const string MediaTypes = "urn:ietf:bcp:13";

    /// <summary>What FHIR lets stand for its own formats where a media type is due. https://hl7.org/fhir/R4/http.html#mime-type</summary>
    private static readonly string[] OwnFormats = ["xml", "json", "ttl", "none"];

    /// <returns>Null when the system's codes are not told by their form, or not all of them.</returns>
    public static Func<string, bool>? Find(string system)
    {
        if (CodeGrammars.Find(system == "http://www.rfc-editor.org/bcp/bcp13.txt" ? MediaTypes : system) is not { IsComplete: true } grammar) return null;
        return grammar.Url == MediaTypes ? code => OwnFormats.Contains(code) || grammar.IsCode(code) : grammar.IsCode;
    }
}
