using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>Many texts as UTF-8 in one array, each known by its zero-based number. Immutable, shared by threads.</summary>
internal sealed class TextPool
{
    private readonly byte[] bytes;
    private readonly int[] starts;

    /// <param name="starts">Where each text begins, and where the last one ends.</param>
    public TextPool(byte[] bytes, int[] starts) => (this.bytes, this.starts) = (bytes, starts);

    public int Count => starts.Length - 1;

    public long Size => bytes.LongLength + (4L * starts.Length);

    public ReadOnlySpan<byte> Bytes(int text) => bytes.AsSpan(starts[text], starts[text + 1] - starts[text]);

    /// <param name="text">Its number; negative for none.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Find(int? text) => text is >= 0 and var number ? this[number] : null;

    public string this[int text] => Encoding.UTF8.GetString(Bytes(text));

    /// <summary>Whether a text is that of a number.</summary>
    public bool Is(int number, ReadOnlySpan<char> text)
    {
        var written = Bytes(number);
        return Ascii.Equals(written, text) || (written.Length > text.Length && Encoding.UTF8.GetString(written).AsSpan().SequenceEqual(text));
    }

    public void Write(FormWriter writer)
    {
        writer.Write<byte>(bytes);
        writer.Write<int>(starts);
    }

    public static TextPool Read(FormReader reader) => new(reader.Read<byte>(), reader.Read<int>());

    /// <summary>Takes texts and numbers them in the order they come.</summary>
    public sealed class Builder(int expected)
    {
        private readonly Dictionary<string, int> shared = new(StringComparer.Ordinal);
        private readonly List<int> starts = new(expected + 1) { 0 };
        private byte[] bytes = new byte[Math.Max(256, expected * 16)];
        private int length;

        /// <returns>The number of the text; -1 for null.</returns>
        public int Add(string? text)
        {
            if (text is null) return -1;
            var room = Encoding.UTF8.GetMaxByteCount(text.Length);
            if (bytes.Length - length < room) Grow(Encoding.UTF8.GetByteCount(text));
            length += Encoding.UTF8.GetBytes(text, bytes.AsSpan(length));
            starts.Add(length);
            return starts.Count - 2;
        }

        /// <returns>The number of the text, the same for equal texts that come this way; -1 for null.</returns>
        public int Share(string? text)
        {
            if (text is null) return -1;
            if (!shared.TryGetValue(text, out var number)) shared.Add(text, number = Add(text));
            return number;
        }

        public TextPool Build() => new(bytes.AsSpan(0, length).ToArray(), [.. starts]);

        /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: more than two gigabytes of text.</exception>
        private void Grow(int atLeast)
        {
            var wanted = Math.Max((long)bytes.Length * 2, (long)length + (atLeast * 3L) + 3);
            if (length + (long)atLeast > Array.MaxLength)
                throw new Model.Issues.FhirException(Model.Issues.Issue.TooCostly("The names of this code system are more than two gigabytes of text; leave some out."));
            Array.Resize(ref bytes, (int)Math.Min(wanted, Array.MaxLength));
        }
    }
}
