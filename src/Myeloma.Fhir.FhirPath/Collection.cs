using System.Collections;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath;

/// <summary>What an expression takes and gives: an ordered list of items, immutable. https://hl7.org/fhirpath/N1/#collections</summary>
/// <remarks>One item needs no array behind it: most collections hold one.</remarks>
public sealed class Collection : IReadOnlyList<Item>
{
    public static readonly Collection Empty = new();
    internal static readonly Collection True = new((SystemValue)SystemValue.Boolean.True);
    internal static readonly Collection False = new((SystemValue)SystemValue.Boolean.False);

    private readonly Item single;
    private readonly Item[]? items;

    private Collection()
    {
    }

    private Collection(Item item)
    {
        single = item;
        Count = 1;
    }

    internal Collection(Item[] items, int count)
    {
        this.items = items;
        Count = count;
    }

    public int Count { get; }

    /// <summary>The item at the zero-based place.</summary>
    public Item this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return items is null ? single : items[index];
        }
    }

    public static Collection Of(Element element) => new(new Item(element));

    public static Collection Of(Item item) => new(item);

    public static Collection Of(SystemValue value) => new(new Item(value));

    public static Collection Of(bool value) => value ? True : False;

    public static Collection Of(int value) => new(new Item(new SystemValue.Integer(value)));

    public static Collection Of(decimal value) => new(new Item(new SystemValue.Decimal(value)));

    public static Collection Of(string value) => new(new Item(new SystemValue.String(value)));

    public static Collection Of(IEnumerable<Element> elements) => Of(elements.Select(element => new Item(element)));

    public static Collection Of(IEnumerable<Item> items)
    {
        var builder = default(CollectionBuilder);
        foreach (var item in items) builder.Add(item);
        return builder.ToCollection();
    }

    internal static Collection Of(bool? value) => value is { } known ? Of(known) : Empty;

    internal static Collection Of(SystemValue? value, bool _) => value is null ? Empty : Of(value);

    /// <summary>Whether this is exactly one true Boolean: what a condition or an invariant asks. Empty is not true.</summary>
    public bool IsTrue => Count == 1 && this[0].ToSystem() is SystemValue.Boolean { Value: true };

    /// <summary>The items from <paramref name="start"/> on, as many as there are up to <paramref name="length"/>.</summary>
    internal Collection Slice(int start, int length)
    {
        if (start >= Count || length <= 0) return Empty;
        if (start == 0 && length >= Count) return this;
        var builder = default(CollectionBuilder);
        for (var i = start; i < Count && i - start < length; i++) builder.Add(this[i]);
        return builder.ToCollection();
    }

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Item> IEnumerable<Item>.GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<Item>)this).GetEnumerator();

    public override string ToString() => "{" + string.Join(", ", ((IEnumerable<Item>)this).Select(item => item.ToString())) + "}";

    /// <summary>Walks the items without allocating.</summary>
    public struct Enumerator(Collection collection)
    {
        private int index = -1;

        public readonly Item Current => collection.items is null ? collection.single : collection.items[index];

        public bool MoveNext() => ++index < collection.Count;
    }
}
