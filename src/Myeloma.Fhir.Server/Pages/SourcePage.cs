using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What stands behind each element of a resource: the words, their document and section, and the rule that read them. The same as <c>$source</c> gives.</summary>
internal static class SourcePage
{
    public static string Render(ResourceDocument resource, IReadOnlyList<TracedElement> elements)
    {
        var name = $"{resource.ResourceType}/{resource.Id}";
        Html body = $"""
            <p class="lead">Every element of <code>{name}</code> that words of a document stand behind. What is not listed has no source of its own: it was added from a code table, or follows from how the resource is built.</p>
            <dl class="facts"><dt>Resource</dt><dd>{Layout.JsonLink(resource.ResourceType, resource.Id ?? "")}</dd></dl>
            {(elements.Count == 0 ? $"""<p class="note">This resource names no source.</p>""" : Table(resource, elements))}
            """;
        return Layout.Page($"Sources of {resource.Root.TextOf("title") ?? name}", body);
    }

    /// <summary>Where the page of a resource is.</summary>
    public static string Address(string type, string id) => $"/source/{type}/{id}";

    private static Html Table(ResourceDocument resource, IReadOnlyList<TracedElement> elements) => $"""
        <div class="scroll" tabindex="0" role="region" aria-label="Sources">
        <table class="plain">
        <thead><tr><th scope="col">Element</th><th scope="col">Words</th><th scope="col">Where</th><th scope="col">Read by</th></tr></thead>
        <tbody>{elements.SelectMany(element => element.Sources.Where(source => source.Element == element.Path)).Select(source => Row(resource, source))}</tbody>
        </table>
        </div>
        """;

    private static Html Row(ResourceDocument resource, ElementSource source) => $"""
        <tr><th scope="row">{(source.Element == resource.ResourceType ? (Html)$"""<span class="soft">the resource as a whole</span>""" : $"<code>{source.Element[(resource.ResourceType.Length + 1)..]}</code>")}</th><td>{Words(source)}</td><td>{Where(source)}</td><td>{source.Recorded?.Rule ?? "not recorded"}<br><span class="soft">{source.Recorded?.Loader ?? ""}</span></td></tr>
        """;

    private static Html Words(ElementSource source) => source.Words is { } words
        ? $"<q>{words}</q>{(source.Correction is null ? Html.Empty : $"""<br><span class="tag">corrected by a reviewer</span>""")}"
        : (Html)$"""<span class="soft">the text is not stored here</span>""";

    private static Html Where(ElementSource source) => $"""
        <a href="/documents/{source.Place.DocumentId}#c{source.Place.Offset}">{source.Document?.Title ?? source.Place.DocumentId}</a><br><span class="soft">{(source.Recorded?.Section is { } section ? $"{section} · " : "")}characters {source.Place.Offset}–{source.Place.Offset + source.Place.Length}</span>
        """;
}
