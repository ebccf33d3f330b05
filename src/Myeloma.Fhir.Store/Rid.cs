using System.Buffers.Binary;
using System.Buffers.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Store;

/// <summary>
/// The number of a version: milliseconds since 1970 of its lastUpdated, shifted by 20 bits, and a number from a sequence below.
/// So the order of rids is the order of lastUpdated, and an index that ends in rid is read backwards for "newest first".
/// </summary>
internal static class Rid
{
    private const int SequenceBits = 20;

    public static long Of(DateTimeOffset lastUpdated, long sequence) => (lastUpdated.ToUnixTimeMilliseconds() << SequenceBits) | sequence;

    /// <summary>The lowest rid a version of that instant can have.</summary>
    public static long First(DateTimeOffset instant) =>
        instant.ToUnixTimeMilliseconds() >= long.MaxValue >> SequenceBits ? long.MaxValue : Of(Ceiling(instant), 0);

    /// <returns>UTC, whole milliseconds.</returns>
    public static DateTimeOffset LastUpdated(long rid) => DateTimeOffset.FromUnixTimeMilliseconds(rid >> SequenceBits);

    /// <summary>The rid as it stands in a paging link: URL-safe, 11 characters.</summary>
    public static string ToCursor(long rid)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, rid);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="FhirException"><c>invalid</c>: not one of <see cref="ToCursor"/>.</exception>
    public static long FromCursor(string cursor)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        // Asked first, because TryDecode throws at what is no base64.
        if (cursor.Length == 11 && Base64Url.IsValid(cursor, out var length) && length == sizeof(long) && Base64Url.TryDecodeFromChars(cursor, bytes, out _))
            return BinaryPrimitives.ReadInt64BigEndian(bytes);
        throw new FhirException(Issue.Invalid("The page link is damaged: its cursor was not made by this server. Start again from the first page."));
    }

    /// <summary>Instants are kept in whole milliseconds: those within one count as its end, so that "since" never returns something older.</summary>
    private static DateTimeOffset Ceiling(DateTimeOffset instant)
    {
        var rest = instant.UtcTicks % TimeSpan.TicksPerMillisecond;
        if (instant < DateTimeOffset.UnixEpoch) return DateTimeOffset.UnixEpoch;
        return rest == 0 ? instant : instant.AddTicks(TimeSpan.TicksPerMillisecond - rest);
    }
}
