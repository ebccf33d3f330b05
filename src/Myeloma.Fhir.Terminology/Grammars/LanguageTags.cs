using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>Languages: every tag whose subtags are registered is a code. https://hl7.org/fhir/R4/valueset-languages.html, https://www.rfc-editor.org/info/bcp47</summary>
internal sealed class LanguageTags : CodeGrammar
{
    public static readonly LanguageTags Instance = new();

    private LanguageTags()
    {
    }

    public override string Url => "urn:ietf:bcp:47";

    public override string Name => "BCP47";

    public override string Title => "Tags for identifying languages (BCP 47)";

    public override bool IsCaseSensitive => false;

    public override string? CommonValueSet => "http://hl7.org/fhir/ValueSet/languages";

    public override string? Language => "en";

    /// <summary>The parts of a tag.</summary>
    public override IReadOnlyList<PropertyDefinition> Properties =>
        [.. ((string[])["language", "ext-lang", "script", "region", "variant", "extension", "private-use"]).Select(code => new PropertyDefinition(code, null, "code"))];

    internal override IEnumerable<ConceptSource> Common => Listed(CommonValueSet!).Select(each => Read(each.Code, out _)).OfType<ConceptSource>();

    internal override ConceptSource? Read(string code, out string? fault)
    {
        var tag = LanguageTag.Read(code);
        fault = tag.Fault;
        if (fault is not null) return null;
        return new ConceptSource(tag.Text, tag.Display, null, -1)
        {
            Designations = [.. tag.OtherNames.Select(name => new Designation("en", null, name))],
            Properties = [.. tag.Parts.Select(part => new ConceptProperty(part.Kind, "code", part.Subtag)), .. tag.IsDeprecated ? [new ConceptProperty("status", "code", "deprecated")] : (ConceptProperty[])[]],
        };
    }
}
