namespace Myeloma.Fhir.Model.Ucum;

/// <summary>Why a text is no UCUM code.</summary>
/// <param name="Position">Zero-based offset in UTF-16 units of what is wrong.</param>
/// <param name="Text">A sentence that says what was found and expected, and names a likely code where there is one.</param>
/// <param name="Suggestion">That code, whole; null when none is likely. A guess at what was meant, never to be put in unasked.</param>
public sealed record UcumFault(int Position, string Text, string? Suggestion = null);
