using System.Buffers;
using System.Text;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>A text of lines as UTF-8, in blocks of whole lines; one that begins with the mark of UTF-16 is read as that. One thread reads.</summary>
internal sealed class LineBlocks : IDisposable
{
    private readonly Stream stream;
    private readonly int blockBytes;
    private byte[] rest = [];
    private int number = 1;

    /// <param name="source">Closed with this.</param>
    public LineBlocks(Stream source, int blockBytes)
    {
        this.blockBytes = blockBytes;
        var mark = new byte[3];
        var length = source.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        Encoding? other = mark is [0xFF, 0xFE, _] ? Encoding.Unicode : mark is [0xFE, 0xFF, _] ? Encoding.BigEndianUnicode : null;
        if (other is null)
        {
            stream = source;
            rest = mark is [0xEF, 0xBB, 0xBF] ? [] : mark[..length];
        }
        else
        {
            stream = Encoding.CreateTranscodingStream(new Continued(mark.AsMemory(2, length - 2), source), other, Encoding.UTF8);
        }
    }

    /// <summary>The first line, to be asked for before the blocks.</summary>
    /// <returns>Null when there is none.</returns>
    public byte[]? ReadLine()
    {
        var line = new ArrayBufferWriter<byte>();
        while (true)
        {
            var end = rest.AsSpan().IndexOf((byte)'\n');
            line.Write(rest.AsSpan(0, end < 0 ? rest.Length : end));
            if (end >= 0)
            {
                rest = rest[(end + 1)..];
                break;
            }

            var room = new byte[1 << 16];
            rest = room[..stream.Read(room)];
            if (rest.Length == 0 && line.WrittenCount == 0) return null;
            if (rest.Length == 0) break;
        }

        number++;
        return line.WrittenSpan.TrimEnd((byte)'\r').ToArray();
    }

    /// <summary>All other lines. Each block is disposed by who takes it.</summary>
    public IEnumerable<LineBlock> Read()
    {
        while (true)
        {
            var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(blockBytes, rest.Length * 2));
            rest.CopyTo(bytes, 0);
            var (length, isEnd) = (rest.Length, false);
            int end;
            while (true)
            {
                var read = stream.ReadAtLeast(bytes.AsSpan(length), 1, throwOnEndOfStream: false);
                isEnd = read == 0;
                length += read;
                end = isEnd ? length : bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
                if (isEnd || (end > 0 && length == bytes.Length)) break;
                if (length == bytes.Length) bytes = Larger(bytes);
            }

            rest = bytes[end..length];
            var block = new LineBlock(bytes, end, number);
            number += bytes.AsSpan(0, end).Count((byte)'\n');
            if (end > 0) yield return block;
            else block.Dispose();
            if (isEnd) yield break;
        }
    }

    public void Dispose() => stream.Dispose();

    private static byte[] Larger(byte[] bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes.Length * 2);
        bytes.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(bytes);
        return larger;
    }

    /// <summary>What was read already, and then the rest.</summary>
    private sealed class Continued(ReadOnlyMemory<byte> begun, Stream source) : Stream
    {
        private ReadOnlyMemory<byte> begun = begun;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (begun.IsEmpty) return source.Read(buffer);
            var taken = Math.Min(buffer.Length, begun.Length);
            begun.Span[..taken].CopyTo(buffer);
            begun = begun[taken..];
            return taken;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) source.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>Some whole lines.</summary>
/// <param name="bytes">Lent, given back when this is disposed.</param>
/// <param name="number">One-based, of the first line.</param>
internal sealed class LineBlock(byte[] bytes, int length, int number) : IDisposable
{
    public Enumerator GetEnumerator() => new(bytes.AsMemory(0, length), number);

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);

    /// <summary>The lines that are not blank, each with its one-based number.</summary>
    public struct Enumerator(ReadOnlyMemory<byte> left, int number)
    {
        private ReadOnlyMemory<byte> left = left;
        private int number = number;

        public (int Number, ReadOnlyMemory<byte> Line) Current { get; private set; }

        public bool MoveNext()
        {
            while (left.Length > 0)
            {
                var end = left.Span.IndexOf((byte)'\n');
                var line = end < 0 ? left : left[..end];
                left = end < 0 ? default : left[(end + 1)..];
                Current = (number++, line);
                if (line.Span.ContainsAnyExcept(" \t\r"u8)) return true;
            }

            return false;
        }
    }
}
