namespace Myeloma.Fhir.Model.Canonicals;

/// <summary>Which of several versions of an artifact comes first where a canonical names none, before their versions are compared.</summary>
/// <remarks>
/// R4 leaves the choice to the server (https://hl7.org/fhir/R4/references.html#canonical). What somebody made active stays what is meant while the next version is still a draft:
/// nobody comes by an unreviewed one without having named it.
/// </remarks>
public static class PublicationPrecedence
{
    /// <param name="status">A code of publication-status; null for what has none.</param>
    /// <returns>0 for what is active, 2 for what is retired, 1 for all else; the lowest comes first.</returns>
    public static int Of(string? status) => status switch { "active" => 0, "retired" => 2, _ => 1 };
}
