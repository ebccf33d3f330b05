using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Concepts of one code system version as bits, one an ordinal: what unites and cuts many small lists at once. One thread; the room is lent until it is disposed.</summary>
/// <param name="count">All ordinals are below it.</param>
internal readonly struct ConceptBits(int count) : IDisposable
{
    private readonly ulong[] words = Empty(count);
    private readonly int length = (count + 63) / 64;

    public void Add(ReadOnlySpan<int> ordinals)
    {
        var all = words;
        foreach (var ordinal in ordinals) all[ordinal >> 6] |= 1UL << ordinal;
    }

    public bool Contains(int ordinal) => (words[ordinal >> 6] >> ordinal & 1) != 0;

    /// <summary>Leaves what is in both.</summary>
    public void And(ReadOnlySpan<ulong> other)
    {
        var own = words.AsSpan(0, length);
        var others = other[..length];
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(own);
        var otherVectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(others);
        for (var each = 0; each < vectors.Length; each++) vectors[each] &= otherVectors[each];
        for (var each = vectors.Length * Vector<ulong>.Count; each < own.Length; each++) own[each] &= others[each];
    }

    /// <inheritdoc cref="And(ReadOnlySpan{ulong})"/>
    public void And(ConceptBits other) => And(other.words.AsSpan(0, length));

    /// <summary>The concepts as runs.</summary>
    public ConceptSet ToSet()
    {
        var all = words.AsSpan(0, length);
        var (runs, carry) = (0, 0UL);
        foreach (var word in all)
        {
            // A run begins at each bit whose lower neighbour is not set.
            runs += BitOperations.PopCount(word & ~((word << 1) | carry));
            carry = word >> 63;
        }

        var (starts, ends, begun, ended) = (new int[runs], new int[runs], 0, 0);
        carry = 0;
        for (var place = 0; place < all.Length; place++)
        {
            var word = all[place];
            var next = place + 1 < all.Length ? all[place + 1] & 1 : 0;
            for (var left = word & ~((word << 1) | carry); left != 0; left &= left - 1) starts[begun++] = (place << 6) + BitOperations.TrailingZeroCount(left);
            for (var left = word & ~((word >> 1) | (next << 63)); left != 0; left &= left - 1) ends[ended++] = (place << 6) + BitOperations.TrailingZeroCount(left);
            carry = word >> 63;
        }

        return ConceptSet.OfRuns(starts, ends);
    }

    public void Dispose() => ArrayPool<ulong>.Shared.Return(words);

    /// <summary>The bits of runs.</summary>
    public static ulong[] Of(int[] starts, int[] ends, int count)
    {
        var words = new ulong[(count + 63) / 64];
        for (var run = 0; run < starts.Length; run++)
        {
            var (first, last) = (starts[run] >> 6, ends[run] >> 6);
            var (from, to) = (ulong.MaxValue << starts[run], ulong.MaxValue >> (63 - (ends[run] & 63)));
            if (first == last)
            {
                words[first] |= from & to;
                continue;
            }

            words[first] |= from;
            words.AsSpan(first + 1, last - first - 1).Fill(ulong.MaxValue);
            words[last] |= to;
        }

        return words;
    }

    private static ulong[] Empty(int count)
    {
        var words = ArrayPool<ulong>.Shared.Rent((count + 63) / 64);
        words.AsSpan(0, (count + 63) / 64).Clear();
        return words;
    }
}
