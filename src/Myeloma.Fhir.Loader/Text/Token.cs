namespace Myeloma.Fhir.Loader.Text;

/// <summary>What a token is made of.</summary>
public enum TokenKind { Word, Number, Mark }

/// <summary>A word, a number or a single mark of a sentence.</summary>
/// <param name="Start">Position in the document, in UTF-16 units.</param>
/// <param name="Norm">Lower case, with plain hyphens and apostrophes and without soft hyphens; what the lexicon is asked for.</param>
/// <param name="StartsUpper">True when the first letter is a capital.</param>
public readonly record struct Token(int Start, int Length, TokenKind Kind, string Norm, bool StartsUpper)
{
    public int End => Start + Length;
}
