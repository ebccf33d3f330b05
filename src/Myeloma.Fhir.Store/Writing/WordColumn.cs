using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Myeloma.Fhir.Search.Index;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>A column of words with their places, a <c>tsvector</c>; null for none.</summary>
/// <remarks>https://www.postgresql.org/docs/current/datatype-textsearch.html</remarks>
internal sealed class WordColumn(string name) : Column(name, "tsvector")
{
    /// <summary>PostgreSQL keeps no more places of a word, and none beyond.</summary>
    private const int MaxPlaces = 255, LastPlace = 16_383;

    private readonly List<SortedDictionary<string, List<ushort>>?> values = [];

    public override int Count => values.Count;

    public void Add(IReadOnlyList<WordAt> words)
    {
        if (words.Count == 0)
        {
            values.Add(null);
            return;
        }

        SortedDictionary<string, List<ushort>> places = new(StringComparer.Ordinal);
        foreach (var (word, position) in words)
        {
            if (!places.TryGetValue(word, out var known)) places.Add(word, known = []);
            var place = (ushort)Math.Min(position, LastPlace);
            if (known.Count < MaxPlaces && (known.Count == 0 || known[^1] != place)) known.Add(place);
        }

        values.Add(places);
    }

    /// <summary>In PostgreSQL's text form, which the statement casts.</summary>
    public override NpgsqlParameter ToParameter() =>
        new NpgsqlParameter<string?[]> { TypedValue = [.. values.Select(Text)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <summary>In PostgreSQL's binary form.</summary>
    public override void Write(BinaryRows rows, int row)
    {
        if (values[row] is { } places) rows.Bytes(Binary(places).WrittenSpan);
        else rows.Null();
    }

    private static string? Text(SortedDictionary<string, List<ushort>>? places)
    {
        if (places is null) return null;
        var text = new StringBuilder();
        foreach (var (word, at) in places) text.Append(CultureInfo.InvariantCulture, $"'{word}':{string.Join(',', at)} ");
        return text.ToString();
    }

    private static ArrayBufferWriter<byte> Binary(SortedDictionary<string, List<ushort>> places)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), places.Count);
        output.Advance(4);
        foreach (var (word, at) in places)
        {
            Encoding.UTF8.GetBytes(word, output);
            output.GetSpan(1)[0] = 0;
            output.Advance(1);
            Number(at.Count);
            foreach (var place in at) Number(place);
        }

        return output;

        void Number(int number)
        {
            BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), (ushort)number);
            output.Advance(2);
        }
    }
}
