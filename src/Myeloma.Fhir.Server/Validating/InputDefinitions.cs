using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>The inputs as each other's surroundings: definitions that nothing else has, and resources that references lead to.</summary>
/// <remarks>The files are looked through when the first such question comes, which for most inputs is never.</remarks>
internal sealed class InputDefinitions
{
    private readonly Lazy<(DefinitionLibrary Definitions, Dictionary<string, string> Paths)> surroundings;

    public InputDefinitions(IReadOnlyList<ResourceInput> inputs) => surroundings = new(() => Read(inputs));

    /// <returns>Null when no input has that canonical.</returns>
    public ResourceDocument? FindDefinition(string canonical) => surroundings.Value.Definitions.Find(canonical);

    /// <param name="reference">As written; <c>Type/id</c> is looked for.</param>
    public ResourceDocument? FindResource(string reference) => surroundings.Value.Paths.TryGetValue(reference, out var path) ? Document(path) : null;

    private static (DefinitionLibrary, Dictionary<string, string>) Read(IReadOnlyList<ResourceInput> inputs)
    {
        var definitions = new DefinitionLibrary();
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in inputs.OfType<ResourceInput.FromFile>())
        {
            if (input.Path.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase) || Json(input.Path) is not { } json) continue;
            if (ResourceHeader.Find(json.Span) is not { } header) continue;
            if (header.Id is { } id) paths[$"{header.Type}/{id}"] = input.Path;
            if (header.Url is { } url) definitions.Add(url, header.Version, () => Document(input.Path));
        }

        return (definitions, paths);
    }

    private static ResourceDocument? Document(string path)
    {
        try
        {
            return Json(path) is { } json ? ResourceDocument.Parse(json) : null;
        }
        catch (FhirException)
        {
            // It is an input: its own report says what is wrong with it.
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Json(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) ? XmlReading.ToJson(bytes) : bytes;
        }
        catch (Exception fault) when (fault is FhirException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
