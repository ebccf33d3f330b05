using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Reads tar archives that nobody has to trust: files and folders only, by names that stay inside, within limits that hold before memory is taken.</summary>
/// <remarks>
/// The interchange format of pax: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, and the long names of GNU tar. Nothing is ever written to a disk; names that
/// lead outside are refused all the same, since whoever takes the archive from here may unpack it.
/// </remarks>
internal sealed class TarReading(Stream source, PackageLimits limits)
{
    private const int BlockBytes = 512;

    /// <summary>Bytes of a header that only says how the next entry is called.</summary>
    private const int MaxHeaderBytes = 64 << 10;

    private readonly byte[] block = new byte[BlockBytes];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly List<Issue> faults = [];
    private long unpacked;
    private int entries;
    private string? longName;
    private long? longSize;

    /// <summary>The files that are wanted, in the order of the archive; the others are passed over, but looked at as well.</summary>
    /// <exception cref="FhirException"><c>too-long</c>: a limit; <c>structure</c>: no tar archive; <c>invalid</c>: links, devices, names that lead outside or occur twice, all of them together.</exception>
    /// <exception cref="InvalidDataException">The compression is damaged.</exception>
    public IReadOnlyList<TarEntry> Read(Func<string, bool> isWanted)
    {
        var read = new List<TarEntry>();
        while (ReadHeader())
        {
            var type = (char)block[156];
            var size = longSize ?? Number(124, 12);
            switch (type)
            {
                case 'x' or 'g':
                    ReadPax(Content(size, MaxHeaderBytes), isGlobal: type == 'g');
                    continue;
                case 'L':
                    longName = Encoding.UTF8.GetString(Content(size, MaxHeaderBytes)).TrimEnd('\0');
                    continue;
                case 'K':
                    Skip(size);
                    continue;
            }

            if (++entries > limits.MaxFiles)
                throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The archive has more than {limits.MaxFiles:N0} files, the limit of this server (setting Fhir:Packages:MaxFiles).")));
            var name = NameOf(longName ?? HeaderName());
            (longName, longSize) = (null, null);
            var isFile = type is '0' or '\0';
            if (!isFile && type != '5') faults.Add(Issue.Invalid($"'{Shown(name.Text)}' in the archive is a {KindOf(type)}; a package has files and folders only."));
            else if (name.Fault is { } fault) faults.Add(Issue.Invalid($"'{Shown(name.Text)}' in the archive {fault}."));
            else if (isFile && !names.Add(name.Text)) faults.Add(Issue.Invalid($"'{Shown(name.Text)}' is in the archive twice."));
            else if (isFile && faults.Count == 0 && isWanted(name.Text))
            {
                if (size > limits.MaxFileBytes)
                    throw new FhirException(Issue.TooLong(FormattableString.Invariant($"'{Shown(name.Text)}' in the archive has {size:N0} bytes, more than the {limits.MaxFileBytes:N0} allowed (setting Fhir:Packages:MaxFileBytes).")));
                read.Add(new TarEntry(name.Text, Content(size, limits.MaxFileBytes)));
                continue;
            }

            if (faults.Count > 100) throw new FhirException(faults);
            Skip(isFile ? size : 0);
        }

        Drain();
        return faults.Count == 0 ? read : throw new FhirException(faults);
    }

    /// <returns>False at the end of the archive: a block of zeros, or the end of the stream.</returns>
    private bool ReadHeader()
    {
        var got = source.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false);
        if (got == 0) return false;
        if (got < BlockBytes) throw Damaged("it ends within a header");
        Count(BlockBytes);
        if (block.AsSpan().IndexOfAnyExcept((byte)0) < 0) return false;
        var sum = 0;
        for (var at = 0; at < BlockBytes; at++) sum += at is >= 148 and < 156 ? ' ' : block[at];
        return Number(148, 8) == sum ? true : throw Damaged("a header's checksum is wrong");
    }

    /// <summary>What is behind the end of the archive says nothing, but the compression's own check is there.</summary>
    private void Drain()
    {
        for (int got; (got = source.Read(block)) > 0;) Count(got);
    }

    private string HeaderName()
    {
        var name = Text(0, 100);
        var isUstar = block.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        return isUstar && Text(345, 155) is { Length: > 0 } prefix ? $"{prefix}/{name}" : name;
    }

    private string Text(int start, int length)
    {
        var bytes = block.AsSpan(start, length);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>A number of a header: octal, or in binary where it would not fit.</summary>
    private long Number(int start, int length)
    {
        var bytes = block.AsSpan(start, length);
        if ((bytes[0] & 0x80) != 0)
        {
            var value = BinaryPrimitives.ReadInt64BigEndian(bytes[^8..]);
            return bytes[0] == 0x80 && bytes[1..^8].IndexOfAnyExcept((byte)0) < 0 && value >= 0 ? value : throw Damaged("a number in a header makes no sense");
        }

        var number = 0L;
        foreach (var digit in bytes.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7') throw Damaged("a number in a header makes no sense");
            number = (number * 8) + (digit - '0');
        }

        return number;
    }

    /// <summary>Records <c>length key=value\n</c>; what concerns all entries has nothing to say to us.</summary>
    private void ReadPax(ReadOnlySpan<byte> records, bool isGlobal)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(Encoding.ASCII.GetString(records[..space]), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > records.Length)
                throw Damaged("an extended header is not of its form");
            var record = records[(space + 1)..(length - 1)];
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0) throw Damaged("an extended header is not of its form");
            if (isGlobal) continue;
            var value = Encoding.UTF8.GetString(record[(equals + 1)..]);
            if (record[..equals].SequenceEqual("path"u8)) longName = value;
            else if (record[..equals].SequenceEqual("size"u8))
                longSize = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Damaged("a number in an extended header makes no sense");
        }
    }

    /// <summary>What an entry is called, without <c>./</c> before it and <c>/</c> behind it, and what is wrong with that.</summary>
    private static (string Text, string? Fault) NameOf(string written)
    {
        var name = written.TrimEnd('/');
        while (name.StartsWith("./", StringComparison.Ordinal)) name = name[2..];
        if (name.Length == 0) return (written, null);
        if (name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)) return (written, "has a name that is not relative");
        if (name.Split('/').Any(part => part is "" or "." or "..")) return (written, "has a name that leads outside");
        return name.Any(char.IsControl) || name.Contains('\uFFFD', StringComparison.Ordinal) ? (written, "has a name that is no text") : (name, null);
    }

    private static string KindOf(char type) => type switch
    {
        '1' => "hard link",
        '2' => "symbolic link",
        '3' or '4' => "device",
        '6' => "pipe",
        _ => $"entry of type '{(char.IsAsciiLetterOrDigit(type) ? type : '?')}'",
    };

    private byte[] Content(long size, long most)
    {
        if (size > most) throw Damaged($"a header has {size.ToString("N0", CultureInfo.InvariantCulture)} bytes");
        Count(size);
        var content = new byte[size];
        if (source.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length) throw Damaged("it ends within a file");
        Skip(Padding(size), counts: false);
        return content;
    }

    private void Skip(long size) => Skip(size + Padding(size), counts: true);

    private void Skip(long bytes, bool counts)
    {
        if (counts) Count(bytes);
        Span<byte> rest = stackalloc byte[4096];
        while (bytes > 0)
        {
            var got = source.Read(rest[..(int)Math.Min(rest.Length, bytes)]);
            if (got == 0) throw Damaged("it ends within a file");
            bytes -= got;
        }
    }

    private static long Padding(long size) => (BlockBytes - (size % BlockBytes)) % BlockBytes;

    private void Count(long bytes)
    {
        unpacked += bytes;
        if (unpacked > limits.MaxUnpackedBytes || unpacked < 0)
            throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The archive holds more than {limits.MaxUnpackedBytes:N0} bytes, the limit of this server (setting Fhir:Packages:MaxUnpackedMegabytes).")));
    }

    private static string Shown(string name) => name.Length <= 200 ? name : name[..200] + "…";

    private static FhirException Damaged(string what) => new(Issue.Structure($"This is no package (a gzip'd tar archive), or a damaged one: {what}."));
}
