using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Facts;

/// <summary>Everything read from one document.</summary>
/// <param name="Title">The title of the page or article as written; null when the document has none.</param>
/// <param name="Sections">In text order.</param>
/// <param name="Facts">In text order; facts of the same span in the order of their kinds.</param>
/// <param name="NotUnderstood">In text order.</param>
public sealed record DocumentFacts(
    SourceDocument Document,
    string? Title,
    IReadOnlyList<Section> Sections,
    IReadOnlyList<Fact> Facts,
    IReadOnlyList<UnreadSentence> NotUnderstood)
{
    /// <summary>The facts of one kind, in text order.</summary>
    public IEnumerable<TFact> Of<TFact>() where TFact : Fact => Facts.OfType<TFact>();
}
