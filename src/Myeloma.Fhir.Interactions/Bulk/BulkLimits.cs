using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>What bulk export and import may do, and cost.</summary>
public sealed record BulkLimits
{
    /// <summary>Exports that may wait or be worked on, and as many imports, on all servers of the database.</summary>
    public int MaxOpen { get; init; } = 100;

    /// <summary>Exports that this server works on at a time, and as many imports; 0 leaves them to others.</summary>
    public int MaxRunning { get; init; } = 1;

    /// <summary>Resources of one exported file.</summary>
    public int ResourcesPerFile { get; init; } = 100_000;

    /// <summary>Bytes of one uploaded or fetched file once decompressed.</summary>
    public long MaxInputBytes { get; init; } = 16L << 30;

    /// <summary>Inputs of one import.</summary>
    public int MaxInputs { get; init; } = 1_000;

    /// <summary>Lines that are stored in one transaction.</summary>
    public int LinesPerBatch { get; init; } = 1_000;

    /// <summary>Whether references have to lead to a resource, and when that is looked at.</summary>
    public ImportReferences References { get; init; } = ImportReferences.End;

    /// <summary>Beginnings of URLs that inputs may be fetched from.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Folder whose files may be named as inputs by <c>file:</c> URLs; null: none may.</summary>
    public string? Folder { get; init; }

    /// <summary>How long an upload is kept that belongs to no job.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Of one line.</summary>
    public ParseLimits Parse { get; init; } = ParseLimits.Default;
}
