using System.Text.Json;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>A drug as <c>drugs.json</c> holds it.</summary>
internal sealed record DrugEntry(string Name, string[]? Synonyms, string[]? Brands, string[]? Abbreviations);

internal sealed record DrugFile(DrugEntry[] Drugs, string[] Stems);

/// <summary>A drug class; regular plurals (an s) are made at loading.</summary>
internal sealed record ClassEntry(string Name, string[]? Synonyms, string[]? Plurals, string[]? Abbreviations);

internal sealed record ClassFile(ClassEntry[] Classes, string[] Heads, string[] DrugHeads, string[] NotAClass);

internal sealed record RouteEntry(string Code, string Display, string[] Adverbs, string[] Phrases);

internal sealed record RouteFile(RouteEntry[] Routes, string[] Verbs, string[] Between, string[] Forms, string[] FormVerbs, string[] YouVerbs);

internal sealed record TermEntry(string Code, string Display, string[]? Synonyms, string[]? Abbreviations, string[]? Drugs);

internal sealed record ConditionFile(TermEntry[] Conditions, string[] Heads, TermEntry[] States);

internal sealed record LayoutWords(
    string[] Bullets, string[] SpacedBullets, string[] Navigation, string[] Labels, string[] CombinationTitles, string[] DrugsTitles, string[] QuestionWords, string[] FiniteVerbs, string[] Abbreviations);

internal sealed record Confusion(string[] Words, int Wrong, string Meant);

/// <summary>Single words and short phrases by what they are for, as <c>words.json</c> holds them.</summary>
internal sealed record WordFile(
    LayoutWords Layout,
    string[] DoseQualifiers,
    string[] MemberPrefixes,
    string[] Salts,
    Dictionary<string, int> Numbers,
    Dictionary<string, string> Units,
    string[] Qualifiers,
    string[] Modals,
    string[] Negations,
    string[] Uncertain,
    string[] StrongTogether,
    string[] TogetherVerbs,
    string[] TogetherAfter,
    string[] CombinationWords,
    string[] CombinationOf,
    string[] AbbreviationVerbs,
    string[] AbbreviationAfter,
    string[] RegimenNouns,
    string[] RegimenNames,
    string[] Sequence,
    string[] MadeOf,
    string[] Optional,
    string[] ExampleCues,
    string[] PriorCues,
    string[] IndicationCues,
    string[] StopWords,
    string[] Determiners,
    string[] StopAcronyms,
    string[] NotBrands,
    string[] BrandLeads,
    string[] NotIntroduced,
    TermEntry[] Categories,
    string[] DrugNouns,
    string[] Organs,
    string[] Credentials,
    string[] ReviewerHeadings,
    string[] ReferenceHeadings,
    Dictionary<string, string> Misspellings,
    Confusion[] Confusions);

/// <summary>Reads the JSON files that are embedded beside this class.</summary>
internal static class LexiconFiles
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    public static T Read<T>(string name)
    {
        using var stream = typeof(LexiconFiles).Assembly.GetManifestResourceStream("Myeloma.Fhir.Loader.Lexicon." + name)
            ?? throw new InvalidOperationException($"The assembly lacks its lexicon file {name}.");
        return JsonSerializer.Deserialize<T>(stream, Options)
            ?? throw new InvalidOperationException($"The lexicon file {name} is empty.");
    }
}
