using System.Collections.Frozen;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Cancers and the states they can be in.</summary>
internal sealed class ConditionLexicon
{
    public ConditionLexicon(ConditionFile file)
    {
        foreach (var entry in file.Conditions)
        {
            var term = new Term(entry.Code, entry.Display);
            foreach (var name in (entry.Synonyms ?? []).Prepend(entry.Display)) Conditions.Add(name, term);
            foreach (var name in entry.Abbreviations ?? []) Abbreviations[name] = term;
        }

        foreach (var entry in file.States)
        {
            var term = new Term(entry.Code, entry.Display);
            foreach (var name in (entry.Synonyms ?? []).Prepend(entry.Display)) States.Add(name, term);
        }

        Heads = file.Heads.ToFrozenSet(StringComparer.Ordinal);
    }

    public PhraseIndex<Term> Conditions { get; } = new();

    /// <summary>As written, with case.</summary>
    public Dictionary<string, Term> Abbreviations { get; } = new(StringComparer.Ordinal);

    public PhraseIndex<Term> States { get; } = new();

    public FrozenSet<string> Heads { get; }
}
