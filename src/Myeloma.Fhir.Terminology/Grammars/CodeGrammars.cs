namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>The systems whose codes are read by rules. https://hl7.org/fhir/R4/terminologies-systems.html</summary>
public static class CodeGrammars
{
    /// <summary>All of them, in the order of their urls.</summary>
    public static readonly IReadOnlyList<CodeGrammar> All = [UcumUnits.Instance, MediaTypes.Instance, LanguageTags.Instance, CountryCodes.Instance];

    /// <param name="url">Without version.</param>
    /// <returns>Null when the system is none of them.</returns>
    public static CodeGrammar? Find(string url)
    {
        foreach (var grammar in All)
            if (grammar.Url == url) return grammar;
        return null;
    }
}
