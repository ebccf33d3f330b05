using CsvHelper;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Rows of a table whose first line names the columns, with quotes where needed (RFC 4180), separated by comma, semicolon, tab or bar.</summary>
internal static class TableRows
{
    private static readonly CsvReaderOptions Options = new()
    {
        TrimWhitespace = true, TrackLineNumbers = true, PoolStrings = true, MalformedData = CsvMalformedDataHandling.Throw, MaxRecordSize = 16 * 1024 * 1024,
    };

    /// <returns>The same object for each row, at the next one.</returns>
    /// <exception cref="FhirException"><c>structure</c>: a row is damaged; file and line are told.</exception>
    public static IEnumerable<TableRow> Read(ReleaseFiles files, string name, CancellationToken cancellationToken)
    {
        using var reader = CsvReader.Create(files.Open(name), Options, leaveOpen: false);
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var isThere = Read(reader, name);
        for (var at = 0; at < reader.Headers.Count; at++)
            columns.TryAdd(reader.Headers[at].Trim(), at);
        if (columns.Count == 0) throw new FhirException(Issue.Structure($"{name} is empty."));
        var row = new TableRow(reader, columns, name);
        for (; isThere; isThere = Read(reader, name))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private static bool Read(CsvReader reader, string name)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException fault)
        {
            throw new FhirException(Issue.Structure(FormattableString.Invariant($"{name}, line {fault.LineNumber}: a quotation mark is missing, or one too many.")));
        }
    }
}

/// <summary>The row a table is at.</summary>
internal sealed class TableRow(CsvReader reader, Dictionary<string, int> columns, string file)
{
    /// <summary>The value of a column, trimmed; empty when the row or the table does not have it.</summary>
    public string this[string column] => columns.TryGetValue(column, out var at) && at < reader.FieldCount ? reader.GetString(at) : "";

    /// <exception cref="FhirException"><c>structure</c>: the table has no such column; those it has are told.</exception>
    public string Get(string column) => columns.ContainsKey(column) ? this[column]
        : throw new FhirException(Issue.Structure($"{file} has no column '{column}'; it has {string.Join(", ", columns.Keys)}."));
}
