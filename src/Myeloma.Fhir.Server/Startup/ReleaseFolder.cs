using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>Imports, after the start and in the background, the releases of terminologies that lie in a folder: each zip, file or folder in it is one, of a form that is recognized.</summary>
/// <remarks>What was imported is noted by its name, sizes and times, and left alone at later starts. Servers that do the same at once find the concepts that one of them has written.</remarks>
internal sealed partial class ReleaseFolder : IAsyncDisposable
{
    private readonly FhirServices services;
    private readonly string folder;
    private readonly ILogger logger;
    private readonly CancellationTokenSource closing = new();

    public ReleaseFolder(FhirServices services, string folder, ILogger logger)
    {
        (this.services, this.folder, this.logger) = (services, folder, logger);
        Imported = Task.Run(ImportAsync);
    }

    /// <summary>Completes when all releases were looked at; never faults.</summary>
    public Task Imported { get; }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Imported;
        closing.Dispose();
    }

    private async Task ImportAsync()
    {
        if (!Directory.Exists(folder))
        {
            LogMissing(folder);
            return;
        }

        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            try
            {
                await ImportAsync(path);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is FhirException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                LogRefused(path, fault.Message);
            }
        }
    }

    private async Task ImportAsync(string path)
    {
        var (name, mark) = ($"release:{Path.GetFileName(path)}", MarkOf(path));
        if (await services.Store.FindSettingAsync(name, closing.Token) == mark) return;
        using var files = ReleaseFiles.At(path);
        var release = await services.ReleaseImport.RunAsync(files, null, new ReleaseOptions(), null, closing.Token);
        await services.Store.SetSettingAsync(name, mark, closing.Token);
        LogImported(path, release.Concepts, release.Version is null ? release.Url : $"{release.Url}|{release.Version}");

        // Reading a release needs several times what its form does.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>The names, sizes and times of all files: reading them whole would take as long as the import.</summary>
    private static string MarkOf(string path)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : (IEnumerable<string>)[path];
        var text = string.Concat(files.Select(file => new FileInfo(file)).Select(file =>
            string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(path, file.FullName)} {file.Length} {file.LastWriteTimeUtc.Ticks}\n")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    [LoggerMessage(25, LogLevel.Information, "Release {Path}: {Concepts} concepts of {Canonical}.")]
    private partial void LogImported(string path, int concepts, string canonical);

    [LoggerMessage(26, LogLevel.Error, "The release {Path} could not be imported: {Fault}")]
    private partial void LogRefused(string path, string fault);

    [LoggerMessage(27, LogLevel.Error, "The folder {Folder} of the setting Fhir:Terminology:ReleaseFolder does not exist.")]
    private partial void LogMissing(string folder);
}
