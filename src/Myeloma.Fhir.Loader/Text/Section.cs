using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>A heading and the text under it, up to the next heading.</summary>
/// <param name="Heading">Empty for text before the first heading.</param>
public sealed record Section(string Heading, Span HeadingSpan, Span BodySpan);

/// <summary>A sentence that no rule took anything from although it names a drug, a class, a condition or a combination.</summary>
/// <param name="Reason">Why, for the report: "no rule understood it", "negated", "cut off".</param>
public sealed record UnreadSentence(string Text, string Reason, Span Span);
