using Myeloma.Fhir.Model.Ucum;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>Units of measure: every UCUM expression is a code. https://hl7.org/fhir/R4/ucum.html, https://ucum.org/ucum</summary>
internal sealed class UcumUnits : CodeGrammar
{
    public static readonly UcumUnits Instance = new();

    private static readonly ConceptUse Synonym = new("http://snomed.info/sct", "900000000000013009", "Synonym");

    private readonly Lazy<Dictionary<string, string>> names;

    private UcumUnits() => names = new(() => Listed(CommonValueSet!).Where(each => each.Display is not null).DistinctBy(each => each.Code).ToDictionary(each => each.Code, each => each.Display!, StringComparer.Ordinal));

    public override string Url => UcumUnit.SystemUrl;

    /// <summary>That of the table of units.</summary>
    public override string? Version => "2.2";

    public override string Name => "UCUM";

    public override string Title => "Unified Code for Units of Measure";

    public override bool IsCaseSensitive => true;

    public override string? CommonValueSet => "http://hl7.org/fhir/ValueSet/ucum-common";

    public override string? Language => "en";

    /// <summary><c>canonical</c>: the base units of the code; value sets select comparable units by it.</summary>
    public override IReadOnlyList<PropertyDefinition> Properties => [new("canonical", null, "string")];

    /// <summary>The base units of a code; null when the text is no unit.</summary>
    internal static string? CanonicalForm(string code) => UcumUnit.TryParse(code, out var unit, out _) ? unit.CanonicalCode : null;

    internal override IEnumerable<ConceptSource> Common => Listed(CommonValueSet!).Select(each => Read(each.Code, out _)).OfType<ConceptSource>();

    internal override ConceptSource? Read(string code, out string? fault)
    {
        if (!UcumUnit.TryParse(code, out var unit, out var found))
        {
            fault = found.Text;
            return null;
        }

        fault = null;
        List<Designation> designations = [new("en", null, unit.DisplayName)];
        if (names.Value.TryGetValue(code, out var name) && name != code) designations.Add(new("en", Synonym, name));
        return new ConceptSource(code, code, null, -1) { Designations = designations, Properties = [new("canonical", "string", unit.CanonicalCode)] };
    }
}
