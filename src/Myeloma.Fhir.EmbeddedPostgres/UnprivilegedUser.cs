namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// The user that PostgreSQL runs as when the server itself is root, because PostgreSQL refuses to run as root.
/// </summary>
internal sealed record UnprivilegedUser(string Name, string UserId, string GroupId, string Tool)
{
    /// <summary>A service's PATH may lack the folders of the system's own programs.</summary>
    private static readonly string[] UsualFolders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    /// <summary>
    /// The user to drop to: <paramref name="wanted"/>, else <c>postgres</c> if the machine has it, else <c>nobody</c>.
    /// Null when this process is not root (or the system is Windows, where pg_ctl itself drops an administrator's rights).
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">Root, but no such user or no program that can switch to it.</exception>
    public static UnprivilegedUser? Choose(string? wanted, PostgresBinarySearch search)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;

        string[] names = wanted is null ? ["postgres", "nobody"] : [wanted];
        var users = File.ReadAllLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length >= 4).ToList();
        var fields = names.Select(name => users.Find(user => user[0] == name)).FirstOrDefault(user => user is not null)
            ?? throw new EmbeddedPostgresException(
                $"PostgreSQL refuses to run as root, and this machine has no user {string.Join(" or ", names)} to run it as. "
                + "Create one (useradd --system postgres), or start the server as an ordinary user.");
        if (fields[2] == "0")
            throw new EmbeddedPostgresException($"PostgreSQL refuses to run as root, and '{fields[0]}' is root by another name.");

        var tool = FindTool(search, "setpriv") ?? FindTool(search, "runuser") ?? FindTool(search, "su")
            ?? throw new EmbeddedPostgresException(
                "PostgreSQL refuses to run as root, and none of setpriv, runuser and su is there to run it as another user. "
                + "Install util-linux, or start the server as an ordinary user.");
        return new UnprivilegedUser(fields[0], fields[2], fields[3], tool);
    }

    /// <summary>The same command, run as this user with no further groups.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) => Path.GetFileName(Tool) switch
    {
        "setpriv" => [Tool, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--", .. command],
        "runuser" => [Tool, "-u", Name, "--", .. command],
        _ => [Tool, "-s", "/bin/sh", "-c", string.Join(' ', command.Select(Quote)), Name],
    };

    /// <summary>Gives a file or folder, without what is in it, to this user.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await ChildProcess.RunAsync(["chown", $"{UserId}:{GroupId}", path], cancellationToken: cancellationToken);
        if (answer.ExitCode != 0)
            throw new EmbeddedPostgresException($"{path} can't be given to the user '{Name}', which PostgreSQL runs as: {answer.Words}");
    }

    private static string? FindTool(PostgresBinarySearch search, string name) =>
        search.FindInPath(name) ?? UsualFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
