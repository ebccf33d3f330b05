using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Where files are, below the base URL: <c>_bulk/[owner]/[name]</c>. Who knows the owner, which can't be guessed, may have them.</summary>
public static class BulkPlace
{
    /// <summary>Below the base URL, with slashes.</summary>
    public const string Path = "/_bulk/";

    /// <summary>The name of an uploaded file.</summary>
    public const string UploadName = "upload.ndjson";

    /// <summary>https://hl7.org/fhir/R4/nd-json.html</summary>
    public const string MediaType = "application/fhir+ndjson";

    /// <summary>Names of the format that clients use.</summary>
    public static readonly IReadOnlyList<string> Formats = [MediaType, "application/ndjson", "ndjson"];

    public static string Url(string baseUrl, BulkFile file) => $"{baseUrl}{Path}{file.Owner}/{file.Name}";

    /// <summary>Owner and name in a path that begins with <see cref="Path"/>.</summary>
    /// <returns>Null when it names no file; a name of null when it names an owner alone.</returns>
    public static (string Owner, string? Name)? Parse(string path)
    {
        if (!path.StartsWith(Path, StringComparison.Ordinal)) return null;
        return path[Path.Length..].Split('/') switch
        {
            [{ Length: > 0 } owner] => (owner, null),
            [{ Length: > 0 } owner, { Length: > 0 } name] => (owner, name),
            _ => null,
        };
    }
}
