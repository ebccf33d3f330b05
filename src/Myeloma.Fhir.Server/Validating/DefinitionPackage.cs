using System.Formats.Tar;
using System.IO.Compression;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>Definitions from folders, npm packages and the project's own package. https://hl7.org/fhir/R4/packages.html</summary>
internal static class DefinitionPackage
{
    /// <summary>One file of a package; larger ones are refused.</summary>
    private const int MaxFileBytes = 64 << 20;

    /// <summary>The project's own package, embedded in this program.</summary>
    public static void AddOwn(DefinitionLibrary library)
    {
        foreach (var resource in AuthoredResources.All) Add(library, resource.Json);
    }

    /// <summary>Adds every resource with a canonical that a folder (with all below) or an npm package (.tgz, .tar.gz) holds.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: nothing there; <c>invalid</c>: no gzip'd tar archive, no definitions in it; <c>too-long</c>: a file past the limit.</exception>
    public static async Task AddAsync(DefinitionLibrary library, string path, CancellationToken cancellationToken)
    {
        var before = library.Count;
        if (Directory.Exists(path)) await AddFolderAsync(library, path, cancellationToken);
        else if (File.Exists(path)) await AddArchiveAsync(library, path, cancellationToken);
        else throw new FhirException(Issue.NotFound($"There is no folder or package '{path}'."));
        if (library.Count == before) throw new FhirException(Issue.Invalid($"'{path}' holds no definitions: no JSON or XML resource with a url."));
    }

    /// <summary>Adds a resource if it has a canonical.</summary>
    public static void Add(DefinitionLibrary library, ReadOnlyMemory<byte> json)
    {
        if (ResourceHeader.Find(json.Span) is { Url: { } url } header) library.Add(url, header.Version, () => Parsed(json));
    }

    /// <summary>A definition that does not parse is as good as none; whoever validates it is told why.</summary>
    private static ResourceDocument? Parsed(ReadOnlyMemory<byte> json)
    {
        try
        {
            return ResourceDocument.Parse(json);
        }
        catch (FhirException)
        {
            return null;
        }
    }

    private static async Task AddFolderAsync(DefinitionLibrary library, string folder, CancellationToken cancellationToken)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(file).ToLowerInvariant() is not (".json" or ".xml") || new FileInfo(file).Length > MaxFileBytes) continue;
            Add(library, JsonOf(file, await File.ReadAllBytesAsync(file, cancellationToken)));
        }
    }

    private static async Task AddArchiveAsync(DefinitionLibrary library, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await using var archive = new TarReader(unzipped);
            while (await archive.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is not { } data) continue;
                if (Path.GetExtension(entry.Name).ToLowerInvariant() is not (".json" or ".xml")) continue;
                if (entry.Length > MaxFileBytes) throw new FhirException(Issue.TooLong(FormattableString.Invariant($"'{entry.Name}' of '{path}' has more than {MaxFileBytes:N0} bytes.")));
                var bytes = new byte[entry.Length];
                await data.ReadExactlyAsync(bytes, cancellationToken);
                Add(library, JsonOf(entry.Name, bytes));
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new FhirException(Issue.Invalid($"'{path}' is no npm package (a gzip'd tar archive): {fault.Message}"));
        }
    }

    /// <returns>Empty for XML that is no resource.</returns>
    private static ReadOnlyMemory<byte> JsonOf(string name, ReadOnlyMemory<byte> bytes)
    {
        if (!name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)) return bytes;
        try
        {
            return XmlReading.ToJson(bytes, ParseLimits.Default);
        }
        catch (FhirException)
        {
            return default;
        }
    }
}
