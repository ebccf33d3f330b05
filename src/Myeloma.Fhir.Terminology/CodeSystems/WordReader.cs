using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Folding;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Reads the words of a text one by one, folded: letters and digits of any script, without case and accents.</summary>
/// <param name="text">What is read.</param>
/// <param name="room">Where a word is put together; a word that does not fit goes to an array of its own.</param>
internal ref struct WordReader(ReadOnlySpan<char> text, Span<char> room)
{
    private ReadOnlySpan<char> rest = text;
    private Span<char> room = room;
    private int length;

    /// <summary>The word that was read last; good until the next is read.</summary>
    public readonly ReadOnlySpan<char> Word => room[..length];

    /// <returns>Whether there was another word.</returns>
    public bool Read()
    {
        length = 0;
        while (rest.Length > 0)
        {
            var first = rest[0];
            if (first < 128)
            {
                rest = rest[1..];
                if (char.IsAsciiLetterOrDigit(first)) Append(char.ToLowerInvariant(first));
                else if (length > 0) return true;
                continue;
            }

            Rune.DecodeFromUtf16(rest, out var rune, out var used);
            rest = rest[used..];
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark) continue;
            if (rune.IsBmp && FoldingTable.Folded.TryGetValue((char)rune.Value, out var plain)) Append(plain);
            else if (Rune.IsLetterOrDigit(rune)) Append(Rune.ToLowerInvariant(rune));
            else if (length > 0) return true;
        }

        return length > 0;
    }

    private void Append(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..rune.EncodeToUtf16(units)]) Append(unit);
    }

    private void Append(string folded)
    {
        foreach (var unit in folded) Append(unit);
    }

    private void Append(char unit)
    {
        if (length == room.Length)
        {
            var larger = new char[room.Length * 2];
            room.CopyTo(larger);
            room = larger;
        }

        room[length++] = unit;
    }
}
