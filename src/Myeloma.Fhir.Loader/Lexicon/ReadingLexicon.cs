using System.Collections.Frozen;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>The words the loader reads with: drugs and their names, classes, routes, conditions, states. Data, and immutable.</summary>
/// <remarks>The data are the JSON files of this folder, embedded in the assembly. They hold names only: no drug's class, route or use.</remarks>
public sealed class ReadingLexicon
{
    private ReadingLexicon()
    {
        var words = LexiconFiles.Read<WordFile>("words.json");
        Words = words;
        Layout = new LayoutLexicon(words.Layout);
        Drugs = new DrugLexicon(LexiconFiles.Read<DrugFile>("drugs.json"));
        Classes = new ClassLexicon(LexiconFiles.Read<ClassFile>("classes.json"));
        Routes = new RouteLexicon(LexiconFiles.Read<RouteFile>("routes.json"));
        Conditions = new ConditionLexicon(LexiconFiles.Read<ConditionFile>("conditions.json"));
        Phrases = new PhraseLexicon(LexiconFiles.Read<Dictionary<string, string[]>>("phrases.json"));
        Categories = new CategoryLexicon(words);
        DoseQualifiers = PhraseIndex.Of(words.DoseQualifiers);
        MemberPrefixes = PhraseIndex.Of(words.MemberPrefixes);
        BrandLeads = PhraseIndex.Of(words.BrandLeads);
        Qualifiers = PhraseIndex.Of(words.Qualifiers);
        Together = PhraseIndex.Of(words.StrongTogether);
        TogetherAfter = PhraseIndex.Of(words.TogetherAfter);
        CombinationOf = PhraseIndex.Of(words.CombinationOf);
        AbbreviationVerbs = PhraseIndex.Of(words.AbbreviationVerbs);
        AbbreviationAfter = PhraseIndex.Of(words.AbbreviationAfter);
        PriorCues = PhraseIndex.Of(words.PriorCues);
        MadeOf = PhraseIndex.Of(words.MadeOf);
        Optional = PhraseIndex.Of(words.Optional);
        Sequence = PhraseIndex.Of(words.Sequence);
        ExampleCues = PhraseIndex.Of(words.ExampleCues);
        RegimenNames = words.RegimenNames.ToFrozenSet(StringComparer.Ordinal);
        IndicationCues = PhraseIndex.Of(words.IndicationCues);
        TogetherVerbs = words.TogetherVerbs.ToFrozenSet(StringComparer.Ordinal);
        Salts = words.Salts.ToFrozenSet(StringComparer.Ordinal);
        StopWords = words.StopWords.ToFrozenSet(StringComparer.Ordinal);
        Negations = words.Negations.ToFrozenSet(StringComparer.Ordinal);
        Modals = words.Modals.ToFrozenSet(StringComparer.Ordinal);
        DrugNouns = words.DrugNouns.ToFrozenSet(StringComparer.Ordinal);
        StopAcronyms = words.StopAcronyms.ToFrozenSet(StringComparer.Ordinal);
        NotBrands = words.NotBrands.ToFrozenSet(StringComparer.Ordinal);
        NotIntroduced = words.NotIntroduced.ToFrozenSet(StringComparer.Ordinal);
        CombinationWords = words.CombinationWords.ToFrozenSet(StringComparer.Ordinal);
        Organs = words.Organs.ToFrozenSet(StringComparer.Ordinal);
    }

    internal WordFile Words { get; }

    internal LayoutLexicon Layout { get; }

    internal DrugLexicon Drugs { get; }

    internal ClassLexicon Classes { get; }

    internal RouteLexicon Routes { get; }

    internal ConditionLexicon Conditions { get; }

    internal PhraseLexicon Phrases { get; }

    internal CategoryLexicon Categories { get; }

    internal PhraseIndex<string> DoseQualifiers { get; }

    internal PhraseIndex<string> MemberPrefixes { get; }

    internal PhraseIndex<string> BrandLeads { get; }

    internal PhraseIndex<string> Qualifiers { get; }

    internal PhraseIndex<string> Together { get; }

    internal PhraseIndex<string> TogetherAfter { get; }

    internal PhraseIndex<string> CombinationOf { get; }

    internal PhraseIndex<string> AbbreviationVerbs { get; }

    internal PhraseIndex<string> AbbreviationAfter { get; }

    internal PhraseIndex<string> PriorCues { get; }

    internal PhraseIndex<string> MadeOf { get; }

    internal PhraseIndex<string> Optional { get; }

    internal PhraseIndex<string> Sequence { get; }

    internal PhraseIndex<string> ExampleCues { get; }

    /// <summary>Abbreviations in common use for combinations; they say where one is spoken of, never what is in it.</summary>
    internal FrozenSet<string> RegimenNames { get; }

    internal PhraseIndex<string> IndicationCues { get; }

    internal FrozenSet<string> TogetherVerbs { get; }

    internal FrozenSet<string> Salts { get; }

    internal FrozenSet<string> StopWords { get; }

    internal FrozenSet<string> Negations { get; }

    internal FrozenSet<string> Modals { get; }

    internal FrozenSet<string> DrugNouns { get; }

    internal FrozenSet<string> StopAcronyms { get; }

    internal FrozenSet<string> NotBrands { get; }

    internal FrozenSet<string> NotIntroduced { get; }

    internal FrozenSet<string> CombinationWords { get; }

    internal FrozenSet<string> Organs { get; }

    /// <summary>The lexicon that is embedded in the assembly, read on every call; keep the result.</summary>
    public static ReadingLexicon LoadEmbedded() => new();

    /// <summary>"three" and "3" give 3; null for any other word.</summary>
    internal int? Number(string word) =>
        int.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : Words.Numbers.TryGetValue(word.ToLowerInvariant(), out number) ? number : null;
}
