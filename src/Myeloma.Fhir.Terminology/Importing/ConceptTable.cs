using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Which column of a table is what.</summary>
/// <param name="Code">Required; so is its value in each row.</param>
/// <param name="Parents">Codes of parents, several between bars.</param>
public sealed record TableColumns(string Code = "code", string? Display = "display", string? Definition = "definition", string? Parents = "parent")
{
    /// <summary>Columns that are properties, by the code of the property.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Columns that are names in a language, by its tag.</summary>
    public IReadOnlyDictionary<string, string> Designations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a text says which column is what: <c>code=Key</c>, <c>property:colour=Paint</c>.</summary>
    public static bool IsColumn(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
        && text[..at] is "code" or "display" or "definition" or "parent" or ['p', 'r', 'o', 'p', 'e', 'r', 't', 'y', ':', _, ..] or ['d', 'e', 's', 'i', 'g', 'n', 'a', 't', 'i', 'o', 'n', ':', _, ..];

    /// <param name="columns">Each as <see cref="IsColumn"/> takes it.</param>
    /// <returns>Null when none is told.</returns>
    public static TableColumns? Parse(IReadOnlyList<string> columns)
    {
        if (columns.Count == 0) return null;
        var (mapping, properties, designations) = (new TableColumns(), new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var column in columns)
        {
            var at = column.IndexOf('=', StringComparison.Ordinal);
            var (what, name) = (column[..at], column[(at + 1)..]);
            var colon = what.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0) (what[..colon] == "property" ? properties : designations)[what[(colon + 1)..]] = name;
            else mapping = what switch
            {
                "code" => mapping with { Code = name },
                "display" => mapping with { Display = name },
                "definition" => mapping with { Definition = name },
                _ => mapping with { Parents = name },
            };
        }

        return mapping with { Properties = properties, Designations = designations };
    }
}

/// <summary>Any table of codes, with a mapping of its columns.</summary>
internal sealed class ConceptTable : ReleaseFormat
{
    public override string Name => "csv";

    /// <summary>A table needs a mapping, or at least the canonical of its code system, so it is never guessed.</summary>
    public override bool Recognizes(ReleaseFiles files) => false;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var url = options.Url ?? throw new FhirException(Issue.Required("A table does not tell the canonical URL of its code system; name it."));
        var columns = options.Columns ?? new TableColumns();
        var concepts = new ConceptCollection();
        var file = GetFile(files, _ => files.Names.Count == 1, "one file");
        var number = 1;
        foreach (var row in TableRows.Read(files, file, cancellationToken))
        {
            number++;
            var code = row.Get(columns.Code);
            if (code.Length == 0) throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, row {number}: there is no code in the column '{columns.Code}'.")));
            if (concepts.Contains(code)) throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, row {number}: the code '{code}' stands there a second time.")));
            ReadRow(row, columns, concepts[code]);
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return new CodeSystemSource(url, options.Version, "complete", concepts.Sources(Name))
        {
            Status = "active", CaseSensitive = true, HierarchyMeaning = "is-a", Properties = [.. columns.Properties.Keys.Select(property => new PropertyDefinition(property, null, "string"))],
        };
    }

    private static void ReadRow(TableRow row, TableColumns columns, ConceptCollection.Entry concept)
    {
        concept.Display = Value(columns.Display);
        concept.Definition = Value(columns.Definition);
        concept.Parents.AddRange((Value(columns.Parents) ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (var (property, column) in columns.Properties) concept.Add(property, "string", row.Get(column));
        foreach (var (language, column) in columns.Designations)
            if (row.Get(column) is { Length: > 0 } name) concept.Designations.Add(new Designation(language, null, name));

        string? Value(string? column) => column is not null && row[column] is { Length: > 0 } text ? text : null;
    }
}
