using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>Countries, as far as R4 lists them: the codes of two letters. https://hl7.org/fhir/R4/valueset-iso3166-1-2.html</summary>
/// <remarks>The system also has codes of three letters, of digits, and of parts of countries; what is not among the listed may be one of those.</remarks>
internal sealed class CountryCodes : CodeGrammar
{
    public static readonly CountryCodes Instance = new();

    private readonly Lazy<Dictionary<string, string?>> names;

    private CountryCodes() => names = new(() => Listed("http://hl7.org/fhir/ValueSet/iso3166-1-2").DistinctBy(each => each.Code).ToDictionary(each => each.Code, each => each.Display, StringComparer.Ordinal));

    public override string Url => "urn:iso:std:iso:3166";

    public override string Name => "ISO3166";

    public override string Title => "Codes for countries (ISO 3166-1), those of two letters";

    public override bool IsCaseSensitive => true;

    public override bool IsComplete => false;

    public override string? Language => "en";

    public override string? CommonValueSet => "http://hl7.org/fhir/ValueSet/iso3166-1-2";

    internal override IEnumerable<ConceptSource> Common => names.Value.Select(each => new ConceptSource(each.Key, each.Value, null, -1));

    internal override ConceptSource? Read(string code, out string? fault)
    {
        fault = null;
        return names.Value.TryGetValue(code, out var name) ? new ConceptSource(code, name, null, -1) : null;
    }
}
