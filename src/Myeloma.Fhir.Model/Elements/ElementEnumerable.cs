using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>The children of an element, found while walking: nothing is allocated for a <c>foreach</c>.</summary>
public readonly struct ElementEnumerable
{
    private readonly Element parent;
    private readonly ElementStep? step;

    internal ElementEnumerable(Element parent, ElementStep? step)
    {
        this.parent = parent;
        this.step = step;
    }

    public ElementEnumerator GetEnumerator() => new(parent, step);

    /// <summary>The children as a list, for callers that need one.</summary>
    public List<Element> ToList()
    {
        var list = new List<Element>();
        foreach (var element in this) list.Add(element);
        return list;
    }
}

/// <summary>Walks the properties of an object and the items of its arrays, joining values with their <c>_name</c> companions.</summary>
public struct ElementEnumerator
{
    private readonly Element parent;
    private readonly ElementStep? step;
    private readonly JsonNode[] nodes;
    private readonly int container;
    private int property;
    private int propertiesLeft;
    private PropertySchema? current;
    private int value;
    private int companion;
    private int itemsLeft;
    private bool inArray;

    internal ElementEnumerator(Element parent, ElementStep? step)
    {
        this.parent = parent;
        this.step = step;
        if (parent.Document is null)
        {
            nodes = [];
            return;
        }

        nodes = parent.Document.Nodes;
        container = parent.IsPrimitive ? parent.CompanionNode : parent.ValueNode;
        if (container >= 0 && nodes[container].Kind == JsonKind.Object)
        {
            property = container + 1;
            propertiesLeft = nodes[container].Count;
        }
    }

    public Element Current { get; private set; }

    public bool MoveNext()
    {
        while (true)
        {
            if (inArray && NextItem()) return true;
            if (!NextProperty()) return false;
            if (inArray) continue;
            Current = Make(value, companion);
            return true;
        }
    }

    private bool NextItem()
    {
        if (itemsLeft == 0)
        {
            inArray = false;
            return false;
        }

        itemsLeft--;
        var itemValue = value;
        var itemCompanion = companion;
        if (value >= 0) value = Following(value);
        if (companion >= 0) companion = Following(companion);
        if (itemCompanion >= 0 && nodes[itemCompanion].Kind == JsonKind.Null) itemCompanion = -1;
        Current = Make(itemValue, itemCompanion);
        return true;
    }

    /// <summary>The next item of the same array, -1 after the last.</summary>
    private readonly int Following(int item)
    {
        var next = nodes[item].Next;
        return next < nodes[nodes[item].Parent].Next ? next : -1;
    }

    private bool NextProperty()
    {
        while (propertiesLeft > 0)
        {
            propertiesLeft--;
            var node = property;
            property = nodes[node].Next;
            var jsonName = parent.Document.Bytes.Span.Slice(nodes[node].NameStart, nodes[node].NameLength);
            var isCompanion = jsonName.Length > 1 && jsonName[0] == '_';
            if (isCompanion) jsonName = jsonName[1..];

            current = Find(jsonName);
            if (current is null) continue;
            if (current.Type.Kind != TypeKind.Primitive)
            {
                if (isCompanion) continue;
                Begin(node, -1);
                return true;
            }

            var other = Counterpart(jsonName, isCompanion);
            if (isCompanion && other >= 0) continue;
            if (isCompanion) Begin(-1, node);
            else Begin(node, other);
            return true;
        }

        return false;
    }

    /// <summary>The property of that name, if the walk is for it. Most names differ from the step's in length or first bytes already.</summary>
    private readonly PropertySchema? Find(ReadOnlySpan<byte> jsonName)
    {
        if (step is null) return parent.Type.FindProperty(jsonName);
        if (step.Only is { } only) return jsonName.SequenceEqual(step.Name) ? only : null;
        return jsonName.StartsWith(step.Name) && parent.Type.FindProperty(jsonName) is { } property && ReferenceEquals(property.Element, step.Element) ? property : null;
    }

    private void Begin(int valueNode, int companionNode)
    {
        inArray = (valueNode >= 0 && nodes[valueNode].Kind == JsonKind.Array) || (valueNode < 0 && nodes[companionNode].Kind == JsonKind.Array);
        if (!inArray)
        {
            value = valueNode;
            companion = companionNode;
            return;
        }

        value = First(valueNode, out var values);
        companion = First(companionNode, out var companions);
        itemsLeft = Math.Max(values, companions);
    }

    private readonly int First(int array, out int count)
    {
        count = array >= 0 && nodes[array].Kind == JsonKind.Array ? nodes[array].Count : 0;
        return count > 0 ? array + 1 : -1;
    }

    /// <summary>The property <c>_name</c> that belongs to <c>name</c>, or the other way round.</summary>
    private readonly int Counterpart(ReadOnlySpan<byte> plainName, bool isCompanion)
    {
        if (!nodes[container].HasCompanions) return -1;
        var bytes = parent.Document.Bytes.Span;
        for (int node = container + 1, seen = 0; seen < nodes[container].Count; node = nodes[node].Next, seen++)
        {
            var candidate = bytes.Slice(nodes[node].NameStart, nodes[node].NameLength);
            if (isCompanion ? candidate.SequenceEqual(plainName) : candidate.Length == plainName.Length + 1 && candidate[0] == '_' && candidate[1..].SequenceEqual(plainName))
                return node;
        }

        return -1;
    }

    private readonly Element Make(int valueNode, int companionNode)
    {
        var type = current!.Type;
        if (type is { Kind: TypeKind.Resource, IsAbstract: true } && valueNode >= 0 && nodes[valueNode].Kind == JsonKind.Object)
            type = ResourceDocument.TypeOf(parent.Document.Bytes.Span, nodes, valueNode, parent.Document.Schema, out _) ?? type;
        return new Element(parent.Document, valueNode, companionNode, current, type);
    }
}
