using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>Command line to inputs.</summary>
internal static class ResourceInputs
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.System };

    /// <returns>In the order given; of a folder every .json, .xml and .ndjson file below it, by path. A file that is named twice comes once.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: paths that lead nowhere, folders without such files; one issue each.</exception>
    public static IReadOnlyList<ResourceInput> Find(IReadOnlyList<string> arguments)
    {
        List<ResourceInput> inputs = [];
        HashSet<string> seen = [];
        List<Issue> issues = [];
        foreach (var argument in arguments)
        {
            if (argument == "-") inputs.Add(new ResourceInput.FromStandardInput());
            else if (Uri.TryCreate(argument, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") inputs.Add(new ResourceInput.FromUrl(url));
            else if (File.Exists(argument)) Add(argument, isNamed: true);
            else if (!Directory.Exists(argument)) issues.Add(Issue.NotFound($"There is no file or folder '{argument}'."));
            else
            {
                var found = Directory.EnumerateFiles(argument, "*", All).Where(IsResource).Order(StringComparer.Ordinal).ToList();
                if (found.Count == 0) issues.Add(Issue.NotFound($"The folder '{argument}' holds no .json, .xml or .ndjson files."));
                foreach (var path in found) Add(path, isNamed: false);
            }
        }

        return issues.Count == 0 ? inputs : throw new FhirException(issues);

        void Add(string path, bool isNamed)
        {
            if (seen.Add(Path.GetFullPath(path))) inputs.Add(new ResourceInput.FromFile(path, isNamed));
        }
    }

    /// <summary>Whether a file may hold a resource, by its name.</summary>
    public static bool IsResource(string path) => Path.GetExtension(path).ToLowerInvariant() is ".json" or ".xml" or ".ndjson";
}
