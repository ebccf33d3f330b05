using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>What a plan states of itself, its actions apart.</summary>
internal static class PlanFacts
{
    private const string AbbreviationSystem = "http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation";
    private const string MentionUrl = "http://myeloma-fhir.org/fhir/StructureDefinition/mention";

    /// <summary>Elements that tell of the resource and not of the regimen.</summary>
    private static readonly HashSet<string> OfResource = new(StringComparer.Ordinal)
    {
        "id", "meta", "implicitRules", "language", "text", "contained", "url", "version", "name", "experimental", "date", "publisher", "contact", "copyright", "approvalDate", "lastReviewDate",
        "author", "editor", "reviewer", "endorser", "action",
    };

    public static IEnumerable<RegimenFact> Of(Element plan)
    {
        foreach (var child in plan.Children().ToList())
        {
            if (OfResource.Contains(child.Name)) continue;
            switch (child.Name)
            {
                case "identifier" when child.TextOf("system") == AbbreviationSystem:
                    yield return Text(RegimenFactKind.Abbreviation, child.TextOf("value") ?? "", child);
                    break;
                case "identifier":
                    yield return Text(RegimenFactKind.Identifier, $"{child.TextOf("system")}|{child.TextOf("value")}", child);
                    break;
                case "relatedArtifact":
                    foreach (var fact in SourceOf(child)) yield return fact;
                    break;
                case "useContext":
                    yield return UseOf(child);
                    break;
                case "extension":
                    if (child.TextOf("url") != ElementWords.DerivationReference) yield return Other(child);
                    break;
                default:
                    yield return Other(child);
                    break;
            }
        }
    }

    /// <summary>A source, without where it is in the document, and how it names the regimen.</summary>
    public static IEnumerable<RegimenFact> SourceOf(Element artifact)
    {
        var name = artifact.TextOf("display") ?? artifact.TextOf("citation") ?? artifact.TextOf("label") ?? artifact.TextOf("resource") ?? artifact.TextOf("url") ?? "";
        var key = $"{artifact.TextOf("type")} {artifact.TextOf("resource")} {artifact.TextOf("url")} {artifact.Child("document")?.TextOf("url")} {ElementWords.Folded(name)}";
        yield return new RegimenFact(RegimenFactKind.Source, $"{artifact.TextOf("type")}: {name}", key, artifact);
        foreach (var mention in ElementWords.Extensions(artifact, MentionUrl))
            yield return new RegimenFact(RegimenFactKind.Mention, $"{ElementWords.Of(mention)} in {name}", $"{ElementWords.KeyOf(mention)} {key}", mention);
    }

    /// <summary>An element that has no kind of its own, by its name.</summary>
    public static RegimenFact Other(Element element) => Whole(NameOf(element), element);

    /// <summary>All that an element says.</summary>
    public static RegimenFact Whole(string what, Element element) => new(what, ElementWords.Of(element), ElementWords.KeyOf(element), element) { Meaning = ElementWords.MeaningOf(element) };

    private static string NameOf(Element element) =>
        element.Type.Name == "Extension" && element.TextOf("url")?.TrimEnd('/') is { Length: > 0 } url ? url[(url.LastIndexOf('/') + 1)..].Trim() : element.Name;

    private static RegimenFact UseOf(Element context)
    {
        var (code, value) = (context.Child("code"), context.Child("value"));
        var words = $"{code?.TextOf("display") ?? code?.TextOf("code")}: {(value is { } said ? ElementWords.Of(said) : "")}";
        var extensions = ElementWords.Extensions(context).Select(ElementWords.KeyOf).Order(StringComparer.Ordinal);
        return new RegimenFact(RegimenFactKind.Use, words, $"{code?.TextOf("code")} {(value is { } meant ? ElementWords.KeyOf(meant) : "")} {string.Join(' ', extensions)}", context);
    }

    private static RegimenFact Text(string what, string text, Element place) => new(what, text, text, place);
}
