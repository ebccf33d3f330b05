namespace Myeloma.Fhir.Loader.Facts;

/// <summary>A piece of a document: zero-based start and length in UTF-16 units of the text, its line ends as they are in the file.</summary>
public readonly record struct Span(int Start, int Length)
{
    /// <summary>The first position after the span.</summary>
    public int End => Start + Length;

    /// <summary>The span from <paramref name="start"/> up to, and without, <paramref name="end"/>.</summary>
    public static Span Between(int start, int end) => new(start, end - start);

    /// <summary>True when every position of <paramref name="other"/> lies in this span.</summary>
    public bool Contains(Span other) => Start <= other.Start && other.End <= End;

    /// <summary>The words of the span, cut from <paramref name="text"/> as they stand.</summary>
    public string Of(string text) => text.Substring(Start, Length);

    public override string ToString() => $"[{Start}, {End})";
}
