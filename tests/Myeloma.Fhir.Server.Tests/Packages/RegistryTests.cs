using System.Diagnostics;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Server.Tests.Clients;
using Myeloma.Fhir.TestSupport;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Packages.TestPackage;

namespace Myeloma.Fhir.Server.Tests.Packages;

/// <summary><c>/packages</c>: what clients of npm and of FHIR packages ask, and what a browser shows.</summary>
/// <remarks>https://hl7.org/fhir/packages.html</remarks>
[Trait("Category", "Postgres")]
public sealed class RegistryTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Own = "org.myeloma-fhir.resources";

    [Fact]
    public async Task A_published_package_is_told_as_npm_does_and_comes_back_byte_for_byte()
    {
        var package = new TestPackage("test.published", "1.0.0", ("hl7.fhir.r4.core", "4.0.1")).With(Resource("ValueSet", "published")).ToBytes();
        var read = PackageArchive.Read(package, PackageLimits.Default);

        var answer = await PostAsync(server, Root("/packages"), package);
        await PostAsync(server, Root("/packages"), new TestPackage("test.published", "1.1.0-ballot").ToBytes());
        var told = await server.GetAsync(Root("/packages/test.published"));
        var version = await server.GetAsync(Root("/packages/test.published/1.0.0"), ("Accept", "application/json"));
        var first = told.Json.GetProperty("versions").GetProperty("1.0.0");
        var dist = first.GetProperty("dist");

        Assert.Equal((201, Root("/packages/test.published/1.0.0")), (answer.Status, answer.Header("Location")));
        Assert.Equal("1.0.0", told.Json.GetProperty("dist-tags").GetProperty("latest").GetString());
        Assert.Equal(["1.0.0", "1.1.0-ballot"], told.Json.GetProperty("versions").EnumerateObject().Select(each => each.Name));
        Assert.Equal(
            ("test.published@1.0.0", "R4", "4.0.1", Root("/packages/test.published/-/test.published-1.0.0.tgz"), read.Shasum, read.Integrity),
            (first.GetProperty("_id").GetString(), first.GetProperty("fhirVersion").GetString(), first.GetProperty("dependencies").GetProperty("hl7.fhir.r4.core").GetString(),
                dist.GetProperty("tarball").GetString(), dist.GetProperty("shasum").GetString(), dist.GetProperty("integrity").GetString()));
        Assert.True(JsonElement.DeepEquals(first, version.Json));
        foreach (var path in (string[])["/packages/test.published/-/test.published-1.0.0.tgz", "/packages/test.published/1.0.0", "/packages/test.published/1.0.x", "/packages/test.published/latest"])
            Assert.Equal(package, await server.Client.GetByteArrayAsync(new Uri(Root(path))));
        Assert.Equal(404, (await server.GetAsync("/ValueSet/published")).Status);
    }

    [Fact]
    public async Task A_version_that_is_there_is_refused_with_422_however_it_is_sent()
    {
        var package = new TestPackage("test.twice", "1.0.0").ToBytes();
        var document = "{'_id':'test.twice','versions':{'1.0.0':{}},'_attachments':{'test.twice-1.0.0.tgz':{'content_type':'application/octet-stream','data':'ARCHIVE'}}}"
            .Replace('\'', '"').Replace("ARCHIVE", Convert.ToBase64String(package), StringComparison.Ordinal);
        Task<Answer> Put(string name, string body) => server.SendAsync("PUT", Root("/packages/" + name), body, ("Content-Type", "application/json"));

        var first = await Put("test.twice", document);
        var second = await Put("test.twice", document);
        var third = await PostAsync(server, Root("/packages"), package);
        var own = await PostAsync(server, Root("/packages"), await server.Client.GetByteArrayAsync(new Uri(Root($"/packages/{Own}/latest"))));
        var other = await Put("test.other", document);
        var empty = await Put("test.twice", "{}");

        Assert.Equal((201, 422, 422, 422, 400, 400), (first.Status, second.Status, third.Status, own.Status, other.Status, empty.Status));
        Assert.Equal(["error business-rule: test.twice#1.0.0 is here already, and what is published under a version stays. Publish it under another version."], second.Issues);
        Assert.Equal(["error invalid: The URL names the package test.other, its manifest test.twice; they have to be the same."], other.Issues);
    }

    [Fact]
    public async Task Packages_are_found_by_name_canonical_and_release()
    {
        async Task<IEnumerable<string?>> FoundAsync(string query) =>
            (await server.GetAsync(Root("/packages/catalog?op=find&" + query))).Json.EnumerateArray().Select(each => each.GetProperty("name").GetString());

        Assert.Equal([Own], await FoundAsync("name=Myeloma&pkgcanonical=&canonical=&fhirversion="));
        Assert.Equal([Own], await FoundAsync("name=&canonical=http://myeloma-fhir.org/fhir/StructureDefinition/regimen&fhirversion=R4"));
        Assert.Equal([Own], await FoundAsync("pkgcanonical=http://myeloma-fhir.org/fhir"));
        Assert.Empty(await FoundAsync("name=myeloma&fhirversion=R5"));
        Assert.Empty(await FoundAsync("canonical=http://elsewhere.example.org"));
    }

    [Fact]
    public async Task What_is_not_there_is_answered_with_words_and_what_is_sent_wrongly_refused()
    {
        var (unknown, version, file) = (await server.GetAsync(Root("/packages/test.nowhere")), await server.GetAsync(Root($"/packages/{Own}/9.9.9")), await server.GetAsync(Root($"/packages/{Own}/-/x.tgz")));
        var wrong = await server.SendAsync("POST", Root("/packages"), "{}", ("Content-Type", "application/json"));
        var deleted = await server.SendAsync("DELETE", Root("/packages/" + Own));

        Assert.Equal((404, 404, 404, 415, 405), (unknown.Status, version.Status, file.Status, wrong.Status, deleted.Status));
        Assert.Equal(["error not-found: There is no package test.nowhere here."], unknown.Issues);
    }

    [Fact]
    public async Task The_own_package_is_the_folder_of_what_we_author_and_build_byte_for_byte()
    {
        var archive = PackageArchive.Read(await server.Client.GetByteArrayAsync(new Uri(Root($"/packages/{Own}/latest"))), PackageLimits.Default);

        var folder = Path.Combine(RepositoryRoot.Folder, "fhir-resources");
        var files = Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).ToDictionary(file => "package/" + Path.GetFileName(file), File.ReadAllBytes);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), archive.Files.Select(file => file.Name));
        Assert.All(archive.Files, file => Assert.Equal(files[file.Name], file.Json.ToArray()));
    }

    [Fact]
    public async Task An_artifact_of_one_server_goes_as_a_package_to_another()
    {
        await server.PutAsync("""{"resourceType":"Medication","id":"travels","status":"active"}""");
        await server.PutAsync(Resource("ActivityDefinition", "travels", more: ""","productReference":{"reference":"Medication/travels"}"""));
        await server.PutAsync(Resource("PlanDefinition", "travels", "2.1", ""","title":"It travels","action":[{"definitionCanonical":"http://example.org/ActivityDefinition/travels"}]"""));
        await using var other = new Owned(await RunningServer.StartAsync());

        var bytes = await server.Client.GetByteArrayAsync(new Uri(Root("/packages/-/PlanDefinition/travels")));
        var again = await server.Client.GetByteArrayAsync(new Uri(Root("/packages/-/PlanDefinition/travels")));
        var few = PackageArchive.Read(await server.Client.GetByteArrayAsync(new Uri(Root("/packages/-/PlanDefinition/travels?include=knowledge"))), PackageLimits.Default);
        var (manifest, installed) = (PackageArchive.Read(bytes, PackageLimits.Default).Manifest, await PostAsync(other.Server, other.Server.BaseUrl + "/$install", bytes));
        var (page, unknown, type) = (await server.GetAsync(Root("/packages/-/PlanDefinition/travels?count=1")), await server.GetAsync(Root("/packages/-/PlanDefinition/nowhere")), await server.GetAsync(Root("/packages/-/Plan/x")));

        Assert.Equal(bytes, again);
        Assert.Equal(("org.example.travels", "2.1", "It travels", "http://example.org"), (manifest.Name, manifest.Version, manifest.Title, manifest.Canonical));
        Assert.Equal(["package/ActivityDefinition-travels.json", "package/PlanDefinition-travels.json"], few.Files.Select(file => file.Name));
        Assert.Equal(
            ["ActivityDefinition-travels.json created ActivityDefinition/travels", "Medication-travels.json created Medication/travels", "PlanDefinition-travels.json created PlanDefinition/travels"], Lines(installed));
        Assert.Equal((400, 404, 404), (page.Status, unknown.Status, type.Status));
    }

    [Fact]
    public async Task An_archive_that_a_client_has_is_not_sent_again()
    {
        var first = await server.GetAsync(Root($"/packages/{Own}/latest"));
        var second = await server.GetAsync(Root($"/packages/{Own}/latest"), ("If-None-Match", first.Header("ETag")!));
        var head = await server.SendAsync("HEAD", Root($"/packages/{Own}/latest"));

        Assert.Equal((200, "application/gzip", 304, ""), (first.Status, first.Header("Content-Type"), second.Status, second.Body));
        Assert.Equal((200, first.Header("Content-Length")), (head.Status, head.Header("Content-Length")));
    }

    [Fact]
    public async Task A_browser_gets_pages_with_what_became_of_each_file()
    {
        await new TestPackage("test.page", "1.0.0").With(Resource("ValueSet", "page", more: ""","name":"<b>" """)).With(Resource("Library", "page", status: "draft", more: ""","type":{"text":"x"}""")).InstallAsync(server, "?drafts=false");
        Task<Answer> Page(string path) => server.GetAsync(Root(path), ("Accept", "text/html"));

        var (list, versions, version, own) = (await Page("/packages"), await Page("/packages/test.page"), await Page("/packages/test.page/1.0.0"), await Page($"/packages/{Own}/0.1.0"));

        Assert.All((Answer[])[list, versions, version, own], page => Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type"))));
        Assert.Contains("""<a href="/packages/test.page">test.page</a>""", list.Body, StringComparison.Ordinal);
        Assert.Contains("""<a href="/packages/test.page/1.0.0">1.0.0</a>""", versions.Body, StringComparison.Ordinal);
        Assert.Contains("""<a class="json" href="/fhir/ValueSet/page?_pretty=true">ValueSet/page</a></td><td>created</td><td>http://example.org/ValueSet/page|1</td>""", version.Body, StringComparison.Ordinal);
        Assert.Contains("<td>left-out</td><td>http://example.org/Library/page|1</td><td>It is a draft.</td>", version.Body, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task Npm_itself_shows_fetches_and_publishes()
    {
        var folder = Directory.CreateTempSubdirectory("myeloma-npm-");
        try
        {
            var work = Directory.CreateDirectory(Path.Combine(folder.FullName, "guide"));
            await File.WriteAllTextAsync(Path.Combine(work.FullName, "package.json"), """{"name":"test.of-npm","version":"1.0.0","fhirVersions":["4.0.1"]}""");
            await File.WriteAllTextAsync(Path.Combine(work.FullName, "ValueSet-of-npm.json"), Resource("ValueSet", "of-npm"));
            await File.WriteAllTextAsync(Path.Combine(work.FullName, ".npmrc"), $"{Root("/packages/")["http:".Length..]}:_authToken=none");
            var user = Directory.CreateDirectory(Path.Combine(folder.FullName, "user"));

            var published = await NpmAsync(folder, work, "publish");
            var again = await NpmAsync(folder, work, "publish");
            var shown = await NpmAsync(folder, user, "view", "test.of-npm", "dist.tarball");
            await File.WriteAllTextAsync(Path.Combine(user.FullName, "package.json"), """{"name":"user","version":"1.0.0"}""");
            var installed = await NpmAsync(folder, user, "install", "test.of-npm");
            var answer = await server.SendAsync("POST", "/$install", """{"resourceType":"Parameters","parameter":[{"name":"name","valueString":"test.of-npm"}]}""");

            Assert.True(published.ExitCode == 0, published.Text);
            Assert.NotEqual(0, again.ExitCode);
            Assert.Contains(Root("/packages/test.of-npm/-/test.of-npm-1.0.0.tgz"), shown.Text, StringComparison.Ordinal);
            Assert.True(installed.ExitCode == 0, installed.Text);
            Assert.Equal(Resource("ValueSet", "of-npm"), await File.ReadAllTextAsync(Path.Combine(user.FullName, "node_modules", "test.of-npm", "ValueSet-of-npm.json")));
            Assert.Equal(["ValueSet-of-npm.json created ValueSet/of-npm"], Lines(answer));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(int ExitCode, string Text)> NpmAsync(DirectoryInfo home, DirectoryInfo work, params string[] arguments)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm") { WorkingDirectory = work.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. arguments, "--registry", Root("/packages/"), "--cache", Path.Combine(home.FullName, "cache"), "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=0"]) start.ArgumentList.Add(argument);
        using var npm = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, errors) = (npm.StandardOutput.ReadToEndAsync(limit.Token), npm.StandardError.ReadToEndAsync(limit.Token));
        await npm.WaitForExitAsync(limit.Token);
        return (npm.ExitCode, await output + await errors);
    }

    private string Root(string path) => server.BaseUrl[..^"/fhir".Length] + path;

    /// <summary>Disposed with the test.</summary>
    private sealed class Owned(RunningServer server) : IAsyncDisposable
    {
        public RunningServer Server => server;

        public async ValueTask DisposeAsync() => await server.DisposeAsync();
    }
}
