using System.Text;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>Finds concepts by their codes: an open table of ordinals over the texts of the codes, no string of its own.</summary>
/// <remarks>Its hashes are those of the process, which nobody outside can foresee; so it is made anew when a form is read.</remarks>
internal sealed class CodeTable
{
    private readonly TextPool codes;
    private readonly ulong[] slots;
    private readonly StringComparison comparison;

    /// <param name="codes">The text of each ordinal's code, by ordinal.</param>
    /// <param name="order">The ordinals in the order in which codes were stated: of equal ones the first is found.</param>
    public CodeTable(TextPool codes, int count, bool isCaseSensitive, IEnumerable<int> order)
    {
        this.codes = codes;
        comparison = isCaseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        slots = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, count * 2))];
        Span<char> room = stackalloc char[256];
        foreach (var ordinal in order)
        {
            var bytes = codes.Bytes(ordinal);
            var code = bytes.Length <= room.Length ? room[..Encoding.UTF8.GetChars(bytes, room)] : codes[ordinal].AsSpan();
            var hash = string.GetHashCode(code, comparison);
            if (Slot(code, hash) is var slot && slots[slot] == 0) slots[slot] = ((ulong)(uint)hash << 32) | (uint)(ordinal + 1);
        }
    }

    public long Size => 8L * slots.Length;

    /// <returns>The ordinal; -1 when there is no such code.</returns>
    public int Find(ReadOnlySpan<char> code) => (int)(uint)slots[Slot(code, string.GetHashCode(code, comparison))] - 1;

    /// <summary>The slot of a code, or the empty one where it would be. Beside the ordinal stands the whole hash, so that texts are hardly ever compared in vain.</summary>
    private int Slot(ReadOnlySpan<char> code, int hash)
    {
        var slot = hash & (slots.Length - 1);
        while (slots[slot] != 0 && ((uint)(slots[slot] >> 32) != (uint)hash || !Is((int)(uint)slots[slot] - 1, code))) slot = (slot + 1) & (slots.Length - 1);
        return slot;
    }

    private bool Is(int ordinal, ReadOnlySpan<char> code) =>
        comparison == StringComparison.Ordinal ? codes.Is(ordinal, code)
        : Ascii.EqualsIgnoreCase(codes.Bytes(ordinal), code) || codes[ordinal].AsSpan().Equals(code, StringComparison.OrdinalIgnoreCase);
}
