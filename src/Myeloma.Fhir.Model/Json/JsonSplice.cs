using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Model.Json;

/// <summary>Replacements in a document's bytes; what lies between them is copied as it stands.</summary>
internal sealed class JsonSplice(ReadOnlyMemory<byte> source)
{
    private readonly List<(int Start, int End, byte[] Text)> edits = [];
    private int growth;

    public bool IsEmpty => edits.Count == 0;

    /// <summary>Puts <paramref name="text"/> in place of the bytes from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public void Replace(int start, int end, byte[] text)
    {
        edits.Add((start, end, text));
        growth += text.Length - (end - start);
    }

    /// <summary>Puts text between two bytes; several at one place stand in the order of the calls.</summary>
    public void Insert(int at, byte[] text) => Replace(at, at, text);

    /// <summary>The value of a node with its quotes, if it has some.</summary>
    public static (int Start, int End) Extent(in JsonNode node) =>
        node.Kind == JsonKind.String ? (node.Start - 1, node.End + 1) : (node.Start, node.End);

    /// <summary>The new bytes; edits must not overlap.</summary>
    public byte[] Apply()
    {
        var result = new byte[source.Length + growth];
        var (from, to) = (0, 0);
        foreach (var (start, end, text) in edits.Select((edit, order) => (edit, order)).OrderBy(each => each.edit.Start).ThenBy(each => each.order).Select(each => each.edit))
        {
            source.Span[from..start].CopyTo(result.AsSpan(to));
            to += start - from;
            text.CopyTo(result, to);
            to += text.Length;
            from = end;
        }

        source.Span[from..].CopyTo(result.AsSpan(to));
        return result;
    }
}
