namespace Myeloma.Fhir.Server.Pages;

/// <summary>A source document: its whole text, every statement that a resource rests on marked.</summary>
internal static class DocumentPage
{
    public static string Render(DocumentView document, string? text, IReadOnlyList<TextSpan> spans)
    {
        var copyright = document.Resource.Root.Child("text") is null ? null : document.Resource.Root.TextOf("description");
        Html body = $"""
            <dl class="facts">
            {(copyright is null ? Html.Empty : $"<dt>Description</dt><dd>{copyright}</dd>")}
            <dt>Resource</dt><dd>{Layout.JsonLink("DocumentReference", document.Id)}</dd>
            <dt>Marked statements</dt><dd>{spans.Count}</dd>
            </dl>
            <p class="note">This text belongs to its publisher. It is shown so that every statement of this server can be checked against its source.</p>
            {(text is null ? $"<p>The text of this document is not stored here.</p>" : Text(text, spans))}
            """;
        return Layout.Page(document.Title, body);
    }

    private static Html Text(string text, IReadOnlyList<TextSpan> spans) =>
        $"""<div class="document" lang="en">{SourceText.Whole(text, spans)}</div>""";
}
