namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary><c>$this</c> where an evaluator runs: one item, mostly, for which no collection has to be made.</summary>
internal readonly struct Focus
{
    private readonly Item item;
    private readonly Collection? items;

    public Focus(Item item) => this.item = item;

    public Focus(Collection items)
    {
        if (items.Count == 1) item = items[0];
        this.items = items;
    }

    public int Count => items?.Count ?? 1;

    /// <summary>The item at the zero-based place.</summary>
    public Item this[int index] => items is null || items.Count == 1 ? item : items[index];

    public Collection ToCollection() => items ?? Collection.Of(item);
}
