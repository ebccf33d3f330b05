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
    /// <summary>The rule that found each fact, by the name of its type; a fact that was not read by a rule is missing.</summary>
    public IReadOnlyDictionary<Fact, string> Rules { get; init; } = new Dictionary<Fact, string>();

    /// <summary>The heading that a place stands under, or is.</summary>
    /// <returns>Null for text before the first heading.</returns>
    public string? HeadingOf(Span place) =>
        Sections.LastOrDefault(section => section.HeadingSpan.Start <= place.Start && section.Heading.Length > 0)?.Heading;

    /// <summary>The facts of one kind, in text order.</summary>
    public IEnumerable<TFact> Of<TFact>() where TFact : Fact => Facts.OfType<TFact>();
}
