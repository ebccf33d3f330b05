using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests;

/// <summary>
/// Bundles with one fault each, in the folder Broken: <c>expected.json</c> gives all that is to be said of each, by file. <c>sound.json</c> is the bundle that
/// they were made from.
/// </summary>
public sealed class BrokenBundleTests
{
    private static readonly Validator Validator = new();
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private static string Folder => RepositoryRoot.Combine("tests", "Myeloma.Fhir.Validation.Tests", "Broken");

    public static TheoryData<string> Files() => [.. Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileName(path)!).Where(name => name != "expected.json").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_fault_is_told_once_at_its_line_and_nothing_else(string file)
    {
        var expected = JsonSerializer.Deserialize<Dictionary<string, Told[]>>(File.ReadAllBytes(Path.Combine(Folder, "expected.json")), Options)!;

        var told = Validator.Validate(ResourceDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)))).Select(Told.Of).ToArray();

        Assert.Equal(expected.GetValueOrDefault(file, []), told);
    }

    private sealed record Told(string Severity, string Type, string? MessageId, string? Expression, int Line, int Column, string Words)
    {
        public static Told Of(Issue issue) => new(issue.Severity.Code(), issue.Type.Code(), issue.MessageId, issue.Expression, issue.Line, issue.Column, issue.Diagnostics);
    }
}
