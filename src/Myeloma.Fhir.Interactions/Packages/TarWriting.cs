using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Writes tar archives that are the same bytes for the same files: sorted by name, of one time, owned by nobody.</summary>
/// <remarks>https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format"</remarks>
internal static class TarWriting
{
    private const int BlockBytes = 512;

    /// <summary>What the packages of npm bear as the time of every file: 1985-10-26T08:15:00Z.</summary>
    private const long Time = 499_162_500;

    /// <param name="files">Names of at most 100 bytes below one folder of at most 155, like <c>package/ValueSet-a.json</c>.</param>
    public static byte[] Write(IEnumerable<TarEntry> files)
    {
        using var output = new MemoryStream();
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            output.Write(Header(file));
            output.Write(file.Content.Span);
            output.Write(new byte[(BlockBytes - (file.Content.Length % BlockBytes)) % BlockBytes]);
        }

        output.Write(new byte[2 * BlockBytes]);
        return output.ToArray();
    }

    private static byte[] Header(TarEntry file)
    {
        var header = new byte[BlockBytes];
        var slash = file.Name.Length > 100 ? file.Name.IndexOf('/', StringComparison.Ordinal) : -1;
        if (slash > 0) Put(header, 345, 155, file.Name[..slash]);
        Put(header, 0, 100, file.Name[(slash + 1)..]);
        Put(header, 100, 8, "0000644\0");
        Put(header, 108, 8, "0000000\0");
        Put(header, 116, 8, "0000000\0");
        Put(header, 124, 12, Octal(file.Content.Length, 11));
        Put(header, 136, 12, Octal(Time, 11));
        Put(header, 148, 8, "        ");
        Put(header, 156, 1, "0");
        Put(header, 257, 8, "ustar\u000000");
        Put(header, 148, 8, Octal(header.Sum(value => value), 6) + " ");
        return header;
    }

    private static string Octal(long number, int digits) => Convert.ToString(number, 8).PadLeft(digits, '0') + "\0";

    private static void Put(byte[] header, int start, int length, string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > length) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{text}' does not fit into {length} bytes."), nameof(text));
        Encoding.UTF8.GetBytes(text, header.AsSpan(start, length));
    }
}
