using System.Diagnostics;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>Tells a PostgreSQL of a certain data folder from any other process that bears the same id today.</summary>
internal static class PostgresProcesses
{
    /// <summary>
    /// True when the process lives and is the postmaster of that data folder. On Linux its working folder or, where a container forbids to
    /// read that, its command line tells; elsewhere only its name.
    /// </summary>
    public static bool IsPostmasterOf(int processId, string dataFolder)
    {
        if (!Directory.Exists("/proc/self"))
            return IsNamedPostgres(processId);

        var process = $"/proc/{processId}";
        try
        {
            if (!File.ReadAllText(Path.Combine(process, "comm")).StartsWith("postgres", StringComparison.Ordinal))
                return false;

            var commandLine = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return commandLine.Contains(dataFolder) || WorksIn(process, dataFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or it is hidden from us, and then not ours.
            return false;
        }
    }

    private static bool WorksIn(string process, string dataFolder)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == RealPath(dataFolder);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string RealPath(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
            return folder;
        var here = Path.Combine(RealPath(parent), Path.GetFileName(folder));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true)?.FullName ?? here;
    }

    /// <summary>True when any process bears the id.</summary>
    public static bool IsAlive(int processId) => NameOf(processId) is not null;

    private static bool IsNamedPostgres(int processId) =>
        NameOf(processId) is { } name && name.Contains("postgres", StringComparison.OrdinalIgnoreCase);

    private static string? NameOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
