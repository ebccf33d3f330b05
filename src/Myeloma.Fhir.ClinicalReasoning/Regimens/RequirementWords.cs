using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>A requirement of earlier treatment in words.</summary>
internal static class RequirementWords
{
    /// <param name="requirement">The extension prior-therapy.</param>
    public static string Of(Element requirement)
    {
        var words = new List<string>();
        if (ElementWords.Part(requirement, "minimumCount")?.Text is { } count) words.Add($"at least {count} earlier {(count == "1" ? "treatment" : "treatments")}");
        foreach (var part in requirement.Children("extension").ToList())
            if (part.TextOf("url") == "requirement" && ElementWords.Part(part, "concept") is { } concept)
                words.Add($"{(ElementWords.Part(part, "excludeSelf")?.Text == "true" ? "another " : "")}{ElementWords.OfConcept(concept)}");
        if (ElementWords.Part(requirement, "outcome") is { } outcome) words.Add(ElementWords.OfConcept(outcome));
        if (ElementWords.Part(requirement, "statedFor")?.Text is { } stated) words.Add(stated);
        return string.Join("; ", words);
    }
}
