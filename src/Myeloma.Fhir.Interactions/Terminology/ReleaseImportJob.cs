using System.Text.Json;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Jobs;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>Imports a release that was sent. A run that is cut off is begun anew by the next, from what is kept in the database; concepts that were written by then are found there.</summary>
/// <param name="import">Of the server; asked for when it is needed, since it is made after the kinds of jobs.</param>
public sealed class ReleaseImportJob(ResourceStore store, Func<ReleaseImport> import, ReleaseLimits limits) : IJobKind
{
    public const string KindName = "import-release";

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(500);

    public string Name => KindName;

    public int MaxRunning => limits.MaxRunning;

    /// <returns>Parameters: <c>url</c> and <c>version</c> of the CodeSystem, <c>concepts</c>, and whether they were written (<c>new</c>) or were there.</returns>
    /// <exception cref="FhirException"><c>structure</c>: no release that can be read; <c>too-long</c>: it comes to more than the limits; others as <see cref="ReleaseImport"/>. Nothing is changed then.</exception>
    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var request = ReleaseRequest.Read(run.Request);
        var folder = Directory.CreateTempSubdirectory("release-");
        try
        {
            var path = Path.Combine(folder.FullName, request.Name);
            await WriteAsync(run, path, cancellationToken);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var latest = new Latest();
            var telling = TellAsync(run, latest, stopping);
            ImportedRelease release;
            try
            {
                release = await Task.Run(() => ImportAsync(path, request, latest, stopping.Token), CancellationToken.None);
            }
            finally
            {
                await stopping.CancelAsync();
                await telling;
            }

            await store.BulkFiles.RemoveAsync(run.Id, cancellationToken);
            return new JobAnswer(Answer(release));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What is imported stays.</summary>
    public Task ForgetAsync(string id, CancellationToken cancellationToken) => store.BulkFiles.RemoveAsync(id, cancellationToken);

    private async Task WriteAsync(JobRun run, string path, CancellationToken cancellationToken)
    {
        await run.ReportAsync(new JobProgress(0, Words: "Taking the release"), cancellationToken);
        await using var file = File.Create(path);
        foreach (var kept in await store.BulkFiles.ListAsync(run.Id, cancellationToken))
            await foreach (var piece in store.BulkFiles.ReadAsync(run.Id, kept.Name, 1, cancellationToken)) await file.WriteAsync(piece.Content, cancellationToken);
    }

    private async Task<ImportedRelease> ImportAsync(string path, ReleaseRequest request, Latest progress, CancellationToken cancellationToken)
    {
        try
        {
            using var files = ReleaseFiles.At(path, limits.Bounds);
            return await import().RunAsync(files, request.Format, request.Options, progress, cancellationToken);
        }
        catch (InvalidDataException damaged)
        {
            throw new FhirException(Issue.Structure($"{request.Name} is no zip that can be read, or damaged: {damaged.Message}"));
        }
    }

    /// <summary>Tells now and then how far it is, and stops the import when the job is no longer this server's.</summary>
    private static async Task TellAsync(JobRun run, Latest latest, CancellationTokenSource stopping)
    {
        try
        {
            using var timer = new PeriodicTimer(TellEvery);
            while (await timer.WaitForNextTickAsync(stopping.Token))
                if (latest.Take() is { } progress) await run.ReportAsync(new JobProgress(progress.Concepts, progress.Total, progress.Step), stopping.Token);
        }
        catch (OperationCanceledException)
        {
            await stopping.CancelAsync();
        }
    }

    private static byte[] Answer(ImportedRelease release)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            writer.WriteStartArray("parameter");
            Write("url", () => writer.WriteString("valueUri", release.Url));
            if (release.Version is { } version) Write("version", () => writer.WriteString("valueString", version));
            Write("concepts", () => writer.WriteNumber("valueInteger", release.Concepts));
            Write("new", () => writer.WriteBoolean("valueBoolean", release.IsNew));
            writer.WriteEndArray();
            writer.WriteEndObject();

            void Write(string name, Action value)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                value();
                writer.WriteEndObject();
            }
        }

        return stream.ToArray();
    }

    /// <summary>The last that was told, in whatever thread.</summary>
    private sealed class Latest : IProgress<ImportProgress>
    {
        private readonly Lock gate = new();
        private ImportProgress? last;

        public void Report(ImportProgress value)
        {
            lock (gate) last = value;
        }

        public ImportProgress? Take()
        {
            lock (gate)
            {
                var taken = last;
                last = null;
                return taken;
            }
        }
    }
}
