namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>What of SNOMED CT's own model the engine has to know. https://hl7.org/fhir/R4/snomedct.html</summary>
internal static class SnomedCt
{
    public const string Url = "http://snomed.info/sct";

    /// <summary>The property that names a reference set a concept is a member of.</summary>
    public const string MemberOf = "memberOf";

    public const string SufficientlyDefined = "sufficientlyDefined";
    public const string ModuleId = "moduleId";
    public const string EffectiveTime = "effectiveTime";

    public const string IsA = "116680003";
    public const string FullySpecifiedName = "900000000000003001";
    public const string Synonym = "900000000000013009";
    public const string TextDefinition = "900000000000550004";
    public const string Primitive = "900000000000074008";
    public const string Defined = "900000000000073002";
    public const string HistoricalAssociation = "900000000000522004";

    /// <summary>Dialects by their alias: the language reference set of each.</summary>
    public static readonly IReadOnlyDictionary<string, string> Dialects = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["en-us"] = "900000000000509007",
        ["en-gb"] = "900000000000508004",
    };

    /// <summary>The associations of a profile: SAME AS; with REPLACED BY, WAS A and PARTIALLY EQUIVALENT TO; all.</summary>
    public static IReadOnlyList<string> Associations(HistoryProfile profile) => profile switch
    {
        HistoryProfile.Minimum => [.. Known[..1]],
        HistoryProfile.Moderate => [.. Known[..4]],
        _ => Known,
    };

    private static readonly string[] Known =
    [
        "900000000000527005", "900000000000526001", "900000000000528000", "1186924009", "900000000000523009", "900000000000524003", "900000000000525002", "900000000000529008", "900000000000530003", "900000000000531004", "1186921001",
    ];

    /// <summary>Whether a code is written as an identifier of SNOMED CT.</summary>
    public static bool IsIdentifier(string code) => code.Length is >= 6 and <= 18 && code.All(char.IsAsciiDigit);
}
