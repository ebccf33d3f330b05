using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>A sentence, or an item of a list, with its tokens. Positions are those of the document.</summary>
internal sealed class Sentence(string document, Span span, Block block, Sentence? previous, List<Token> tokens)
{
    public string Document { get; } = document;

    /// <summary>Trimmed; a closing full stop belongs to it.</summary>
    public Span Span { get; } = span;

    public Block Block { get; } = block;

    /// <summary>The sentence before it in the same block; null for the first.</summary>
    public Sentence? Previous { get; } = previous;

    public List<Token> Tokens { get; } = tokens;

    public string Text { get; } = span.Of(document);

    /// <summary>The span without the closing marks.</summary>
    public Span Words => TrimMarks(Span.Start, Span.End);

    /// <summary>The position of the first token that starts at or after <paramref name="position"/>; the token count when none does.</summary>
    public int TokenAt(int position)
    {
        var low = 0;
        var high = Tokens.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Tokens[middle].Start < position) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The norm of a token, or the empty string outside the sentence.</summary>
    public string Norm(int token) => token >= 0 && token < Tokens.Count ? Tokens[token].Norm : "";

    /// <summary>From the start of the first token to the end of the last, <paramref name="to"/> excluded.</summary>
    public Span SpanOf(int from, int to) => Span.Between(Tokens[from].Start, Tokens[to - 1].End);

    /// <summary>A span inside the document, without white space and closing marks at its ends.</summary>
    public Span TrimMarks(int start, int end)
    {
        while (start < end && (char.IsWhiteSpace(Document[start]) || Document[start] is ',' or ';')) start++;
        while (end > start && (char.IsWhiteSpace(Document[end - 1]) || Document[end - 1] is '.' or ':' or ';' or ',' or '!' or '?')) end--;
        return Span.Between(start, end);
    }
}
