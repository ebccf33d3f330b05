using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>What is contained in one version: index rows of each, and the references among them. https://hl7.org/fhir/R4/references.html#contained</summary>
internal sealed class ContainedEntries
{
    private static readonly ContainedEntries None = new([], []);

    private readonly List<(ResourceDocument Document, string Id, IndexEntries Entries, IReadOnlyList<LocalReferenceRow> References)> resources;
    private readonly IReadOnlyList<LocalReferenceRow> references;

    private ContainedEntries(List<(ResourceDocument, string, IndexEntries, IReadOnlyList<LocalReferenceRow>)> resources, IReadOnlyList<LocalReferenceRow> references)
    {
        this.resources = resources;
        this.references = references;
    }

    /// <summary>How many rids <see cref="AddTo"/> needs.</summary>
    public int Count => resources.Count;

    /// <param name="references">Of the container to what it contains.</param>
    public static ContainedEntries Of(ResourceDocument container, IReadOnlyList<LocalReferenceRow> references, Func<ResourceDocument, IndexRows> extract)
    {
        if (container.Bytes.Span.IndexOf("\"contained\""u8) < 0) return None;
        List<(ResourceDocument, string, IndexEntries, IReadOnlyList<LocalReferenceRow>)> resources = [];
        foreach (var child in container.Root.Children("contained"))
        {
            var document = ResourceDocument.Of(child);
            if (document.Id is not { Length: > 0 } id) continue;
            var rows = extract(document);
            resources.Add((document, id, IndexEntries.From(rows), rows.LocalReferences));
        }

        return resources.Count == 0 ? None : new ContainedEntries(resources, references);
    }

    /// <param name="container">With its rid.</param>
    /// <param name="sequence">A number of the rid sequence for each.</param>
    public void AddTo(ContainedBatch batch, ResourceVersion container, long rid, ReadOnlySpan<long> sequence)
    {
        Dictionary<string, ResourceKey> keys = [];
        foreach (var (document, id, _, _) in resources) keys.TryAdd($"#{id}", new ResourceKey(document.ResourceType, $"{container.Key}#{id}"));

        batch.Index.Add(rid, References(references, keys));
        for (var at = 0; at < resources.Count; at++)
        {
            var (document, id, entries, local) = resources[at];
            var own = Rid.Of(container.LastUpdated, sequence[at]);
            batch.Add(own, rid, document.ResourceType, $"{container.Key}#{id}", container.VersionId, document.Bytes);
            batch.Index.Add(own, entries);
            batch.Index.Add(own, References(local, keys));
        }
    }

    private static IndexEntries References(IReadOnlyList<LocalReferenceRow> references, Dictionary<string, ResourceKey> keys)
    {
        var entries = new IndexEntries();
        foreach (var (parameterId, fragment, item) in references)
            if (keys.TryGetValue(fragment, out var target)) entries.References.Add(new IndexEntries.ReferenceEntry(parameterId, target.Type, target.Id, null, null, null, item));
        return entries;
    }
}

/// <summary>The rows of what several versions contain, by table.</summary>
internal sealed class ContainedBatch
{
    private readonly Column<long> rid = Columns.Rid();
    private readonly Column<long> container = Columns.BigInteger("container");
    private readonly Column<string?> type = Columns.Text("type");
    private readonly Column<string?> id = Columns.Text("id");
    private readonly Column<int> version = Columns.Integer("version");
    private readonly Column<ReadOnlyMemory<byte>> body = Columns.Bytes("body");

    public IndexBatch Index { get; } = new("contained.");

    public void Add(long rid, long container, string type, string id, int version, ReadOnlyMemory<byte> body)
    {
        this.rid.Add(rid);
        this.container.Add(container);
        this.type.Add(type);
        this.id.Add(id);
        this.version.Add(version);
        this.body.Add(body);
    }

    /// <summary>The tables that get rows. Call once, after the last row.</summary>
    public IEnumerable<RowBatch> Tables() =>
        rid.Count == 0 ? [] : [new RowBatch("contained.resource", rid, container, type, id, version, body), .. Index.Tables()];
}
