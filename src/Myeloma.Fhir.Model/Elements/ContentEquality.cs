using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Elements;

/// <summary>Whether two resources say the same, so that storing the second would make no new version.</summary>
public static class ContentEquality
{
    /// <summary>
    /// Compares everything but <c>meta.versionId</c> and <c>meta.lastUpdated</c>. White space, the order of properties and the way a string is escaped make
    /// no difference; the order of array items and the digits of a number do.
    /// </summary>
    public static bool Same(ResourceDocument left, ResourceDocument right) => SameObjects(left, 0, right, 0, Level.Resource);

    private enum Level
    {
        Resource,
        Meta,
        Below,
    }

    private static bool SameValues(ResourceDocument left, int leftNode, ResourceDocument right, int rightNode)
    {
        ref var a = ref left.Nodes[leftNode];
        ref var b = ref right.Nodes[rightNode];
        if (a.Kind != b.Kind) return false;
        return a.Kind switch
        {
            JsonKind.Object => SameObjects(left, leftNode, right, rightNode, Level.Below),
            JsonKind.Array => SameItems(left, leftNode, right, rightNode),
            JsonKind.String => SameStrings(left.RawOf(leftNode), a.Escaped, right.RawOf(rightNode), b.Escaped),
            JsonKind.Number => left.RawOf(leftNode).SequenceEqual(right.RawOf(rightNode)),
            _ => true,
        };
    }

    private static bool SameItems(ResourceDocument left, int leftArray, ResourceDocument right, int rightArray)
    {
        var count = left.Nodes[leftArray].Count;
        if (count != right.Nodes[rightArray].Count) return false;
        var (a, b) = (leftArray + 1, rightArray + 1);
        for (var item = 0; item < count; item++, a = left.Nodes[a].Next, b = right.Nodes[b].Next)
            if (!SameValues(left, a, right, b)) return false;
        return true;
    }

    private static bool SameObjects(ResourceDocument left, int leftObject, ResourceDocument right, int rightObject, Level level)
    {
        if (CountCompared(left, leftObject, level) != CountCompared(right, rightObject, level)) return false;

        // Two versions mostly keep their order: the property at the same place is tried before the others.
        var guess = rightObject + 1;
        var end = right.Nodes[rightObject].Next;
        var a = leftObject + 1;
        for (var seen = 0; seen < left.Nodes[leftObject].Count; seen++, a = left.Nodes[a].Next)
        {
            var name = left.NameOf(a);
            var isMeta = level == Level.Resource && name.SequenceEqual("meta"u8);
            if (IsLeftOut(left, a, level)) continue;

            var b = guess < end && right.NameOf(guess).SequenceEqual(name) ? guess : right.FindProperty(rightObject, name);
            if (b < 0) return false;
            guess = right.Nodes[b].Next;
            var same = isMeta && left.Nodes[a].Kind == JsonKind.Object && right.Nodes[b].Kind == JsonKind.Object
                ? SameObjects(left, a, right, b, Level.Meta)
                : SameValues(left, a, right, b);
            if (!same) return false;
        }

        return true;
    }

    private static int CountCompared(ResourceDocument document, int container, Level level)
    {
        var count = document.Nodes[container].Count;
        if (level == Level.Below) return count;
        for (int node = container + 1, left = count; left > 0; node = document.Nodes[node].Next, left--)
            if (IsLeftOut(document, node, level)) count--;
        return count;
    }

    /// <summary>The stamped properties; a meta that holds nothing else counts as absent.</summary>
    private static bool IsLeftOut(ResourceDocument document, int node, Level level)
    {
        var name = document.NameOf(node);
        return level switch
        {
            Level.Meta => name.SequenceEqual("versionId"u8) || name.SequenceEqual("lastUpdated"u8),
            Level.Resource => name.SequenceEqual("meta"u8) && document.Nodes[node].Kind == JsonKind.Object && CountCompared(document, node, Level.Meta) == 0,
            _ => false,
        };
    }

    private static bool SameStrings(ReadOnlySpan<byte> left, bool leftEscaped, ReadOnlySpan<byte> right, bool rightEscaped)
    {
        if (left.SequenceEqual(right)) return true;
        if (!leftEscaped && !rightEscaped) return false;
        var a = new byte[left.Length];
        var b = new byte[right.Length];
        return a.AsSpan(0, JsonText.Unescape(left, a)).SequenceEqual(b.AsSpan(0, JsonText.Unescape(right, b)));
    }
}
