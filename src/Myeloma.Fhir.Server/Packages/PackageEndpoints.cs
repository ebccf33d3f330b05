using Microsoft.Net.Http.Headers;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Pages;
using Myeloma.Fhir.Store.Packages;

namespace Myeloma.Fhir.Server.Packages;

/// <summary><c>/packages</c>: a registry as clients of npm and of FHIR packages ask it, beside the FHIR API; a browser gets pages.</summary>
/// <remarks>https://hl7.org/fhir/packages.html; https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md</remarks>
internal static class PackageEndpoints
{
    private const string Place = "/packages";

    private const string Json = "application/json; charset=utf-8";

    public static void MapPackages(this IEndpointRouteBuilder routes, ServerState state, ServerOptions options, Admission admission)
    {
        var crossOrigin = new CrossOrigin(options.CorsOrigins);
        Map(Place, ["GET", "HEAD"], ListAsync);
        Map(Place, ["POST"], PublishArchiveAsync);
        Map(Place + "/catalog", ["GET", "HEAD"], CatalogAsync);
        Map(Place + "/-/{type}/{id}", ["GET", "HEAD"], ArtifactAsync);
        Map(Place + "/{name}", ["GET", "HEAD"], PackageAsync);
        Map(Place + "/{name}", ["PUT"], PublishAsync);
        Map(Place + "/{name}/{version}", ["GET", "HEAD"], VersionAsync);
        Map(Place + "/{name}/-/{file}", ["GET", "HEAD"], FileAsync);

        void Map(string pattern, string[] methods, Func<HttpContext, FhirServices, ServerOptions, Task> answer) => routes.MapMethods(pattern, [.. methods, .. methods is ["GET", ..] ? ["OPTIONS"] : (string[])[]], async (HttpContext http) =>
        {
            if (crossOrigin.Answer(http)) return;
            if (HttpMethods.IsOptions(http.Request.Method))
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            await admission.EnterAsync(http.RequestAborted);
            try
            {
                await answer(http, state.Services!, options);
            }
            finally
            {
                admission.Leave();
            }
        });
    }

    private static async Task ListAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var packages = await services.Packages.ListAsync(null, http.RequestAborted);
        if (WantsPage(http)) await PageEndpoints.WriteAsync(http, StatusCodes.Status200OK, PackagePage.List(packages));
        else await WriteAsync(http, Json, new RegistryListing(BaseUrl(http, options)).Catalog(packages));
    }

    /// <summary><c>name</c>: a part of the name; <c>canonical</c>, <c>pkgcanonical</c>: the beginning of the package's own; <c>fhirversion</c>: R4, or nothing is found.</summary>
    private static async Task CatalogAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var query = http.Request.Query;
        var (name, version) = (query["name"].ToString(), query["fhirversion"].ToString());
        var packages = (await services.Packages.ListAsync(null, http.RequestAborted)).Where(package =>
            package.Name.Contains(name, StringComparison.OrdinalIgnoreCase) && version is "" or "R4" or "r4" or "4.0.1" or "4.0"
            && IsOf(package, query["pkgcanonical"].ToString()) && IsOf(package, query["canonical"].ToString()));
        await WriteAsync(http, Json, new RegistryListing(BaseUrl(http, options)).Catalog(packages));

        // Of a resource's canonical, what stands before its type is the package's.
        static bool IsOf(KeptPackage package, string canonical) => canonical.Length == 0 || (PackageManifest.Read(package.Manifest).Canonical is { } own && (own == canonical || canonical.StartsWith(own + "/", StringComparison.Ordinal)));
    }

    private static async Task PackageAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var packages = await services.Packages.ListAsync(Route(http, "name"), http.RequestAborted);
        if (packages.Count == 0) throw NotFound(Route(http, "name"));
        if (WantsPage(http)) await PageEndpoints.WriteAsync(http, StatusCodes.Status200OK, PackagePage.Versions(packages));
        else await WriteAsync(http, Json, new RegistryListing(BaseUrl(http, options)).Package(packages));
    }

    /// <summary>The archive, as clients of FHIR packages expect it here; its description for whoever asks for JSON alone, as clients of npm do; a page for a browser.</summary>
    private static async Task VersionAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var name = Route(http, "name");
        var versions = await services.Packages.ListAsync(name, http.RequestAborted);
        var version = PackageVersions.Best(versions.Select(each => each.Version), Route(http, "version"));
        if (versions.FirstOrDefault(each => each.Version == version) is not { } package) throw NotFound($"{name}#{Route(http, "version")}");
        http.Response.Headers.Vary = "Accept";
        if (WantsPage(http)) await PageEndpoints.WriteAsync(http, StatusCodes.Status200OK, PackagePage.Version(package, await services.Packages.FindContentsAsync(package.Name, package.Version, http.RequestAborted)));
        else if (WantsDescription(http)) await WriteAsync(http, Json, new RegistryListing(BaseUrl(http, options)).Version(package));
        else await WriteArchiveAsync(http, services, package);
    }

    private static async Task FileAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var (name, file) = (Route(http, "name"), Route(http, "file"));
        var versions = await services.Packages.ListAsync(name, http.RequestAborted);
        await WriteArchiveAsync(http, services, versions.FirstOrDefault(each => file == $"{name}-{each.Version}.tgz") ?? throw NotFound(file));
    }

    /// <summary>An artifact of this server with everything it depends on, as a package; with the parameters of <c>$package</c>.</summary>
    private static async Task ArtifactAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var (type, id) = (Route(http, "type"), Route(http, "id"));
        if (!R4Schema.Instance.IsResourceType(type)) throw new FhirException(Issue.NotFound($"'{type}' is no resource type of FHIR R4."));
        var context = new InteractionContext(new FhirCall(http, options).BaseUrl);
        var package = await new ArtifactPackage(services.Operations).MakeAsync(type, id, QueryText.Parse((http.Request.QueryString.Value ?? "").TrimStart('?')), context, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ETag = $"\"{package.Integrity}\"";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{package.Manifest.Name}-{package.Manifest.Version}.tgz\"";
        await WriteAsync(http, "application/gzip", package.Bytes);
    }

    /// <summary>What <c>npm publish</c> sends.</summary>
    private static async Task PublishAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        var body = await RequestBody.ReadAsync(http.Request, options.MaxBodyBytes, http.RequestAborted);
        var package = PackageArchive.Read(PublishedDocument.ArchiveOf(body), options.Packages.Limits);
        if (package.Manifest.Name != Route(http, "name")) throw new FhirException(Issue.Invalid($"The URL names the package {Route(http, "name")}, its manifest {package.Manifest.Name}; they have to be the same."));
        await PublishAsync(http, services, options, package);
    }

    /// <summary>The archive itself as the body.</summary>
    private static async Task PublishArchiveAsync(HttpContext http, FhirServices services, ServerOptions options)
    {
        if (http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is not { } type || !InstallOperation.MediaTypes.Contains(type))
            throw new FhirException(Issue.NotSupported($"A package is sent as {InstallOperation.MediaTypes[0]}, not '{http.Request.ContentType}'.") with { MessageId = OutcomeStatus.UnsupportedMediaType });
        var body = await RequestBody.ReadAsync(http.Request, options.MaxBodyBytes, http.RequestAborted);
        await PublishAsync(http, services, options, PackageArchive.Read(body, options.Packages.Limits));
    }

    private static async Task PublishAsync(HttpContext http, FhirServices services, ServerOptions options, PackageArchive package)
    {
        await services.Packages.PublishAsync(package, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.Headers.Location = $"{BaseUrl(http, options)}/{package.Manifest.Name}/{package.Manifest.Version}";
        await WriteAsync(http, Json, """{"ok":true}"""u8.ToArray());
    }

    private static async Task WriteArchiveAsync(HttpContext http, FhirServices services, KeptPackage package)
    {
        var headers = http.Response.Headers;
        headers.ETag = $"\"{package.Integrity}\"";
        headers.CacheControl = "public, max-age=31536000, immutable";
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(package.Integrity, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var archive = await services.Packages.FindArchiveAsync(package.Name, package.Version, http.RequestAborted) ?? throw NotFound($"{package.Name}#{package.Version}");
        headers.ContentDisposition = $"attachment; filename=\"{package.Name}-{package.Version}.tgz\"";
        await WriteAsync(http, "application/gzip", archive);
    }

    private static async Task WriteAsync(HttpContext http, string contentType, ReadOnlyMemory<byte> content)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(content, http.RequestAborted);
    }

    private static bool WantsPage(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static bool WantsDescription(HttpContext http) =>
        MediaTypeHeaderValue.TryParseList(http.Request.Headers.Accept, out var ranges) && ranges.Any(range => range.SubType.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        && !ranges.Any(range => InstallOperation.MediaTypes.Contains(range.MediaType.ToString()));

    private static string Route(HttpContext http, string part) => (string)http.Request.RouteValues[part]!;

    /// <summary>Where the registry is: beside the FHIR API.</summary>
    private static string BaseUrl(HttpContext http, ServerOptions options)
    {
        var url = new FhirCall(http, options).BaseUrl;
        return (url.EndsWith(options.BasePath, StringComparison.Ordinal) ? url[..^options.BasePath.Length] : url) + Place;
    }

    private static FhirException NotFound(string what) => new(Issue.NotFound($"There is no package {what} here."));
}
