using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>A place in a document, and the fact it is cited for.</summary>
internal sealed record Citation(DocumentFacts In, Fact Fact, Span Span);

/// <summary>A fact together with the document that states it.</summary>
internal sealed record Stated<TFact>(TFact Fact, DocumentFacts In) where TFact : Fact
{
    /// <summary>The words of the fact.</summary>
    public Citation Here => new(In, Fact, Fact.Span);

    /// <summary>Other words of the document that belong to the fact.</summary>
    public Citation At(Span span) => new(In, Fact, span);

    /// <summary>
    /// The nearest place of <paramref name="words"/> in the paragraph of the fact: inside its span, else the last before it,
    /// else the first after it; the span itself when the paragraph does not hold them.
    /// </summary>
    public Citation Near(string words) => new(In, Fact, Nearby.Find(In.Document.Text, words, Fact.Span) ?? Fact.Span);
}

/// <summary>Looks for words around a place.</summary>
internal static class Nearby
{
    public static Span? Find(string text, string words, Span around)
    {
        if (words.Length == 0) return null;

        var inside = text.IndexOf(words, around.Start, around.Length, StringComparison.OrdinalIgnoreCase);
        if (inside >= 0) return new Span(inside, words.Length);

        var paragraphStart = Math.Max(0, text.LastIndexOf("\n\n", Math.Max(0, around.Start - 1), StringComparison.Ordinal));
        var before = text.LastIndexOf(words, Math.Max(0, around.End - 1), Math.Max(0, around.End - paragraphStart), StringComparison.OrdinalIgnoreCase);
        if (before >= 0) return new Span(before, words.Length);

        var paragraphEnd = text.IndexOf("\n\n", around.End, StringComparison.Ordinal);
        if (paragraphEnd < 0) paragraphEnd = text.Length;
        var after = text.IndexOf(words, around.Start, paragraphEnd - around.Start, StringComparison.OrdinalIgnoreCase);
        return after >= 0 ? new Span(after, words.Length) : null;
    }
}

/// <summary>The facts of all documents.</summary>
/// <param name="documents">In any order.</param>
internal sealed class FactSet(IEnumerable<DocumentFacts> documents)
{
    /// <summary>In ordinal order of their file names, so that the first statement is the same on every load.</summary>
    public IReadOnlyList<DocumentFacts> Documents { get; } =
        [.. documents.OrderBy(document => document.Document.FileName, StringComparer.Ordinal)];

    /// <summary>The facts of one kind in the order of the documents, within one in text order.</summary>
    public IEnumerable<Stated<TFact>> Of<TFact>() where TFact : Fact =>
        Documents.SelectMany(document => document.Of<TFact>().Select(fact => new Stated<TFact>(fact, document)));
}
