using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>Reads the section <c>Fhir:Bulk</c>.</summary>
internal static class BulkSettings
{
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a value that can't be read; the text names the setting.</exception>
    public static BulkLimits Read(IConfigurationSection section, BulkLimits preset) => preset with
    {
        MaxOpen = ServerOptions.Number(section, nameof(BulkLimits.MaxOpen), preset.MaxOpen, 0, 1_000_000),
        MaxRunning = ServerOptions.Number(section, nameof(BulkLimits.MaxRunning), preset.MaxRunning, 0, 100),
        ResourcesPerFile = ServerOptions.Number(section, nameof(BulkLimits.ResourcesPerFile), preset.ResourcesPerFile, 1_000, 100_000_000),
        MaxInputBytes = (long)ServerOptions.Number(section, "MaxInputMegabytes", (int)(preset.MaxInputBytes >> 20), 1, 10_000_000) << 20,
        MaxInputs = ServerOptions.Number(section, nameof(BulkLimits.MaxInputs), preset.MaxInputs, 1, 1_000_000),
        LinesPerBatch = ServerOptions.Number(section, nameof(BulkLimits.LinesPerBatch), preset.LinesPerBatch, 1, 100_000),
        References = ReferencesOf(section[nameof(BulkLimits.References)], preset.References),
        Sources = SourcesOf(section[nameof(BulkLimits.Sources)]),
        Folder = section[nameof(BulkLimits.Folder)] is { Length: > 0 } folder ? folder : null,
    };

    private static ImportReferences ReferencesOf(string? text, ImportReferences preset) => text switch
    {
        null or "" => preset,
        "end" => ImportReferences.End,
        "each" => ImportReferences.Each,
        "off" => ImportReferences.Off,
        _ => throw ServerOptions.Refused($"The setting Fhir:Bulk:References is end, each or off, not '{text}'."),
    };

    private static string[] SourcesOf(string? text)
    {
        var sources = (text ?? "").Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var source in sources)
        {
            if (!Uri.TryCreate(source, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length > 0)
                throw ServerOptions.Refused($"The setting Fhir:Bulk:Sources is a list of beginnings of URLs like https://files.example.org/bulk, not '{source}'.");
        }

        return sources;
    }
}
