using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The documents behind one page, each read once.</summary>
internal sealed class Sources(KnowledgeReader reader)
{
    private readonly Dictionary<string, (DocumentView Document, string? Text)?> documents = [];

    /// <summary>Quotes of the lines that hold the spans, grouped by document.</summary>
    public async Task<Html> ExcerptsAsync(IEnumerable<SourceSpan> spans, CancellationToken cancellationToken)
    {
        var quotes = new List<Html>();
        foreach (var ofDocument in spans.GroupBy(span => span.DocumentId))
        {
            if (await FindAsync(ofDocument.Key, cancellationToken) is not { } found) continue;
            if (found.Text is null)
            {
                quotes.Add($"""<p>Stated in <a href="/documents/{found.Document.Id}">{found.Document.Title}</a>, whose text is not stored here.</p>""");
                continue;
            }

            quotes.AddRange(SourceText.Excerpts(
                found.Text, ofDocument.Select(span => span.Span).Distinct(), span => FormattableString.Invariant($"/documents/{found.Document.Id}#c{span.Start}"), found.Document.Title));
        }

        return quotes.Count > 0 ? Html.Concat(quotes) : $"""<p class="note">This resource names no source.</p>""";
    }

    private async Task<(DocumentView Document, string? Text)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (documents.TryGetValue(id, out var known)) return known;
        ResourceDocument? reference = await reader.FindAsync("DocumentReference", id, cancellationToken);
        (DocumentView, string?)? found = reference is null ? null : (DocumentView.Of(reference), await reader.TextAsync(reference, cancellationToken));
        return documents[id] = found;
    }
}
