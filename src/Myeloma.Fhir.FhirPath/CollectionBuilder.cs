namespace Myeloma.Fhir.FhirPath;

/// <summary>Gathers items: nothing is allocated for none, no array for one.</summary>
/// <remarks>A builder is filled and then either becomes a collection or is released, not both, and copies are for reading only.</remarks>
internal struct CollectionBuilder
{
    private const int SmallestBuffer = 4;
    private const int LargestKept = 64;
    private const int BuffersKept = 8;

    /// <summary>Buffers that this thread's builders were done with.</summary>
    [ThreadStatic]
    private static Stack<Item[]>? spare;

    private Item first;
    private Item[]? items;

    public int Count { get; private set; }

    public void Add(in Item item)
    {
        if (Count == 0)
        {
            first = item;
        }
        else
        {
            if (items is null)
            {
                items = spare is { Count: > 0 } buffers ? buffers.Pop() : new Item[SmallestBuffer];
                items[0] = first;
            }
            else if (Count == items.Length)
            {
                Array.Resize(ref items, Count * 2);
            }

            items[Count] = item;
        }

        Count++;
    }

    public void AddRange(Collection collection)
    {
        foreach (var item in collection) Add(item);
    }

    public readonly Item this[int index] => items is null ? first : items[index];

    public readonly Collection ToCollection() => Count switch
    {
        0 => Collection.Empty,
        1 => Collection.Of(first),
        _ => new Collection(items!, Count),
    };

    /// <summary>Gives the buffer back, of a builder that became no collection. Without it the collector takes care.</summary>
    public void Release()
    {
        if (items is { Length: <= LargestKept } buffer)
        {
            Array.Clear(buffer, 0, Count);
            spare ??= new Stack<Item[]>(BuffersKept);
            if (spare.Count < BuffersKept) spare.Push(buffer);
        }

        items = null;
        Count = 0;
    }
}
