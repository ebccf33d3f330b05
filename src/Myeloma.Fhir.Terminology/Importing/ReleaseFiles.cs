using System.IO.Compression;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>The files of a terminology's release, as its owner publishes them.</summary>
public abstract class ReleaseFiles : IDisposable
{
    /// <summary>Paths relative to the release, with <c>/</c>, in order.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <param name="name">One of <see cref="Names"/>.</param>
    public abstract Stream Open(string name);

    /// <summary>A folder, a zip, or a single file.</summary>
    /// <exception cref="FileNotFoundException">There is nothing of that name.</exception>
    /// <exception cref="InvalidDataException">The zip is damaged.</exception>
    /// <exception cref="Model.Issues.FhirException"><c>too-long</c>: it passes the bounds, now or when its files are read.</exception>
    /// <param name="bounds">Of a release from somebody else; null: none.</param>
    public static ReleaseFiles At(string path, ReleaseBounds? bounds = null) =>
        Directory.Exists(path) ? new Folder(path)
        : !File.Exists(path) ? throw new FileNotFoundException($"There is no file or folder '{path}'.", path)
        : path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? ZipAt(path, bounds)
        : new Single(Path.GetFileName(path), () => File.OpenRead(path));

    /// <summary>What is sent: a zip, or one file under a name.</summary>
    public static ReleaseFiles Of(string name, Stream content) =>
        name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? new Zip(new ZipArchive(content, ZipArchiveMode.Read)) : new Single(name, () => content);

    private static Zip ZipAt(string path, ReleaseBounds? bounds)
    {
        var stream = File.OpenRead(path);
        try
        {
            bounds?.CheckDirectory(stream);
            var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            bounds?.CheckFiles(archive.Entries.Count);
            return new Zip(archive, bounds);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <returns>The first file, in the order of names, that the condition holds for by its path; null when there is none.</returns>
    public string? Find(Func<string, bool> condition) => Names.FirstOrDefault(condition);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class Folder(string path) : ReleaseFiles
    {
        public override IReadOnlyList<string> Names { get; } =
            [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(path, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

        public override Stream Open(string name) => File.OpenRead(Path.Combine(path, name));
    }

    /// <summary>Nothing is unpacked to where a name leads: names are only looked up.</summary>
    private sealed class Zip(ZipArchive archive, ReleaseBounds? bounds = null) : ReleaseFiles
    {
        private readonly ReleaseMeter meter = new();

        public override IReadOnlyList<string> Names { get; } =
            [.. archive.Entries.Where(entry => !entry.FullName.EndsWith('/')).Select(entry => entry.FullName).Order(StringComparer.Ordinal)];

        public override Stream Open(string name) => archive.GetEntry(name)!.Open() is var content && bounds is not null ? bounds.Bounded(content, meter) : content;

        protected override void Dispose(bool disposing)
        {
            archive.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Single(string name, Func<Stream> open) : ReleaseFiles
    {
        public override IReadOnlyList<string> Names { get; } = [name];

        public override Stream Open(string name) => open();
    }
}
