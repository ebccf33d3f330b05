using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.Operations;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests.Grammars;

/// <summary>Systems whose codes are read by rules: units, languages, media types, countries.</summary>
/// <remarks>https://hl7.org/fhir/R4/terminologies-systems.html</remarks>
public sealed class GrammarTests
{
    private const string Ucum = "http://unitsofmeasure.org";
    private const string Language = "urn:ietf:bcp:47";
    private const string Media = "urn:ietf:bcp:13";
    private const string Country = "urn:iso:std:iso:3166";

    private static readonly TerminologyCatalog Catalog = new(R4Schema.Instance);

    [Theory]
    [InlineData(Ucum, "mg/dL", "mg/dL")]
    [InlineData(Ucum, "mg.kg-1.{dose}", "mg.kg-1.{dose}")]
    [InlineData(Language, "de", "German")]
    [InlineData(Language, "de-CH", "German (Switzerland)")]
    [InlineData(Language, "zh-Hant-TW", "Chinese (Han (Traditional variant), Taiwan, Province of China)")]
    [InlineData(Language, "sl-rozaj-biske", "Slovenian (Resian, The San Giorgio dialect of Resian)")]
    [InlineData(Language, "zh-yue", "Chinese (Yue Chinese)")]
    [InlineData(Language, "de-Latn-DE-1996-u-co-phonebk-x-own", "German (Latin, Germany, German orthography of 1996, u-co-phonebk, x-own)")]
    [InlineData(Language, "i-default", "Default Language")]
    [InlineData(Language, "qaa-Qaaa-XA", "Private use (Private use, Private use)")]
    [InlineData(Language, "x-any", "x-any")]
    [InlineData(Media, "application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=4.0")]
    [InlineData(Country, "CH", "Switzerland")]
    public void A_code_by_the_rules_is_valid_and_has_a_name(string system, string code, string display)
    {
        var answer = CodeSystemAnswer(system, code);

        Assert.Equal("true", Value(answer, "result"));
        Assert.Equal(display, Value(answer, "display"));
        Assert.Null(Value(answer, "message"));
    }

    [Theory]
    [InlineData(Ucum, "kgXX", "Unknown code 'kgXX' in the CodeSystem 'http://unitsofmeasure.org' version '2.2'")]
    [InlineData(Language, "xx", "Unknown code 'xx' in the CodeSystem 'urn:ietf:bcp:47'")]
    [InlineData(Media, "json", "Unknown code 'json' in the CodeSystem 'urn:ietf:bcp:13'")]
    public void A_text_against_the_rules_is_no_code(string system, string code, string message)
    {
        var answer = CodeSystemAnswer(system, code);

        Assert.Equal("false", Value(answer, "result"));
        Assert.Equal(message, Value(answer, "message"));
    }

    [Theory]
    [InlineData(Language, "de-AA", null)]
    [InlineData(Language, "de-YY", "'YY' is no registered region of language tags.")]
    [InlineData(Language, "de-Zzzy", "'Zzzy' is no registered script of language tags.")]
    [InlineData(Language, "de-unknown", "'unknown' is no registered variant of language tags.")]
    [InlineData(Language, "de-1996-1996", "'de-1996-1996' names the variant '1996' twice.")]
    [InlineData(Language, "de-u-co-a-b", "'de-u-co-a-b' is no language tag: a language of two or three letters was expected, then script, region and variants with '-' between, as in 'de-CH'.")]
    [InlineData(Language, "de-a-bb-a-cc", "'de-a-bb-a-cc' has the extension 'a' twice.")]
    [InlineData(Language, "zh-cmn-yue", "'zh-cmn-yue' has more than one extended language; there is one at most.")]
    [InlineData(Language, "", "'' is no language tag: a language of two or three letters was expected, then script, region and variants with '-' between, as in 'de-CH'.")]
    [InlineData(Media, "sound/mpeg", "'sound' is no registered top-level type of media; those are application, audio, example, font, haptics, image, message, model, multipart, text, video.")]
    [InlineData(Media, "text/", "'text/' is no media type: a type, a slash, a subtype and parameters after semicolons were expected, as in 'text/plain; charset=utf-8'.")]
    [InlineData(Media, "text/plain; charset=\"utf\\\"8\"", null)]
    public void What_is_wrong_is_told(string system, string code, string? fault) => Assert.Equal(fault, CodeGrammars.Find(system)!.Fault(code));

    [Fact]
    public void A_language_in_other_capitals_is_the_same_code_with_a_word_about_it()
    {
        var answer = CodeSystemAnswer(Language, "DE-ch");

        Assert.Equal("true", Value(answer, "result"));
        Assert.Equal("de-CH", Value(answer, "normalized-code"));
    }

    [Theory]
    [InlineData("i-klingon")]
    [InlineData("iw")]
    public void A_language_that_was_given_up_is_valid_with_a_word_about_it(string code)
    {
        var answer = CodeSystemAnswer(Language, code);

        Assert.Equal("true", Value(answer, "result"));
        Assert.Equal($"The concept '{code}' is deprecated and its use should be reviewed", Value(answer, "message"));
    }

    [Fact]
    public void A_country_that_is_not_listed_may_be_one_of_another_kind()
    {
        var answer = CodeSystemAnswer(Country, "CHE");

        Assert.Equal("true", Value(answer, "result"));
        Assert.Contains("labeled as a fragment", Value(answer, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_is_looked_up_with_its_names_and_base_units()
    {
        var answer = JsonNode.Parse(new Lookup(TerminologyLimits.Default).Answer(Catalog, Arguments(("system", Ucum), ("code", "mg/dL"), ("property", "*"))))!;

        Assert.Equal("UCUM", Value(answer, "name"));
        Assert.Equal("2.2", Value(answer, "version"));
        Assert.Equal(["mg/dL", "(milligram) / (deciliter)", "milligram per deciliter"], Parts(answer, "designation", "value"));
        Assert.Contains("g.m-3", Parts(answer, "property", "value"));
    }

    [Fact]
    public void A_filter_on_base_units_lets_comparable_units_through()
    {
        Assert.Equal("true", Value(ValueSetAnswer(Included("""{"system":"http://unitsofmeasure.org","filter":[{"property":"canonical","op":"=","value":"g"}]}"""), Ucum, "kg"), "result"));
        Assert.Equal("false", Value(ValueSetAnswer(Included("""{"system":"http://unitsofmeasure.org","filter":[{"property":"canonical","op":"=","value":"g"}]}"""), Ucum, "mL"), "result"));
    }

    [Fact]
    public void Codes_that_a_value_set_lists_are_expanded_as_far_as_they_are_codes()
    {
        var valueSet = Included("""{"system":"http://unitsofmeasure.org","concept":[{"code":"[arb'U]/mL{odd}","display":"odd"},{"code":"kgXX"},{"code":"kg"}]}""");

        Assert.Equal(["[arb'U]/mL{odd} odd", "kg kg"], Expanded(valueSet));
        Assert.Equal("false", Value(ValueSetAnswer(valueSet, Ucum, "g"), "result"));
    }

    [Fact]
    public void An_import_that_is_listed_bounds_a_system_without_end()
    {
        var valueSet = Included("""{"system":"http://unitsofmeasure.org","valueSet":["http://hl7.org/fhir/ValueSet/units-of-time"]}""");

        Assert.Equal(["s s", "min min", "h h", "d d", "wk wk", "mo mo", "a a"], Expanded(valueSet).Order(StringComparer.Ordinal).OrderBy(each => Array.IndexOf(["s s", "min min", "h h", "d d", "wk wk", "mo mo", "a a"], each)));
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/ucum-units", "The value set 'http://hl7.org/fhir/ValueSet/ucum-units|4.0.1' can't be expanded: The code System 'http://unitsofmeasure.org' has a grammar and so has infinite members. With limitedExpansion=true the codes of http://hl7.org/fhir/ValueSet/ucum-common are told in place of all; $validate-code tells of any code whether it is a member")]
    [InlineData("http://hl7.org/fhir/ValueSet/mimetypes", "The value set 'http://hl7.org/fhir/ValueSet/mimetypes|4.0.1' can't be expanded: The code System 'urn:ietf:bcp:13' has a grammar and so has infinite members. $validate-code tells of any code whether it is a member")]
    public void A_set_without_end_is_not_expanded(string url, string message)
    {
        var fault = Assert.Throws<FhirException>(() => Expand(("url", url)));

        Assert.Equal((IssueType.TooCostly, message), (fault.Issues[0].Type, fault.Issues[0].Diagnostics));
    }

    [Fact]
    public void On_request_the_common_codes_of_a_set_without_end_are_told_and_that_there_are_more()
    {
        var expansion = Expand(("url", "http://hl7.org/fhir/ValueSet/all-languages"), ("limitedExpansion", "true"))["expansion"]!;

        Assert.Equal("http://hl7.org/fhir/StructureDefinition/valueset-unclosed", expansion["extension"]![0]!["url"]!.ToString());
        Assert.Equal("The code System 'urn:ietf:bcp:47' has a grammar and so has infinite members. This extension is based on http://hl7.org/fhir/ValueSet/languages", expansion["extension"]![1]!["valueString"]!.ToString());
        Assert.Equal(56, expansion["contains"]!.AsArray().Count);
        Assert.Null(expansion["total"]);
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/all-languages", Language, "gsw-CH", "true")]
    [InlineData("http://hl7.org/fhir/ValueSet/all-languages", Language, "xx-CH", "false")]
    [InlineData("http://hl7.org/fhir/ValueSet/languages", Language, "gsw", "false")]
    [InlineData("http://hl7.org/fhir/ValueSet/ucum-units", Ucum, "ug/(24.h)", "true")]
    [InlineData("http://hl7.org/fhir/ValueSet/mimetypes", Media, "text/plain", "true")]
    public void Membership_in_the_sets_of_R4_is_told_of_any_code(string valueSet, string system, string code, string result)
    {
        var answer = JsonNode.Parse(new ValidateCode(TerminologyLimits.Default).ValueSet(Catalog, Arguments(("url", valueSet), ("system", system), ("code", code))))!;

        Assert.Equal(result, Value(answer, "result"));
    }

    private static JsonNode CodeSystemAnswer(string system, string code) => JsonNode.Parse(new ValidateCode(TerminologyLimits.Default).CodeSystem(Catalog, Arguments(("url", system), ("code", code))))!;

    private static JsonNode ValueSetAnswer(TerminologyArgument valueSet, string system, string code) => JsonNode.Parse(
        new ValidateCode(TerminologyLimits.Default).ValueSet(Catalog, new TerminologyArguments([valueSet, new("system", system, null), new("code", code, null)])))!;

    private static IEnumerable<string> Expanded(TerminologyArgument valueSet) => JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(Catalog, new TerminologyArguments([valueSet])))!
        ["expansion"]!["contains"]!.AsArray().Select(each => $"{each!["code"]} {each["display"]}");

    private static JsonNode Expand(params (string Name, string Text)[] arguments) => JsonNode.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(Catalog, Arguments(arguments)))!;

    private static TerminologyArgument Included(string clause) => new("valueSet", null, null, ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"ValueSet","url":"http://example.org/set","status":"active","compose":{"include":[{{clause}}]} }""")).Root);

    private static TerminologyArguments Arguments(params (string Name, string Text)[] arguments) => new(arguments.Select(each => new TerminologyArgument(each.Name, each.Text, null)));

    private static string? Value(JsonNode parameters, string name) =>
        parameters["parameter"]!.AsArray().FirstOrDefault(each => each!["name"]!.ToString() == name)?.AsObject().FirstOrDefault(pair => pair.Key.StartsWith("value", StringComparison.Ordinal)).Value?.ToString();

    private static IEnumerable<string?> Parts(JsonNode parameters, string name, string part) => parameters["parameter"]!.AsArray().Where(each => each!["name"]!.ToString() == name)
        .Select(each => each!["part"]!.AsArray().FirstOrDefault(one => one!["name"]!.ToString() == part)?.AsObject().First(pair => pair.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString());
}
