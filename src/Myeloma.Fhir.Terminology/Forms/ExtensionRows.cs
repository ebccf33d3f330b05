using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>Extensions that go out with concepts and names; few have any.</summary>
internal static class ExtensionRows
{
    public static void Write(FormWriter writer, Dictionary<int, IReadOnlyList<ConceptExtension>> rows)
    {
        writer.Write(rows.Count);
        foreach (var (row, extensions) in rows)
        {
            writer.Write(row);
            writer.Write(extensions.Count);
            foreach (var extension in extensions)
            {
                writer.Write(extension.Url);
                writer.Write(extension.Json);
            }
        }
    }

    public static Dictionary<int, IReadOnlyList<ConceptExtension>> Read(FormReader reader)
    {
        var rows = new Dictionary<int, IReadOnlyList<ConceptExtension>>();
        for (var left = reader.ReadInteger(); left > 0; left--)
        {
            var row = reader.ReadInteger();
            var extensions = new ConceptExtension[reader.ReadInteger()];
            for (var each = 0; each < extensions.Length; each++) extensions[each] = new ConceptExtension(reader.ReadText()!, reader.ReadText()!);
            rows.Add(row, extensions);
        }

        return rows;
    }
}
