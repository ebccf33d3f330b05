using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Reads what the pages show, as it stands in the store at that moment.</summary>
/// <param name="store">Read only.</param>
/// <param name="bind">Resource type and query parameters to a search, with the registry of that moment.</param>
internal sealed class KnowledgeReader(ResourceStore store, Func<string, IReadOnlyList<KeyValuePair<string, string>>, BoundSearch> bind)
{
    /// <summary>Most resources of a type that a page lists; a page that cuts off says so.</summary>
    public const int ListLimit = 1_000;

    /// <summary>Most versions that a page offers.</summary>
    public const int VersionLimit = 50;

    /// <summary>Plans that name member drugs, those of a single drug among them, by title.</summary>
    public async Task<IReadOnlyList<RegimenView>> RegimensAsync(CancellationToken cancellationToken)
    {
        var plans = await SearchAsync("PlanDefinition", [new("drug:missing", "false")], cancellationToken);
        return [.. plans.Select(plan => RegimenView.Of(plan)).OrderBy(plan => plan.Title, StringComparer.OrdinalIgnoreCase)];
    }

    /// <returns>The plans that name the drug's own code as a member.</returns>
    public async Task<IReadOnlyList<RegimenView>> RegimensWithAsync(string drugCode, CancellationToken cancellationToken)
    {
        var plans = await SearchAsync("PlanDefinition", [new("drug", $"{Vocabulary.DrugSystem}|{drugCode}")], cancellationToken);
        return [.. plans.Select(plan => RegimenView.Of(plan)).OrderBy(plan => plan.Title, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task<IReadOnlyList<DrugView>> DrugsAsync(CancellationToken cancellationToken)
    {
        var medications = await SearchAsync("Medication", [], cancellationToken);
        return [.. medications.Select(medication => DrugView.Of(medication)).OrderBy(drug => drug.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task<IReadOnlyList<DocumentView>> DocumentsAsync(CancellationToken cancellationToken)
    {
        var references = await SearchAsync("DocumentReference", [], cancellationToken);
        return [.. references.Select(reference => DocumentView.Of(reference)).OrderBy(document => document.Title, StringComparer.OrdinalIgnoreCase)];
    }

    /// <returns>Null when there is none, or it was deleted.</returns>
    public async Task<ResourceDocument?> FindAsync(string type, string id, CancellationToken cancellationToken)
    {
        var version = await store.FindAsync(new ResourceKey(type, id), cancellationToken);
        return version is null || version.IsDeleted ? null : ResourceDocument.Parse(version.Body);
    }

    /// <summary>The versions of a resource, newest first, at most as many as a person chooses from; deletions are left out.</summary>
    public async Task<IReadOnlyList<ResourceVersion>> VersionsAsync(string type, string id, CancellationToken cancellationToken)
    {
        var history = await store.HistoryAsync(new HistoryQuery(type, id, null, VersionLimit, null), cancellationToken);
        return [.. history.Versions.Where(version => !version.IsDeleted)];
    }

    /// <summary>Current resources that match, newest first, at most <see cref="ListLimit"/>.</summary>
    public async Task<IReadOnlyList<ResourceDocument>> SearchAsync(
        string type, IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellationToken)
    {
        var found = new List<ResourceDocument>();
        var search = bind(type, [.. parameters, new("_count", "200"), new("_total", "none")]);
        while (found.Count < ListLimit)
        {
            var page = await store.SearchAsync(search, cancellationToken);
            found.AddRange(page.Matches.Select(match => ResourceDocument.Parse(match.Body)));
            if (page.NextCursor is null) break;
            search = search with { Cursor = page.NextCursor };
        }

        return found;
    }

    /// <summary>The text that the spans of a DocumentReference count in: the attachment it carries, or the Binary it names.</summary>
    /// <returns>Null when the server holds no text of the document.</returns>
    public Task<string?> TextAsync(ResourceDocument documentReference, CancellationToken cancellationToken) =>
        new SourceDocuments(store).TextAsync(documentReference, cancellationToken);
}
