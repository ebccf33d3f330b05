namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// A lock that a process holds on a file while it lives. The kernel takes it away when the process ends in whatever way, so nothing stale
/// can remain and no process id can be mistaken for another's.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream stream;

    private FileLock(FileStream stream) => this.stream = stream;

    public string Path => stream.Name;

    /// <returns>Null when another process (or another cluster object of this one) holds it.</returns>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public static async Task<FileLock> TakeAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(timeout.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            if (TimeProvider.System.GetTimestamp() > end)
                throw new EmbeddedPostgresException($"Another process has held {path} for {timeout.TotalSeconds:0} s; it may hang in starting or stopping PostgreSQL.");
            await Task.Delay(20, cancellationToken);
        }
    }

    public void Dispose() => stream.Dispose();
}
