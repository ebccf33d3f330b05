using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Json;

/// <summary>Two properties of one name: readers disagree which one counts, so neither does.</summary>
internal static class DuplicateNames
{
    private const int SmallObject = 32;

    /// <exception cref="FhirException"><c>structure</c>: the object names a property twice.</exception>
    public static void Refuse(ReadOnlySpan<byte> utf8, ref JsonNodeTable table, int container)
    {
        var count = table[container].Count;
        if (count < 2) return;
        if (count > SmallObject)
        {
            RefuseByHash(utf8, ref table, container);
            return;
        }

        for (var later = table[container + 1].Next; later < table.Length; later = table[later].Next)
        {
            var name = Name(utf8, ref table, later);
            for (var earlier = container + 1; earlier < later; earlier = table[earlier].Next)
            {
                if (Name(utf8, ref table, earlier).SequenceEqual(name)) throw Fault(utf8, table[later].NameStart, name);
            }
        }
    }

    private static void RefuseByHash(ReadOnlySpan<byte> utf8, ref JsonNodeTable table, int container)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var child = container + 1; child < table.Length; child = table[child].Next)
        {
            var name = Name(utf8, ref table, child);
            if (!seen.Add(System.Text.Encoding.UTF8.GetString(name))) throw Fault(utf8, table[child].NameStart, name);
        }
    }

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> utf8, ref JsonNodeTable table, int index) =>
        utf8.Slice(table[index].NameStart, table[index].NameLength);

    private static FhirException Fault(ReadOnlySpan<byte> utf8, int offset, ReadOnlySpan<byte> name)
    {
        var (line, column) = SourcePosition.Of(utf8, offset);
        return new FhirException(Issue.Structure(
            $"Property '{System.Text.Encoding.UTF8.GetString(name)}' stands twice in one object (line {line}, column {column}).", null, line, column) with { MessageId = "duplicate-property" });
    }
}
