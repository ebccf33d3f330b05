using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Kinds of treatment ("chemotherapy", "supportive therapy drugs").</summary>
internal sealed class CategoryLexicon
{
    public CategoryLexicon(WordFile words)
    {
        foreach (var entry in words.Categories)
        {
            var term = new Term(entry.Code, entry.Display);
            foreach (var name in (entry.Synonyms ?? []).Prepend(entry.Display))
            {
                Index.Add(name, term);
                Therapies.Add(name, term);
            }

            foreach (var name in entry.Drugs ?? [])
            {
                foreach (var noun in words.DrugNouns) Index.Add($"{name} {noun}", term);
            }
        }
    }

    /// <summary>Names of the therapy and of its drugs.</summary>
    public PhraseIndex<Term> Index { get; } = new();

    /// <summary>Names of the therapy alone.</summary>
    public PhraseIndex<Term> Therapies { get; } = new();
}
