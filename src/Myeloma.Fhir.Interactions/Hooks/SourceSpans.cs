using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>The words of documents that an element rests on, quoted, and where they are shown.</summary>
/// <remarks>https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html</remarks>
/// <param name="textOf">The text of a DocumentReference by its id; null when it is not here.</param>
/// <param name="site">Where the pages are, without trailing slash.</param>
internal sealed class SourceSpans(Func<string, CancellationToken, Task<string?>> textOf, string site)
{
    private const int MaxQuote = 400;

    private readonly Dictionary<string, string?> texts = [];

    /// <summary>A quote.</summary>
    /// <param name="Words">Null when the text is not here.</param>
    internal readonly record struct Quote(string? Words, string Url);

    /// <returns>Each stretch once, in the order of the documents.</returns>
    public async Task<IReadOnlyList<Quote>> OfAsync(IEnumerable<Element> elements, CancellationToken cancellationToken)
    {
        var spans = new List<(string Id, int Offset, int Length)>();
        foreach (var element in elements) Collect(element, spans);
        var quotes = new List<Quote>();
        foreach (var (id, offset, length) in spans.Distinct().OrderBy(span => span.Id, StringComparer.Ordinal).ThenBy(span => span.Offset))
        {
            if (!texts.TryGetValue(id, out var text)) texts[id] = text = await textOf(id, cancellationToken);
            var words = text is not null && offset >= 0 && length > 0 && (long)offset + length <= text.Length ? text.Substring(offset, Math.Min(length, MaxQuote)) : null;
            quotes.Add(new Quote(words, FormattableString.Invariant($"{site}/documents/{id}#c{offset}")));
        }

        return quotes;
    }

    private static void Collect(Element element, List<(string, int, int)> spans)
    {
        foreach (var extension in element.Children("extension"))
        {
            if (extension.TextOf("url") != "http://hl7.org/fhir/StructureDefinition/derivation-reference") continue;
            string? reference = null;
            int? offset = null, length = null;
            foreach (var part in extension.Children("extension"))
            {
                if (part.TextOf("url") == "reference") reference = part.Child("value")?.TextOf("reference");
                else if (part.TextOf("url") == "offset") offset = Number(part);
                else if (part.TextOf("url") == "length") length = Number(part);
            }

            if (reference?.Split('/') is ["DocumentReference", var id] && offset is { } start && length is { } size) spans.Add((id, start, size));
        }
    }

    private static int? Number(Element part) => int.TryParse(part.TextOf("value"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
