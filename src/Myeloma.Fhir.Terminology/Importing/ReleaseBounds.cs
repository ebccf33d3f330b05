using System.Buffers.Binary;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>What a release that somebody sends may come to when it is unpacked.</summary>
/// <param name="MaxFiles">Files of a zip.</param>
/// <param name="MaxBytes">Bytes that are read of all its files together, however often each is read.</param>
public sealed record ReleaseBounds(int MaxFiles = 10_000, long MaxBytes = 32L << 30)
{
    private const int MaxEntryBytes = 1024;

    /// <summary>Whether the list of files at the end of a zip is as long as it may be, before it is read into memory.</summary>
    /// <exception cref="FhirException"><c>too-long</c></exception>
    internal void CheckDirectory(Stream zip)
    {
        // The end record is the last thing but for a comment; in large archives another one, before it, says where the list begins. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
        var tail = new byte[(int)Math.Min(zip.Length, 22 + ushort.MaxValue + 20)];
        zip.Seek(-tail.Length, SeekOrigin.End);
        zip.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end >= 0 && end + 22 <= tail.Length)
        {
            long begin = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
            if (begin == uint.MaxValue && end >= 20 && tail.AsSpan(end - 20).StartsWith("PK\x06\x07"u8)) begin = LargeBegin(zip, BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12)));
            if (begin >= 0 && zip.Length - tail.Length + end - begin > (long)MaxFiles * MaxEntryBytes) throw TooManyFiles();
        }

        zip.Seek(0, SeekOrigin.Begin);
    }

    private static long LargeBegin(Stream zip, long record)
    {
        if (record < 0 || record + 56 > zip.Length) return -1;
        var bytes = new byte[56];
        zip.Seek(record, SeekOrigin.Begin);
        zip.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48));
    }

    /// <exception cref="FhirException"><c>too-long</c></exception>
    internal void CheckFiles(int files)
    {
        if (files > MaxFiles) throw TooManyFiles();
    }

    private FhirException TooManyFiles() => new(Issue.TooLong(FormattableString.Invariant($"The zip has more files than the {MaxFiles:N0} that are allowed (setting Fhir:Terminology:MaxReleaseFiles).")));

    /// <summary>A stream that counts what is read of it, together with all others of the same release.</summary>
    internal Stream Bounded(Stream content, ReleaseMeter meter) => new Counted(content, meter, MaxBytes);

    private sealed class Counted(Stream content, ReleaseMeter meter, long limit) : Stream
    {
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
            var read = content.Read(buffer);
            if ((meter.Bytes += read) > limit)
                throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The release comes to more than {limit >> 20:N0} megabytes when it is unpacked, the limit of this server (setting Fhir:Terminology:MaxReleaseContentMegabytes).")));
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) content.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>Counts what is read of one release.</summary>
internal sealed class ReleaseMeter
{
    public long Bytes { get; set; }
}
