using System.Text.Json;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Loading;

/// <summary>Source documents as files: the text, and beside it what is known of its origin (<c>name.txt</c> and <c>name.json</c>).</summary>
internal static class DocumentFiles
{
    /// <summary>The text files that the paths name: files as they are, of folders every <c>*.txt</c> and <c>*.md</c> directly in them, by name.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: a path that leads nowhere, or a folder without documents; one issue each.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths)
    {
        List<string> files = [];
        List<Issue> issues = [];
        foreach (var path in paths)
        {
            if (File.Exists(path)) files.Add(path);
            else if (!Directory.Exists(path)) issues.Add(Issue.NotFound($"There is no file or folder '{path}'."));
            else
            {
                var found = Directory.EnumerateFiles(path).Where(IsDocument).Order(StringComparer.Ordinal).ToList();
                if (found.Count == 0) issues.Add(Issue.NotFound($"The folder '{path}' holds no documents (*.txt, *.md)."));
                files.AddRange(found);
            }
        }

        return issues.Count == 0 ? files : throw new FhirException(issues);
    }

    /// <summary>Reads documents with their origins.</summary>
    /// <exception cref="FhirException">One issue a document that can't be read as text, or whose origin is no JSON.</exception>
    public static async Task<IReadOnlyList<SourceDocument>> ReadAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<SourceDocument> documents = [];
        List<Issue> issues = [];
        foreach (var file in files)
        {
            try
            {
                var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
                var origin = await OriginAsync(file, cancellationToken);
                documents.Add(SourceDocument.Parse(Path.GetFileName(file), bytes, origin));
            }
            catch (FhirException fault)
            {
                issues.AddRange(fault.Issues);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                issues.Add(Issue.Invalid($"'{file}' can't be read: {fault.Message}"));
            }
        }

        return issues.Count == 0 ? documents : throw new FhirException(issues);
    }

    private static bool IsDocument(string file) => Path.GetExtension(file).ToLowerInvariant() is ".txt" or ".md";

    private static async Task<DocumentOrigin?> OriginAsync(string file, CancellationToken cancellationToken)
    {
        var beside = Path.ChangeExtension(file, ".json");
        if (!File.Exists(beside)) return null;
        try
        {
            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(beside, cancellationToken));
            string? Part(string name) => json.RootElement.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.String ? part.GetString() : null;
            return json.RootElement.ValueKind != JsonValueKind.Object
                ? throw new FhirException(Issue.Invalid($"'{beside}' holds no JSON object with the document's origin."))
                : new DocumentOrigin(Part("publisher"), Part("title"), Part("address"), Part("copyrightNotice"), Part("licenceRemarks"), Part("language"));
        }
        catch (JsonException fault)
        {
            throw new FhirException(Issue.Invalid($"'{beside}', the origin of '{Path.GetFileName(file)}', is not JSON: {fault.Message}"));
        }
    }
}
