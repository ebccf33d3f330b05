namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// Who uses a cluster: each does by holding a lock on a file of its own in one folder. To be called under the setup lock only.
/// </summary>
internal static class ClusterUse
{
    public static FileLock Begin(string folder)
    {
        Directory.CreateDirectory(folder);
        return FileLock.TryTake(Path.Combine(folder, $"{Environment.ProcessId}-{Guid.NewGuid():N}.lock"))
            ?? throw new EmbeddedPostgresException($"No lock file can be made in {folder}.");
    }

    public static void End(FileLock use)
    {
        var path = use.Path;
        use.Dispose();
        File.Delete(path);
    }

    /// <summary>True while some process holds a file of the folder; files that nobody holds are removed.</summary>
    public static bool IsUsed(string folder)
    {
        if (!Directory.Exists(folder))
            return false;

        var used = false;
        foreach (var path in Directory.EnumerateFiles(folder, "*.lock"))
        {
            using var taken = FileLock.TryTake(path);
            if (taken is null)
                used = true;
            else
                File.Delete(path);
        }

        return used;
    }
}
