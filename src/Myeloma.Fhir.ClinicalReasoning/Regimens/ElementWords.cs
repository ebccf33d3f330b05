using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>Elements in words, and as keys that are equal for those that say the same. Places in documents and ids of elements are in neither.</summary>
internal static class ElementWords
{
    public const string DerivationReference = "http://hl7.org/fhir/StructureDefinition/derivation-reference";

    /// <summary>A concept: its text, else displays, else codes.</summary>
    public static string OfConcept(Element concept)
    {
        if (concept.TextOf("text") is { } text) return text;
        foreach (var coding in concept.Children("coding"))
            if ((coding.TextOf("display") ?? coding.TextOf("code")) is { } words) return words;
        return "";
    }

    /// <summary>The codes of a concept in any order, and its words without case: a person reads both.</summary>
    public static string KeyOfConcept(Element concept) => $"{MeaningOfConcept(concept)} {Folded(OfConcept(concept))}";

    /// <summary>The codes of a concept in any order; of one without codes its words without case.</summary>
    private static string MeaningOfConcept(Element concept)
    {
        var codings = Codings(concept);
        return codings.Count > 0 ? string.Join(' ', codings.Select(coding => $"{coding.System}|{coding.Code}")) : Folded(OfConcept(concept));
    }

    /// <summary>System and code, each once, in ordinal order.</summary>
    public static List<(string System, string Code)> Codings(Element concept) =>
    [
        .. concept.Children("coding").ToList().Where(coding => coding.TextOf("code") is not null).Select(coding => (coding.TextOf("system") ?? "", coding.TextOf("code")!)).Distinct()
            .OrderBy(coding => coding.Item1, StringComparer.Ordinal).ThenBy(coding => coding.Item2, StringComparer.Ordinal),
    ];

    /// <summary><c>1.3 mg/m²</c></summary>
    public static string OfQuantity(Element quantity) =>
        string.Join(' ', new[] { quantity.TextOf("comparator"), Number(quantity.TextOf("value")), quantity.TextOf("unit") ?? quantity.TextOf("code") }.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>The number, the code of the unit and the unit as written: one code stands beside units that differ in their basis.</summary>
    private static string KeyOfQuantity(Element quantity) =>
        $"{quantity.TextOf("comparator")} {Number(quantity.TextOf("value"))} {quantity.TextOf("system")}|{quantity.TextOf("code")} {Folded(quantity.TextOf("unit") ?? "")}";

    /// <summary>Any element in words: names and values.</summary>
    public static string Of(Element element) => Write(element, OfConcept, OfQuantity, ", ");

    /// <summary>Any element as a key; the order of lists does not count.</summary>
    public static string KeyOf(Element element) => Write(element, KeyOfConcept, KeyOfQuantity, "\n");

    /// <summary>As <see cref="KeyOf"/>; of concepts that have codes the words do not count.</summary>
    public static string MeaningOf(Element element) => Write(element, MeaningOfConcept, KeyOfQuantity, "\n");

    public static string Folded(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    /// <summary>Extensions that state something.</summary>
    public static IEnumerable<Element> Extensions(Element element, string? url = null)
    {
        foreach (var extension in element.Children("extension").ToList())
            if (extension.TextOf("url") is { } own && own != DerivationReference && (url is null || own == url)) yield return extension;
    }

    /// <summary>The value of the first part of that name.</summary>
    public static Element? Part(Element extension, string name)
    {
        foreach (var part in extension.Children("extension"))
            if (part.TextOf("url") == name) return part.Child("value");
        return null;
    }

    private static string Write(Element element, Func<Element, string> concept, Func<Element, string> quantity, string separator)
    {
        if (element.Type.Name == "CodeableConcept") return concept(element);
        if (element.Type.IsA("Quantity")) return quantity(element);
        if (element.Type.Name == "Coding") return separator == "\n" ? $"{element.TextOf("system")}|{element.TextOf("code")}" : element.TextOf("display") ?? element.TextOf("code") ?? "";
        if (element.Type.Name == "Extension" && separator != "\n") return OfExtension(element);
        var parts = new List<string>();
        if (element.HasValue) parts.Add(element.Type.Name is "decimal" ? Number(element.Text)! : element.Text!);
        foreach (var child in element.Children())
        {
            if (child.Name == "id" && !element.IsResource) continue;
            if (child.Type.Name == "Extension" && child.TextOf("url") == DerivationReference) continue;
            var inside = Write(child, concept, quantity, separator);
            if (inside.Length > 0) parts.Add($"{child.Name} {inside}");
        }

        if (separator == "\n") parts.Sort(StringComparer.Ordinal);
        return string.Join(separator, parts);
    }

    /// <summary>Its value, or its parts with their names; its own name stands elsewhere.</summary>
    private static string OfExtension(Element extension) => extension.Child("value") is { } value
        ? Of(value)
        : string.Join(", ", Extensions(extension).Select(part => $"{part.TextOf("url")} {OfExtension(part)}"));

    private static string? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("G29", CultureInfo.InvariantCulture) : text;
}
