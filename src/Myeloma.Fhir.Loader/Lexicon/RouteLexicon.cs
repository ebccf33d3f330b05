using System.Collections.Frozen;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Phrases for routes and words for forms.</summary>
internal sealed class RouteLexicon
{
    public RouteLexicon(RouteFile file)
    {
        foreach (var entry in file.Routes)
        {
            var term = new Term(entry.Code, entry.Display);
            foreach (var phrase in entry.Phrases) Phrases.Add(phrase, term);
            foreach (var adverb in entry.Adverbs) Adverbs.Add(adverb, term);
        }

        foreach (var verb in file.FormVerbs) FormVerbs.Add(verb, verb);
        Verbs = file.Verbs.ToFrozenSet(StringComparer.Ordinal);
        YouVerbs = file.YouVerbs.ToFrozenSet(StringComparer.Ordinal);
        Between = PhraseIndex.Of(file.Between);
        Forms = PhraseIndex.Of(file.Forms);
    }

    public PhraseIndex<Term> Phrases { get; } = new();

    /// <summary>What may stand in brackets behind a phrase.</summary>
    public PhraseIndex<Term> Adverbs { get; } = new();

    public PhraseIndex<string> FormVerbs { get; } = new();

    public FrozenSet<string> Verbs { get; }

    /// <summary>What people do with a drug: "you take", "you have".</summary>
    public FrozenSet<string> YouVerbs { get; }

    public PhraseIndex<string> Between { get; }

    public PhraseIndex<string> Forms { get; }
}
