using System.Collections.Frozen;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>Words for drug classes. Which drug is in a class only a document says.</summary>
internal sealed class ClassLexicon
{
    public ClassLexicon(ClassFile file)
    {
        foreach (var entry in file.Classes)
        {
            var key = new ClassKey(Slug.Of(entry.Name), entry.Name);
            foreach (var name in (entry.Synonyms ?? []).Prepend(entry.Name))
            {
                Index.Add(name, key);
                Index.Add(name + "s", key);
            }

            foreach (var name in entry.Plurals ?? []) Index.Add(name, key);
            foreach (var name in entry.Abbreviations ?? [])
            {
                Abbreviations.Add(name);
                AbbreviationIndex.Add(name, key);
            }
        }

        Heads = file.Heads.ToFrozenSet(StringComparer.Ordinal);
        DrugHeads = file.DrugHeads.ToFrozenSet(StringComparer.Ordinal);
        NotAClass = file.NotAClass.ToFrozenSet(StringComparer.Ordinal);
    }

    public PhraseIndex<ClassKey> Index { get; } = new();

    public PhraseIndex<ClassKey> AbbreviationIndex { get; } = new();

    /// <summary>As written, with case.</summary>
    public HashSet<string> Abbreviations { get; } = new(StringComparer.Ordinal);

    public FrozenSet<string> Heads { get; }

    public FrozenSet<string> DrugHeads { get; }

    public FrozenSet<string> NotAClass { get; }
}
