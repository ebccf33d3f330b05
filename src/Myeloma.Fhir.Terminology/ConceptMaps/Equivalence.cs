namespace Myeloma.Fhir.Terminology.ConceptMaps;

/// <summary>The codes of equivalence, each of a target as regards its source. https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html</summary>
internal static class Equivalence
{
    /// <summary>The same said of the source as regards the target.</summary>
    public static string Reversed(string equivalence) => equivalence switch
    {
        "wider" => "narrower",
        "narrower" => "wider",
        "subsumes" => "specializes",
        "specializes" => "subsumes",
        var symmetric => symmetric,
    };

    /// <summary>What follows for a concept from the way there in two steps: that of the concept between, then that of the target as regards the concept between.</summary>
    /// <returns>
    /// The strongest code that follows from both; null when they do not even tell that the two concepts overlap, as with two that are each narrower than the one between, and for codes that
    /// say that there is no such overlap.
    /// </returns>
    public static string? Compose(string first, string second) => (first, second) switch
    {
        ("equal", "equal") => "equal",
        ("equal" or "equivalent", "equal" or "equivalent") => "equivalent",
        ("equal" or "equivalent", "wider" or "subsumes" or "narrower" or "specializes" or "inexact" or "relatedto") => second,
        ("wider" or "subsumes" or "narrower" or "specializes" or "inexact" or "relatedto", "equal" or "equivalent") => first,
        ("subsumes", "subsumes") or ("specializes", "specializes") => first,
        ("wider" or "subsumes", "wider" or "subsumes") => "wider",
        ("narrower" or "specializes", "narrower" or "specializes") => "narrower",

        // The concept between lies within the first, or within the target: what it has in common with the other, they have in common.
        ("narrower" or "specializes", "wider" or "subsumes" or "inexact" or "relatedto") => "relatedto",
        ("inexact" or "relatedto", "wider" or "subsumes") => "relatedto",
        _ => null,
    };
}
