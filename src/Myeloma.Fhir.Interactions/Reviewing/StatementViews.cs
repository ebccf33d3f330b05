using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>A statement as a person is to judge it.</summary>
/// <param name="Title">Of its resource; null when it has none.</param>
/// <param name="Status">Of its resource; null when it has none.</param>
/// <param name="Value">What the element says now, as JSON without the sources; of one that was taken out, what it said. Null when neither is known.</param>
/// <param name="Sources">The words are null when the text is not here.</param>
/// <param name="IsChanged">Whether the element says something else than when its words were read.</param>
public sealed record StatementView(
    ReviewedStatement Statement, string? Title, string? Status, string? Value, IReadOnlyList<(RecordedSource Source, DocumentSource? Document, string? Words)> Sources, bool IsChanged);

/// <summary>Reads what stands around statements; each resource and document once.</summary>
public sealed class StatementViews(ResourceStore store)
{
    private readonly Dictionary<string, ResourceDocument?> resources = new(StringComparer.Ordinal);
    private readonly SourceDocuments documents = new(store);

    public async Task<IReadOnlyList<StatementView>> OfAsync(IEnumerable<ReviewedStatement> statements, CancellationToken cancellationToken)
    {
        var views = new List<StatementView>();
        foreach (var statement in statements)
        {
            var resource = await ResourceAsync(statement.Resource, cancellationToken);
            var element = resource is null || statement.Element is null ? null : StatementElement.Find(resource, statement.Element);
            var sources = new List<(RecordedSource, DocumentSource?, string?)>();
            foreach (var source in statement.Sources)
            {
                var document = await documents.FindAsync(source.Place.DocumentId, cancellationToken);
                sources.Add((source, document, document?.Words(source.Place.Offset, source.Place.Length)));
            }

            views.Add(new StatementView(
                statement, resource?.Root.TextOf("title"), resource?.Root.TextOf("status"), element is { } found ? StatementElement.Text(StatementElement.Json(found)) : statement.Decision?.Value, sources,
                await IsChangedAsync(resource, element, statement, cancellationToken)));
        }

        return views;
    }

    private async Task<bool> IsChangedAsync(ResourceDocument? resource, Element? element, ReviewedStatement statement, CancellationToken cancellationToken)
    {
        if (resource is null || statement.Element is null) return false;
        if (await new AsRead(store).FindAsync(resource, statement.Sources[0].Written, cancellationToken) is not { } read) return true;
        if (ReferenceEquals(read, resource)) return false;
        return element is not { } now || StatementElement.Find(read, statement.Element) is not { } then || !JsonNode.DeepEquals(StatementElement.Json(then), StatementElement.Json(now));
    }

    /// <summary>Of a statement that stands in an active resource and in the draft of its next version, the one in the draft: it can be decided about.</summary>
    /// <param name="same">At least one, all of one id.</param>
    public async Task<StatementView> DecidableAsync(IEnumerable<ReviewedStatement> same, CancellationToken cancellationToken)
    {
        var views = await OfAsync(same, cancellationToken);
        return views.FirstOrDefault(view => view.Status is not ("active" or "retired")) ?? views[0];
    }

    /// <returns>Null when it is not here any more.</returns>
    public async Task<ResourceDocument?> ResourceAsync(string reference, CancellationToken cancellationToken)
    {
        if (resources.TryGetValue(reference, out var known)) return known;
        var slash = reference.IndexOf('/', StringComparison.Ordinal);
        var version = slash < 0 ? null : await store.FindAsync(new ResourceKey(reference[..slash], reference[(slash + 1)..]), cancellationToken);
        return resources[reference] = version is { IsDeleted: false } ? ResourceDocument.Parse(version.Body) : null;
    }
}
