using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A sentence with the drugs found in it.</summary>
internal sealed class SentenceReading(Sentence sentence, Reading reading, SentenceReading? previous)
{
    public Sentence Sentence { get; } = sentence;

    public Reading Reading { get; } = reading;

    /// <summary>The sentence before it in the same block; null for the first.</summary>
    public SentenceReading? Previous { get; } = previous;

    public string Text => Sentence.Text;

    public Span Span => Sentence.Span;

    public List<Token> Tokens => Sentence.Tokens;

    public Block Block => Sentence.Block;

    public IReadOnlyList<MentionAt> Mentions { get; set; } = [];

    public IReadOnlyList<DrugGroup> Groups { get; set; } = [];

    public Subject? Subject { get; set; }

    /// <summary>True for a sentence of a reference list, where names say nothing about treatment.</summary>
    public bool IsReference { get; set; }

    public DrugGroup? GroupAt(int token)
    {
        foreach (var group in Groups)
        {
            if (group.From == token) return group;
        }

        return null;
    }

    /// <summary>True when one of the words of <paramref name="words"/> stands in the token range.</summary>
    public bool HasAny(IReadOnlySet<string> words, int from, int to)
    {
        for (var i = Math.Max(0, from); i < Math.Min(to, Tokens.Count); i++)
        {
            if (words.Contains(Tokens[i].Norm)) return true;
        }

        return false;
    }

    /// <summary>True when a negation stands in the token range ("not", "never", "can't", "without").</summary>
    public bool IsNegated(int from, int to)
    {
        for (var i = Math.Max(0, from); i < Math.Min(to, Tokens.Count); i++)
        {
            if (Reading.Lexicon.Negations.Contains(Tokens[i].Norm) || Tokens[i].Norm.EndsWith("n't", StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The document span of a match in <see cref="Text"/>.</summary>
    public Span SpanOf(System.Text.RegularExpressions.Capture capture) =>
        Sentence.TrimMarks(Span.Start + capture.Index, Span.Start + capture.Index + capture.Length);

    public string Words(Span span) => Reading.Words(span);
}
