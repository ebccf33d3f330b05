namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Parts of a canonical. https://hl7.org/fhir/R4/references.html#canonical</summary>
internal static class Canonicals
{
    /// <summary>Without the version.</summary>
    public static string Url(string canonical)
    {
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        return bar < 0 ? canonical : canonical[..bar];
    }
}
