using System.Text;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>The words of displays, designations and codes, without case and accents, each with the concepts it stands in.</summary>
/// <remarks>A prefix is a range of the words, which are sorted by their bytes. Immutable, shared by threads.</remarks>
public sealed class ConceptIndex
{
    private readonly TextPool words;
    private readonly int[] starts;
    private readonly int[] postings;
    private readonly int count;

    internal ConceptIndex(ConceptForm form)
        : this(form, [])
    {
    }

    /// <param name="further">Names besides those of the form, as supplements give them.</param>
    internal ConceptIndex(ConceptForm form, IEnumerable<(int Ordinal, string Name)> further)
    {
        var builder = new Builder(form.Count);
        var numbers = new List<int>();
        for (var ordinal = 0; ordinal < form.Count; ordinal++)
        {
            numbers.Clear();
            form.AddNames(ordinal, numbers);
            foreach (var number in numbers) builder.Add(form.Texts.Bytes(number), ordinal);
        }

        foreach (var (ordinal, name) in further) builder.Add(name, ordinal);
        (words, starts, postings) = builder.Build();
        count = form.Count;
    }

    private ConceptIndex(TextPool words, int[] starts, int[] postings, int count) => (this.words, this.starts, this.postings, this.count) = (words, starts, postings, count);

    /// <summary>Bytes in memory.</summary>
    public long Size => words.Size + (4L * (starts.Length + postings.Length));

    /// <summary>The concepts in which every word of the text begins some word, in any order.</summary>
    /// <param name="text">Any text; without a word in it, null is told.</param>
    /// <param name="isWhole">Whether the words have to be there as they are, not as beginnings.</param>
    /// <param name="within">The concepts that count; null: all.</param>
    public ConceptSet? Find(string text, bool isWhole = false, ConceptSet? within = null)
    {
        // The rarest first: what it leaves the others hardly have to be read for.
        var ranges = Words(text).Select(word => Range(word, isWhole)).OrderBy(range => starts[range.To] - starts[range.From]).ToList();
        if (ranges.Count == 0) return null;
        var rarest = Postings(ranges[0]);
        if (rarest.IsEmpty || within is { IsEmpty: true }) return ConceptSet.Empty;
        return rarest.Length < ConceptSet.FewOrdinals ? Few(rarest, ranges, within) : Many(rarest, ranges, within);
    }

    private ReadOnlySpan<int> Postings((int From, int To) range) => postings.AsSpan(starts[range.From]..starts[range.To]);

    private ConceptSet Few(ReadOnlySpan<int> rarest, List<(int From, int To)> ranges, ConceptSet? within)
    {
        var left = new List<int>(rarest.Length);
        foreach (var ordinal in rarest)
            if (within is null || within.Contains(ordinal)) left.Add(ordinal);
        for (var each = 1; each < ranges.Count && left.Count > 0; each++)
        {
            using var bits = new ConceptBits(count);
            bits.Add(Postings(ranges[each]));
            left.RemoveAll(ordinal => !bits.Contains(ordinal));
        }

        return ConceptSet.Of(left);
    }

    private ConceptSet Many(ReadOnlySpan<int> rarest, List<(int From, int To)> ranges, ConceptSet? within)
    {
        using var found = new ConceptBits(count);
        found.Add(rarest);
        for (var each = 1; each < ranges.Count; each++)
        {
            using var bits = new ConceptBits(count);
            bits.Add(Postings(ranges[each]));
            found.And(bits);
        }

        if (within is not null && within.Count < count) found.And(within.Bits(count));
        return found.ToSet();
    }

    /// <summary>The words of a text, folded: letters and digits of any script, without case and accents.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var found = new List<string>();
        var reader = new WordReader(text, stackalloc char[128]);
        while (reader.Read()) found.Add(reader.Word.ToString());
        return found;
    }

    internal void Write(FormWriter writer)
    {
        words.Write(writer);
        writer.Write<int>(starts);
        writer.Write<int>(postings);
        writer.Write(count);
    }

    internal static ConceptIndex Read(FormReader reader) => new(TextPool.Read(reader), reader.Read<int>(), reader.Read<int>(), reader.ReadInteger());

    /// <summary>The words that begin so, or are so: from, and up to.</summary>
    private (int From, int To) Range(string text, bool isWhole)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var from = First(0, word => words.Bytes(word).SequenceCompareTo(wanted) >= 0);
        return (from, First(from, word => isWhole ? !words.Bytes(word).SequenceEqual(wanted) : !words.Bytes(word).StartsWith(wanted)));
    }

    /// <summary>The first word from one on of which something is true, as it is of all after it.</summary>
    private int First(int low, Func<int, bool> isTrue)
    {
        var high = words.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (isTrue(middle)) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    /// <summary>Collects pairs of word and concept.</summary>
    private sealed class Builder
    {
        private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
        private readonly List<int> lastOf = [];
        private readonly List<(int Word, int Ordinal)> pairs;
        private char[] text = new char[256];

        public Builder(int concepts) => (lookup, pairs) = (known.GetAlternateLookup<ReadOnlySpan<char>>(), new(concepts * 4));

        public void Add(ReadOnlySpan<byte> name, int ordinal)
        {
            if (text.Length < name.Length) text = new char[name.Length * 2];
            Add(text.AsSpan(0, Encoding.UTF8.GetChars(name, text)), ordinal);
        }

        public void Add(ReadOnlySpan<char> name, int ordinal)
        {
            var reader = new WordReader(name, stackalloc char[128]);
            while (reader.Read())
            {
                if (!lookup.TryGetValue(reader.Word, out var word))
                {
                    lookup.TryAdd(reader.Word, word = known.Count);
                    lastOf.Add(-1);
                }

                if (lastOf[word] == ordinal) continue;
                lastOf[word] = ordinal;
                pairs.Add((word, ordinal));
            }
        }

        /// <summary>The words by their bytes, and the concepts of each in rising order, none twice.</summary>
        public (TextPool Words, int[] Starts, int[] Postings) Build()
        {
            var unsorted = new TextPool.Builder(known.Count);
            foreach (var word in known.Keys) unsorted.Add(word);
            var pool = unsorted.Build();
            var sorted = Enumerable.Range(0, pool.Count).ToArray();
            Array.Sort(sorted, (left, right) => pool.Bytes(left).SequenceCompareTo(pool.Bytes(right)));
            var (rankOf, words) = (new int[sorted.Length], new TextPool.Builder(sorted.Length));
            for (var rank = 0; rank < sorted.Length; rank++)
            {
                rankOf[sorted[rank]] = rank;
                words.Add(pool[sorted[rank]]);
            }

            var starts = new int[sorted.Length + 1];
            foreach (var (word, _) in pairs) starts[rankOf[word] + 1]++;
            for (var rank = 0; rank < sorted.Length; rank++) starts[rank + 1] += starts[rank];
            var (next, postings) = (starts[..^1], new int[pairs.Count]);
            foreach (var (word, ordinal) in pairs) postings[next[rankOf[word]]++] = ordinal;
            return (words.Build(), starts, postings);
        }
    }
}
