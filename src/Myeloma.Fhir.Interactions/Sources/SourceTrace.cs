using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>One place behind an element, with everything that is recorded of it.</summary>
/// <param name="Element">The element that names the place: the one asked for, or one in it.</param>
/// <param name="Words">As they stand in the document; null when its text is not here, or is another than the one that was read.</param>
/// <param name="Recorded">Null when no Provenance of this server records the place for this element.</param>
public sealed record ElementSource(string Element, SourcePlace Place, DocumentSource? Document, string? Words, RecordedSource? Recorded, string? Correction);

/// <summary>An element and what stands behind it.</summary>
/// <param name="Path">FHIRPath from the root.</param>
/// <param name="Sources">The places, those of elements in it included; empty when it has none of its own.</param>
/// <param name="Tables">Codes in it that no document states, with the canonical of the table that added each.</param>
/// <param name="IsChanged">Whether it, or an element in it, is another than when its words were read, so that they do not stand behind it.</param>
/// <param name="Enclosing">The nearest element around it that has a source, when it has none itself: what that source is for is that element, not this one.</param>
public sealed record TracedElement(string Path, IReadOnlyList<ElementSource> Sources, IReadOnlyList<(string Element, string Table)> Tables, string? Enclosing, bool IsChanged);

/// <summary>Finds the statements behind the elements of a stored resource: what it says itself, joined with what its Provenance records.</summary>
/// <remarks>
/// An element has the sources that it or an element in it names, and no others: those of an element around it are for that one. Only what facts were taken from is
/// looked at; words that were read and refused stand behind nothing, and so are never answered.
/// </remarks>
public sealed class SourceTrace(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options)
{
    /// <param name="paths">Elements of the resource; null: all that have a source, in document order.</param>
    /// <returns>One an element.</returns>
    public async Task<IReadOnlyList<TracedElement>> FindAsync(ResourceDocument resource, IReadOnlyList<string>? paths, CancellationToken cancellationToken)
    {
        var stated = StatedElements.Of(resource);
        var recorded = await RecordedAsync(resource, cancellationToken);
        var documents = new SourceDocuments(store);
        var sources = new List<ElementSource>();
        var changed = new List<string>();
        var read = new Dictionary<string, ResourceDocument?>(StringComparer.Ordinal);
        foreach (var each in recorded.DistinctBy(one => one.Provenance)) read[each.Provenance] = await new AsRead(store).FindAsync(resource, each.Written, cancellationToken);
        foreach (var element in stated)
        foreach (var place in element.Places)
        {
            var here = recorded.Where(one => one.Place == place && one.Element != resource.ResourceType).ToList();
            var records = here.Where(one => IsAsRead(element, one, read[one.Provenance])).ToList();

            // What a Provenance records for the place is about an element that said something else.
            if (here.Count > 0 && records.Count == 0) changed.Add(element.Path);
            else foreach (var record in records.DefaultIfEmpty()) sources.Add(await OfAsync(element.Path, place, record, element.Correction));
        }

        // What stands behind the resource as a whole, no element of it says.
        foreach (var one in recorded.Where(one => one.Element == resource.ResourceType)) sources.Add(await OfAsync(one.Element, one.Place, one, null));
        var tables = stated.Where(element => element.Table is not null).Select(element => (element.Path, element.Table!)).ToList();
        paths ??= [.. sources.Select(source => source.Element).Concat(changed).Distinct()];
        return [.. paths.Distinct().Select(path => Traced(path, resource.ResourceType, sources, tables, changed))];

        async Task<ElementSource> OfAsync(string element, SourcePlace place, RecordedSource? record, string? correction)
        {
            var document = await documents.FindAsync(place.DocumentId, cancellationToken);
            return new ElementSource(element, place, document, document?.Words(place.Offset, place.Length), record, correction);
        }
    }

    /// <summary>Whether an element says what the recorded one said when its words were read; it may stand at another index since.</summary>
    private static bool IsAsRead(StatedElement element, RecordedSource record, ResourceDocument? read)
    {
        if (read is null) return false;
        if (ReferenceEquals(read, element.Element.Document)) return record.Element == element.Path;
        return StatementElement.Find(read, record.Element) is { } then && JsonNode.DeepEquals(StatementElement.Json(then), StatementElement.Json(element.Element));
    }

    private static TracedElement Traced(string path, string root, List<ElementSource> sources, List<(string Path, string Table)> tables, List<string> changed)
    {
        var own = sources.Where(source => IsIn(source.Element, path)).ToList();
        var enclosing = own.Count > 0 ? null : sources.Select(source => source.Element).Where(element => element != root && IsIn(path, element)).MaxBy(element => element.Length);
        return new TracedElement(path, own, [.. tables.Where(table => IsIn(table.Path, path))], enclosing, changed.Exists(element => IsIn(element, path)));
    }

    /// <summary>Whether a path is that element or one in it; the paths of elements of a list end in an index.</summary>
    private static bool IsIn(string path, string element) =>
        path.StartsWith(element, StringComparison.Ordinal) && (path.Length == element.Length || path[element.Length] is '.');

    private async Task<List<RecordedSource>> RecordedAsync(ResourceDocument resource, CancellationToken cancellationToken)
    {
        var target = $"{resource.ResourceType}/{resource.Id}";
        var search = SearchRequest.Bind("Provenance", [new("target", target), new("_count", "100"), new("_total", "none")], searchParameters.Registry, options with { Strict = true, MaxCount = 100 });
        var recorded = new List<RecordedSource>();
        for (string? cursor = null; ;)
        {
            var page = await store.SearchAsync(search with { Cursor = cursor }, cancellationToken);
            foreach (var match in page.Matches) recorded.AddRange(RecordedSources.Of(ResourceDocument.Parse(match.Body), target));
            cursor = page.NextCursor;
            if (cursor is null) return recorded;
        }
    }
}
