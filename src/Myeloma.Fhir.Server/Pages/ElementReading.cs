using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What pages ask of elements: extensions, concepts in words, spans.</summary>
internal static class ElementReading
{
    public static IEnumerable<Element> Extensions(this Element element, string url) =>
        element.Children("extension").ToList().Where(extension => extension.TextOf("url") == url);

    /// <summary>The value of the first extension of that url.</summary>
    public static Element? ExtensionValue(this Element element, string url)
    {
        foreach (var extension in element.Extensions(url)) return extension.Child("value");
        return null;
    }

    /// <summary>A CodeableConcept in words: its text, else a display, else a code.</summary>
    public static string Words(this Element concept)
    {
        if (concept.IsPrimitive) return concept.Text ?? "";
        if (concept.TextOf("text") is { } text) return text;
        foreach (var coding in concept.Children("coding"))
            if ((coding.TextOf("display") ?? coding.TextOf("code")) is { } words) return words;
        return "";
    }

    public static IReadOnlyList<CodingView> Codings(this Element concept) =>
        [.. concept.Children("coding").ToList().Select(coding => new CodingView(coding.TextOf("system"), coding.TextOf("code") ?? "", coding.TextOf("display")))];

    /// <summary>Every derivation-reference on the element and below it, in document order.</summary>
    public static IEnumerable<SourceSpan> Spans(this Element element)
    {
        foreach (var child in element.Children().ToList())
        {
            if (child.Type.Name == "Extension" && child.TextOf("url") == Vocabulary.DerivationReference)
            {
                if (SpanOf(child) is { } span) yield return span;
                continue;
            }

            foreach (var span in child.Spans()) yield return span;
        }
    }

    private static SourceSpan? SpanOf(Element derivation)
    {
        var reference = derivation.ExtensionValue("reference")?.TextOf("reference");
        var offset = Integer(derivation.ExtensionValue("offset"));
        var length = Integer(derivation.ExtensionValue("length"));
        return reference is null || offset is null || length is null ? null : new SourceSpan(reference, new TextSpan(offset.Value, length.Value));
    }

    public static int? Integer(Element? element) =>
        int.TryParse(element?.Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <param name="Reference">As written: <c>DocumentReference/x</c>.</param>
internal sealed record SourceSpan(string Reference, TextSpan Span)
{
    public string DocumentId => Reference[(Reference.LastIndexOf('/') + 1)..];
}

internal sealed record CodingView(string? System, string Code, string? Display);
