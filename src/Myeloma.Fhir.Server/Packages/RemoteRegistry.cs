using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Packages;

/// <summary>Fetches packages from a registry that the settings allow, and from nowhere else: archives and redirects at other origins are refused.</summary>
/// <remarks>The way of npm: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md</remarks>
/// <param name="registry">Without trailing slash: <c>https://packages.example.org</c>.</param>
/// <param name="allowed">All registries of the settings: an archive of one may lie at another.</param>
internal sealed class RemoteRegistry(Uri registry, IReadOnlyList<Uri> allowed, PackageLimits limits)
{
    private const int MaxRedirects = 5;

    /// <summary>Size of the list of a package's versions.</summary>
    private const int MaxListBytes = 16 << 20;

    // Redirects are followed here, where each is looked at.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false, UseProxy = true })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>As <see cref="RegistryFetch"/>.</summary>
    /// <exception cref="FhirException">
    /// <c>transient</c>: it can't be reached, takes too long, or asks to come later; <c>invalid</c>: it answers something else, or leads to a place that is not allowed; <c>too-long</c>: more
    /// bytes than allowed.
    /// </exception>
    public async Task<ReadOnlyMemory<byte>?> FetchAsync(string name, string? pattern, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limits.FetchTime);
        try
        {
            if (await GetAsync(new Uri($"{registry}/{name}"), "application/json", MaxListBytes, timeout.Token) is not { } list) return null;
            if (Choose(list, pattern) is not { } chosen) return null;
            var archive = await GetAsync(chosen.Tarball ?? new Uri($"{registry}/{name}/{chosen.Version}"), "application/gzip, application/octet-stream, */*;q=0.1", limits.MaxBytes, timeout.Token);
            if (archive is null) return null;
            Compare(archive, chosen.Integrity, chosen.Shasum, name);
            return archive;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new FhirException(Issue.Transient($"The registry {registry} can't be reached from this server, or does not answer."));
        }
    }

    private (string Version, Uri? Tarball, string? Integrity, string? Shasum)? Choose(byte[] list, string? pattern)
    {
        try
        {
            using var json = JsonDocument.Parse(list);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("versions", out var versions) || versions.ValueKind != JsonValueKind.Object) return null;
            var known = versions.EnumerateObject().Select(each => each.Name).ToList();
            var latest = pattern is null or "" or "latest" && root.TryGetProperty("dist-tags", out var tags) && tags.ValueKind == JsonValueKind.Object && Text(tags, "latest") is { } tagged && known.Contains(tagged) ? tagged : null;
            if ((latest ?? PackageVersions.Best(known, pattern)) is not { } version || !PackageManifest.IsVersion(version)) return null;
            var entry = versions.GetProperty(version);
            var dist = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("dist", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
            var tarball = dist.ValueKind == JsonValueKind.Object && Uri.TryCreate(Text(dist, "tarball"), UriKind.Absolute, out var url) && IsAllowed(url) ? url : null;
            return (version, tarball, dist.ValueKind == JsonValueKind.Object ? Text(dist, "integrity") : null, dist.ValueKind == JsonValueKind.Object ? Text(dist, "shasum") : null);
        }
        catch (JsonException)
        {
            throw new FhirException(Issue.Invalid($"The registry {registry} does not answer as a registry does: a JSON object with the versions of a package was expected."));
        }
    }

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether a URL is at one of the registries, by scheme, host, port and the beginning of the path.</summary>
    private bool IsAllowed(Uri url) => allowed.Any(each =>
        url.Scheme == each.Scheme && url.Host.Equals(each.Host, StringComparison.OrdinalIgnoreCase) && url.Port == each.Port && url.UserInfo.Length == 0
        && url.AbsolutePath.StartsWith(each.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <returns>Null for 404.</returns>
    private async Task<byte[]?> GetAsync(Uri url, string accept, int maxBytes, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            if (!IsAllowed(url)) throw new FhirException(Issue.Invalid($"The registry {registry} leads to {url.GetLeftPart(UriPartial.Authority)}, which is none of the registries that this server may ask (setting Fhir:Packages:Registries)."));
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK: return await ReadAsync(response, url, maxBytes, cancellationToken);
                case HttpStatusCode.NotFound: return null;
                case HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError: throw new FhirException(Issue.Transient($"The registry {registry} answers {(int)response.StatusCode}."));
                case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest when response.Headers.Location is { } location && redirects < MaxRedirects:
                    url = new Uri(url, location);
                    continue;
                default: throw new FhirException(Issue.Invalid($"The registry {registry} answers {(int)response.StatusCode} instead of 200."));
            }
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[64 << 10];
        int got;
        while ((got = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + got > maxBytes) throw new FhirException(Issue.TooLong(FormattableString.Invariant($"{url} gives more than {maxBytes:N0} bytes, the limit of this server (setting Fhir:Packages:MaxMegabytes).")));
            read.Write(buffer, 0, got);
        }

        return read.ToArray();
    }

    private void Compare(byte[] archive, string? integrity, string? shasum, string name)
    {
        var isOther = integrity?.StartsWith("sha512-", StringComparison.Ordinal) == true ? integrity != $"sha512-{Convert.ToBase64String(SHA512.HashData(archive))}"
#pragma warning disable CA5350 // What older registries give.
            : shasum is not null && !shasum.Equals(Convert.ToHexString(SHA1.HashData(archive)), StringComparison.OrdinalIgnoreCase);
#pragma warning restore CA5350
        if (isOther) throw new FhirException(Issue.Invalid($"What the registry {registry} gives for {name} is not what its hash says; nothing was taken."));
    }
}
