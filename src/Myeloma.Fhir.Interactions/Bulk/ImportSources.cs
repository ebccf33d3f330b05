using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ndjson;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Where inputs may come from: files uploaded to this server, its Binary resources, a folder of the settings, and URLs that the settings allow.</summary>
/// <param name="fetch">Opens what an allowed URL leads to, decompressed; no redirects followed.</param>
public sealed class ImportSources(ResourceStore store, BulkLimits limits, Func<Uri, CancellationToken, Task<Stream>> fetch)
{
    /// <summary>Bytes of the pieces that an input is kept in.</summary>
    private const int PieceBytes = 1 << 20;

    /// <summary>Judges a URL without opening it.</summary>
    /// <returns>Null when it may be opened; else why not.</returns>
    public async Task<Issue?> JudgeAsync(string url, string baseUrl, string? expression, CancellationToken cancellationToken)
    {
        var path = PathOf(url, baseUrl);
        if (path is not null && BulkPlace.Parse("/" + path) is (var owner, { } name))
        {
            return await store.BulkFiles.FindAsync(owner, name, cancellationToken) is not null ? null
                : Issue.NotFound($"There is no file at {url}: it was never uploaded, or is no longer kept.", expression) with { Type = IssueType.Invalid };
        }

        if (path is not null && BinaryOf(path) is { } key)
        {
            return await store.FindAsync(key, cancellationToken) is { IsDeleted: false } ? null : Issue.Invalid($"{key} of the input is not known here.", expression);
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return Issue.Invalid($"'{url}' is neither an absolute URL nor a file of this server.", expression);
        if (address.IsFile) return FileOf(address) is null ? Issue.NotSupported($"'{url}' does not lie in a folder that files may be imported from (setting Fhir:Bulk:Folder).", expression) : null;
        return IsAllowed(url, address) ? null
            : Issue.NotSupported($"'{url}' is not where this server may fetch from (setting Fhir:Bulk:Sources); upload the file to {baseUrl}{BulkPlace.Path.TrimEnd('/')} and name it by the URL that is answered.", expression);
    }

    /// <summary>Copies an input to where the import reads it.</summary>
    /// <exception cref="FhirException">It is not there, not allowed, too large, or can't be had.</exception>
    public async Task TakeAsync(string url, string baseUrl, BulkFile file, CancellationToken cancellationToken)
    {
        if (await JudgeAsync(url, baseUrl, null, cancellationToken) is { } refused) throw new FhirException(refused);
        var path = PathOf(url, baseUrl);
        if (path is not null && BulkPlace.Parse("/" + path) is (var owner, { } name))
        {
            await store.BulkFiles.RemoveAsync(file.Owner, file.Name, cancellationToken);
            await store.BulkFiles.CopyAsync(owner, name, file, cancellationToken);
            return;
        }

        await using var stream = path is not null && BinaryOf(path) is { } key ? await BinaryAsync(key, cancellationToken) : await OpenAsync(new Uri(url), cancellationToken);
        await TakeAsync(stream, file, cancellationToken);
    }

    /// <summary>Keeps what a stream gives; one piece of it is in memory at a time.</summary>
    /// <returns>Lines and bytes.</returns>
    /// <exception cref="FhirException"><c>too-long</c>: a line, or all of it, passes the limit; <c>conflict</c>: the file was taken away meanwhile.</exception>
    public async Task<(long Lines, long Bytes)> TakeAsync(Stream stream, BulkFile file, CancellationToken cancellationToken)
    {
        await store.BulkFiles.RemoveAbandonedAsync(limits.Retention, cancellationToken);
        await store.BulkFiles.AddAsync(file, cancellationToken);
        var (lines, bytes) = (0L, 0L);
        await foreach (var piece in NdjsonPieces.ReadAsync(stream, PieceBytes, limits.Parse.MaxBytes, cancellationToken))
        {
            lines += piece.Lines;
            bytes += piece.Content.Length;
            if (bytes > limits.MaxInputBytes)
                throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The file is larger than {limits.MaxInputBytes >> 20:N0} megabytes, the limit of this server (setting Fhir:Bulk:MaxInputMegabytes).")));
            if (!await store.BulkFiles.AppendAsync(file.Owner, file.Name, piece.Content, piece.Lines, cancellationToken))
                throw new FhirException(Issue.Conflict("The file was taken away while it was received."));
        }

        return (lines, bytes);
    }

    /// <returns>The path of a URL of this server, without leading slash; null for any other URL.</returns>
    private static string? PathOf(string url, string baseUrl) =>
        url.StartsWith(baseUrl + "/", StringComparison.Ordinal) ? url[(baseUrl.Length + 1)..]
        : Uri.TryCreate(url, UriKind.Absolute, out _) ? null : url.TrimStart('/');

    private static ResourceKey? BinaryOf(string path)
    {
        try
        {
            return RequestTarget.Parse(path) is { Kind: TargetKind.Instance, Type: "Binary", Id: { } id } ? new ResourceKey("Binary", id) : null;
        }
        catch (FhirException)
        {
            return null;
        }
    }

    private async Task<Stream> BinaryAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var version = await store.FindAsync(key, cancellationToken);
        var data = version is { IsDeleted: false } ? ResourceDocument.Parse(version.Body, limits: limits.Parse).Root.TextOf("data") : null;
        return data is null ? throw new FhirException(Issue.Invalid($"{key} has no data to import.")) : new MemoryStream(Convert.FromBase64String(data));
    }

    private async Task<Stream> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!address.IsFile) return await fetch(address, cancellationToken);
        try
        {
            return new FileStream(FileOf(address)!, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FhirException(Issue.Invalid($"The file {address} can't be read on this server: {(fault is FileNotFoundException or DirectoryNotFoundException ? "there is none" : "access is refused")}."));
        }
    }

    /// <returns>The path of a file below the folder, links followed; null for all others.</returns>
    private string? FileOf(Uri address)
    {
        if (limits.Folder is not { Length: > 0 } folder || address.Host.Length > 0) return null;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(address.LocalPath);
        if (!path.StartsWith(root, StringComparison.Ordinal)) return null;

        // A link below the folder could lead out of it.
        for (var at = path; at is not null && at.Length >= root.Length; at = Path.GetDirectoryName(at))
            if ((File.Exists(at) || Directory.Exists(at)) && new FileInfo(at).LinkTarget is not null) return null;
        return path;
    }

    /// <summary>Compared by scheme, host and port, and the path segment by segment, so that an allowed host is no beginning of another one's name.</summary>
    private bool IsAllowed(string url, Uri address) => address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && !url.Contains("..", StringComparison.Ordinal)
        && limits.Sources.Any(source => Uri.TryCreate(source, UriKind.Absolute, out var allowed)
            && allowed.GetLeftPart(UriPartial.Authority) == address.GetLeftPart(UriPartial.Authority)
            && (address.AbsolutePath + "/").StartsWith(allowed.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal));
}
