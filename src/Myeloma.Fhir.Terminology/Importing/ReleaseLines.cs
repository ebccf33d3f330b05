using System.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Lines of fields with one character between them and no quotes: RF2, RRF and the like.</summary>
internal static class ReleaseLines
{
    /// <param name="minFields">A line with fewer is damaged.</param>
    /// <param name="hasHeader">Whether the first line names the columns.</param>
    /// <exception cref="FhirException"><c>structure</c>: a line has too few fields; file and line are told.</exception>
    public static IEnumerable<string[]> Read(ReleaseFiles files, string name, char separator, int minFields, bool hasHeader, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(files.Open(name), Encoding.UTF8);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if ((hasHeader && number == 1) || line.Length == 0) continue;
            if ((number & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            var fields = line.Split(separator);
            if (fields.Length < minFields)
                throw new FhirException(Issue.Structure(FormattableString.Invariant($"{name}, line {number}: {fields.Length} fields where {minFields} are expected.")));
            yield return fields;
        }
    }

    /// <summary>The columns that the first line names.</summary>
    /// <exception cref="FhirException"><c>structure</c>: the file is empty.</exception>
    public static string[] Header(ReleaseFiles files, string name, char separator)
    {
        using var reader = new StreamReader(files.Open(name), Encoding.UTF8);
        return reader.ReadLine()?.Split(separator) ?? throw new FhirException(Issue.Structure($"{name} is empty."));
    }
}
