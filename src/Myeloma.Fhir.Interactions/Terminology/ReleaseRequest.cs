using System.Text.Json;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>What the import of a release was asked for, as its job keeps it.</summary>
/// <param name="Name">Of the file that is kept: by it a release is recognized.</param>
/// <param name="Format">Of the release; null for one that is recognized.</param>
/// <param name="Columns">Of a table, as <see cref="TableColumns.Parse"/> reads them.</param>
public sealed record ReleaseRequest(string Name, string? Format, string? Url, string? Version, string? Edition, IReadOnlyList<string> Columns)
{
    /// <summary>The parameters there are beside the release itself.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["name", "format", "url", "version", "edition", "column"];

    public ReleaseOptions Options => new(Url, Version, Edition, TableColumns.Parse(Columns));

    /// <param name="arguments">Name and value of each parameter.</param>
    /// <param name="usualName">Of the file, where none is told.</param>
    /// <exception cref="FhirException"><c>invalid</c>: an unknown or repeated parameter, or a column that says nothing; <c>not-supported</c>: no such format. All faults together.</exception>
    public static ReleaseRequest Of(IReadOnlyList<KeyValuePair<string, string>> arguments, string usualName)
    {
        var issues = new List<Issue>();
        foreach (var group in arguments.GroupBy(argument => argument.Key))
        {
            if (!Parameters.Contains(group.Key)) issues.Add(Issue.Invalid($"Beside a release as the body the parameters are {string.Join(", ", Parameters)}, not '{group.Key}'.", $"http.{group.Key}"));
            else if (group.Key != "column" && group.Count() > 1) issues.Add(Issue.Invalid($"The parameter '{group.Key}' may occur once, not {group.Count()} times.", $"http.{group.Key}"));
        }

        string? Text(string name) => arguments.FirstOrDefault(argument => argument.Key == name).Value is { Length: > 0 } value ? value : null;
        if (Text("format") is { } format && !ReleaseFormat.All.Any(each => each.Name == format))
            issues.Add(Issue.NotSupported($"'{format}' is no form of a terminology's release that is known here; {string.Join(", ", ReleaseFormat.All.Select(each => each.Name))} are.", "http.format"));
        List<string> columns = [.. arguments.Where(argument => argument.Key == "column").Select(argument => argument.Value)];
        foreach (var column in columns)
            if (!TableColumns.IsColumn(column)) issues.Add(Issue.Invalid($"'{column}' says nothing of a column: code, display, definition, parent, property:CODE or designation:LANGUAGE is expected, then = and the name of the column.", "http.column"));
        return issues.Count == 0 ? new ReleaseRequest(SafeName(Text("name") ?? usualName), Text("format"), Text("url"), Text("version"), Text("edition"), columns) : throw new FhirException(issues);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ReleaseRequest Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<ReleaseRequest>(bytes.Span) ?? throw new InvalidOperationException("A recorded import of a release is empty.");

    /// <summary>The last part of a path, of letters, digits and a few signs: it leads nowhere.</summary>
    private static string SafeName(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var safe = string.Concat(last.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_')).TrimStart('.');
        return safe.Length switch { 0 => "release", > 200 => safe[^200..], _ => safe };
    }
}
