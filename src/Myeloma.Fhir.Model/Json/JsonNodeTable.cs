using System.Runtime.CompilerServices;

namespace Myeloma.Fhir.Model.Json;

/// <summary>What a JSON value is; Property names are no nodes of their own.</summary>
public enum JsonKind : byte
{
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// <summary>One JSON value of a parsed document, in document order: the first child of a container is the next node.</summary>
internal struct JsonNode
{
    /// <summary>First byte of the value; for a string the byte after the quote.</summary>
    public int Start;

    /// <summary>Byte after the value; for a string the closing quote.</summary>
    public int End;

    /// <summary>First byte of the property name, or -1 for an array item and the root.</summary>
    public int NameStart;

    /// <summary>Bytes of the property name; for an array item its zero-based place.</summary>
    public int NameLength;

    /// <summary>The zero-based place of an array item.</summary>
    public readonly int Index => NameLength;

    /// <summary>Index of the node after this one's last descendant: the next sibling, if there is one.</summary>
    public int Next;

    /// <summary>Index of the enclosing container, -1 for the root.</summary>
    public int Parent;

    /// <summary>Number of direct children.</summary>
    public int Count;

    public JsonKind Kind;

    /// <summary>The string holds a backslash escape and must be unescaped before use.</summary>
    public bool Escaped;

    /// <summary>The object has a property whose name starts with an underscore.</summary>
    public bool HasCompanions;
}

/// <summary>A growing array of nodes, handed over as it is: no list wrapper on the hot path.</summary>
internal struct JsonNodeTable(int capacity)
{
    private JsonNode[] nodes = new JsonNode[capacity];

    public int Length { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref JsonNode Add()
    {
        if (Length == nodes.Length) Array.Resize(ref nodes, nodes.Length * 2);
        return ref nodes[Length++];
    }

    public readonly ref JsonNode this[int index] => ref nodes[index];

    public readonly JsonNode[] Nodes => nodes;
}
