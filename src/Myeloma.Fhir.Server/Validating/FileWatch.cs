using System.Threading.Channels;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>Tells which files changed below some folders; what comes close together comes as one.</summary>
internal sealed class FileWatch : IDisposable
{
    /// <summary>Editors write a file in several steps.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    private readonly Channel<string> changes = Channel.CreateUnbounded<string>();
    private readonly List<FileSystemWatcher> watchers = [];

    /// <param name="paths">Folders, watched with all below, and files.</param>
    public FileWatch(IEnumerable<string> paths)
    {
        foreach (var path in paths.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
        {
            var isFolder = Directory.Exists(path);
            var watcher = isFolder ? new FileSystemWatcher(path) { IncludeSubdirectories = true } : new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
            watcher.Changed += (_, change) => changes.Writer.TryWrite(change.FullPath);
            watcher.Created += (_, change) => changes.Writer.TryWrite(change.FullPath);
            watcher.Deleted += (_, change) => changes.Writer.TryWrite(change.FullPath);
            watcher.Renamed += (_, change) => changes.Writer.TryWrite(change.FullPath);

            // So many changes at once that some were lost: everything may have changed.
            watcher.Error += (_, _) => changes.Writer.TryWrite(path);
            watcher.EnableRaisingEvents = true;
            watchers.Add(watcher);
        }
    }

    /// <summary>Waits for changes of files that may hold resources or packages.</summary>
    /// <returns>Full paths, at least one, each once.</returns>
    public async Task<IReadOnlySet<string>> NextAsync(CancellationToken cancellationToken)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        while (changed.Count == 0)
        {
            Take(changed, await changes.Reader.ReadAsync(cancellationToken));
            do
            {
                await Task.Delay(Quiet, cancellationToken);
            }
            while (TakeAll(changed));
        }

        return changed;
    }

    public void Dispose()
    {
        foreach (var watcher in watchers) watcher.Dispose();
    }

    /// <returns>Whether anything had come.</returns>
    private bool TakeAll(HashSet<string> changed)
    {
        var any = false;
        while (changes.Reader.TryRead(out var path))
        {
            any = true;
            Take(changed, path);
        }

        return any;
    }

    private static void Take(HashSet<string> changed, string path)
    {
        if (ResourceInputs.IsResource(path) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || Directory.Exists(path))
            changed.Add(path);
    }
}
