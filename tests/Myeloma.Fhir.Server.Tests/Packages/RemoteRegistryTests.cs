using Microsoft.AspNetCore.Http;
using Myeloma.Fhir.Server.Tests.Subscriptions;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Packages.TestPackage;

namespace Myeloma.Fhir.Server.Tests.Packages;

/// <summary>Packages from registries: those of the settings, and no other place.</summary>
[Trait("Category", "Postgres")]
public sealed class RemoteRegistryTests : IAsyncLifetime
{
    private HookListener registry = null!;
    private HookListener stranger = null!;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        (registry, stranger) = (await HookListener.StartAsync(), await HookListener.StartAsync());
        server = await RunningServer.StartAsync(("Fhir:Packages:Registries", registry.Url + "/npm/"), ("Fhir:Packages:MaxMegabytes", "1"), ("Fhir:Packages:FetchSeconds", "5"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await registry.DisposeAsync();
        await stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_package_is_fetched_with_what_it_depends_on_and_kept()
    {
        var (top, below) = (new TestPackage("far.top", "1.0.0", ("far.below", "2.0.x")).With(Resource("ValueSet", "far-top")).ToBytes(), new TestPackage("far.below", "2.0.7").With(Resource("ValueSet", "far-below")).ToBytes());
        registry.Answer = (request, http) => request.Path switch
        {
            "/npm/far.top" => JsonAsync(http, Listing("1.0.0", $"{registry.Url}/npm/far.top/-/far.top-1.0.0.tgz", top)),
            "/npm/far.top/-/far.top-1.0.0.tgz" => RedirectAsync(http, "/npm/stored/top.tgz"),
            "/npm/stored/top.tgz" => ArchiveAsync(http, top),

            // A list without dist: the archive is where registries of FHIR packages have it.
            "/npm/far.below" => JsonAsync(http, """{"name":"far.below","versions":{"2.0.6":{},"2.0.7":{},"2.1.0":{}}}"""),
            "/npm/far.below/2.0.7" => ArchiveAsync(http, below),
            _ => MissingAsync(http),
        };

        var answer = await InstallAsync("far.top", "1.0.0");
        var asked = registry.At("/").Count;
        var again = await InstallAsync("far.top", null);

        Assert.Equal(["far.below#2.0.7", "far.top#1.0.0"], Names(answer));
        Assert.Equal(["ValueSet-far-below.json created ValueSet/far-below", "ValueSet-far-top.json created ValueSet/far-top"], Lines(answer));
        Assert.Equal(["far.top#1.0.0"], Names(again));
        Assert.Equal(asked, registry.At("/").Count);
    }

    [Fact]
    public async Task Other_places_are_never_asked()
    {
        var archive = new TestPackage("far.away", "1.0.0").ToBytes();
        stranger.Answer = (_, http) => ArchiveAsync(http, archive);
        registry.Answer = (request, http) => request.Path switch
        {
            "/npm/redirected" => RedirectAsync(http, stranger.Url + "/x"),
            "/npm/elsewhere" => JsonAsync(http, Listing("1.0.0", stranger.Url + "/x.tgz", archive)),
            "/npm/upwards" => RedirectAsync(http, "/secret"),
            "/npm/circle" => RedirectAsync(http, "/npm/circle"),
            "/secret" => ArchiveAsync(http, archive),
            _ => MissingAsync(http),
        };

        var (redirected, elsewhere, upwards, circle, name) =
            (await InstallAsync("redirected", null), await InstallAsync("elsewhere", null), await InstallAsync("upwards", null), await InstallAsync("circle", null), await InstallAsync("../x", null));

        Assert.Equal([$"error invalid: The registry {registry.Url}/npm leads to {stranger.Url}, which is none of the registries that this server may ask (setting Fhir:Packages:Registries)."], redirected.Issues);
        Assert.Equal(["error not-found: There is no package elsewhere here, nor at a registry that this server may ask (setting Fhir:Packages:Registries)."], elsewhere.Issues);
        Assert.Equal(400, upwards.Status);
        Assert.Equal([$"error invalid: The registry {registry.Url}/npm answers 302 instead of 200."], circle.Issues);
        Assert.Equal(400, name.Status);
        Assert.Empty(stranger.At("/"));
        Assert.Empty(registry.At("/secret"));
    }

    [Fact]
    public async Task What_is_not_what_its_hash_says_too_large_late_or_another_package_is_refused()
    {
        var archive = new TestPackage("far.hash", "1.0.0").ToBytes();
        registry.Answer = async (request, http) =>
        {
            switch (request.Path)
            {
                case "/npm/far.hash": await JsonAsync(http, Listing("1.0.0", $"{registry.Url}/npm/a.tgz", new TestPackage("far.hash", "1.0.1").ToBytes())); break;
                case "/npm/far.other": await JsonAsync(http, Listing("1.0.0", $"{registry.Url}/npm/a.tgz", archive)); break;
                case "/npm/far.large": await JsonAsync(http, """{"versions":{"1.0.0":{}}}"""); break;
                case "/npm/far.large/1.0.0": await ArchiveAsync(http, new byte[(1 << 20) + 1]); break;
                case "/npm/far.late": await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default); break;
                case "/npm/far.words": await JsonAsync(http, "<html>"); break;
                case "/npm/far.broken": http.Response.StatusCode = 500; break;
                case "/npm/a.tgz": await ArchiveAsync(http, archive); break;
                default: await MissingAsync(http); break;
            }
        };

        Assert.Equal([$"error invalid: What the registry {registry.Url}/npm gives for far.hash is not what its hash says; nothing was taken."], (await InstallAsync("far.hash", null)).Issues);
        Assert.Equal(["error invalid: A registry gave the package far.hash#1.0.0 where far.other was asked for."], (await InstallAsync("far.other", null)).Issues);
        Assert.Equal(413, (await InstallAsync("far.large", null)).Status);
        Assert.Equal([$"error transient: The registry {registry.Url}/npm can't be reached from this server, or does not answer."], (await InstallAsync("far.late", null)).Issues);
        Assert.Equal(400, (await InstallAsync("far.words", null)).Status);
        Assert.Equal(503, (await InstallAsync("far.broken", null)).Status);
        Assert.Equal(["error not-found: There is no package far.gone#3.0.0 here, nor at a registry that this server may ask (setting Fhir:Packages:Registries)."], (await InstallAsync("far.gone", "3.0.0")).Issues);
    }

    private Task<Answer> InstallAsync(string name, string? version) => server.SendAsync("POST", "/$install",
        $$"""{"resourceType":"Parameters","parameter":[{"name":"name","valueString":"{{name}}"}{{(version is null ? "" : $$""",{"name":"version","valueString":"{{version}}"}""")}}]}""");

    private static string Listing(string version, string tarball, byte[] archive) =>
        "{'dist-tags':{'latest':'VERSION'},'versions':{'VERSION':{'dist':{'tarball':'PLACE','integrity':'sha512-HASH'}}}}".Replace('\'', '"').Replace("VERSION", version, StringComparison.Ordinal)
            .Replace("PLACE", tarball, StringComparison.Ordinal).Replace("HASH", Convert.ToBase64String(System.Security.Cryptography.SHA512.HashData(archive)), StringComparison.Ordinal);

    private static Task JsonAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    private static Task ArchiveAsync(HttpContext http, byte[] archive) => http.Response.Body.WriteAsync(archive).AsTask();

    private static Task RedirectAsync(HttpContext http, string place)
    {
        http.Response.Redirect(place);
        return Task.CompletedTask;
    }

    private static Task MissingAsync(HttpContext http)
    {
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
