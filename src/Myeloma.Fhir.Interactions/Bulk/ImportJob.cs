using System.Text.Json;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Imports: brings the inputs here, stores their lines batch by batch, and in the end looks at references whose target was not there.</summary>
/// <remarks>How far it is in an input stands with the resources in one transaction, so that a run that was cut off is gone on with without a line twice, or left out.</remarks>
/// <param name="newId">Gives ids that were never used, for lines without.</param>
public sealed class ImportJob(
    ResourceStore store, ResourceWriting writing, ImportSources sources, BulkLimits limits, Func<string> newId, TimeProvider time) : IJobKind
{
    public const string KindName = "import";

    public string Name => KindName;

    public int MaxRunning => limits.MaxRunning;

    /// <returns>The manifest.</returns>
    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var request = ImportRequest.Read(run.Request);
        await TakeInputsAsync(run, request, cancellationToken);
        var files = await InputsAsync(run.Id, cancellationToken);
        var progress = new ImportProgress(run, files);
        var reading = new ImportReading(store, writing.Validation, new ResourceIntake(limits.Parse), newId, limits.LinesPerBatch);
        foreach (var file in files)
            await new InputImport(store, writing, reading, limits.References, progress).RunAsync(file, cancellationToken);
        foreach (var file in files)
            while (await store.CloseReferencesAsync(run.Id, file.Name, ErrorNameOf(file.Name), ImportFaults.LineOf, cancellationToken) is { Looked: > 0 })
                await progress.SaveAsync("references", cancellationToken);

        foreach (var file in files) await store.BulkFiles.EmptyAsync(run.Id, file.Name, cancellationToken);
        var manifest = BulkManifest.OfImport(request, time.GetUtcNow(), await store.BulkFiles.ListAsync(run.Id, cancellationToken));
        return new JobAnswer(manifest, BulkManifest.MediaType);
    }

    /// <summary>What is stored stays stored.</summary>
    public Task ForgetAsync(string id, CancellationToken cancellationToken) => store.BulkFiles.RemoveAsync(id, cancellationToken);

    /// <summary>The file that an input is kept in.</summary>
    internal static BulkFile InputOf(string job, int index, ImportInput input, string source) =>
        new(job, FormattableString.Invariant($"input-{index + 1}.ndjson"), index, BulkRole.Input, input.ResourceType, source);

    internal static string ErrorNameOf(string input) => input.Replace("input-", "errors-", StringComparison.Ordinal);

    /// <summary>Each input is brought here before the first line of any is stored: a URL that leads nowhere fails the import as a whole.</summary>
    private async Task TakeInputsAsync(JobRun run, ImportRequest request, CancellationToken cancellationToken)
    {
        var taken = run.Checkpoint is { Length: > 0 } checkpoint ? JsonSerializer.Deserialize<int>(checkpoint.Span) : 0;
        for (var index = taken; index < request.Inputs.Count; index++)
        {
            var input = request.Inputs[index];
            var file = InputOf(run.Id, index, input, input.Url ?? request.RequestUrl);
            if (input.Url is { } url) await sources.TakeAsync(url, request.BaseUrl, file, cancellationToken);
            await store.BulkFiles.AddAsync(file with { Name = ErrorNameOf(file.Name), Role = BulkRole.Error, ResourceType = "OperationOutcome" }, cancellationToken);
            await run.SaveAsync(JsonSerializer.SerializeToUtf8Bytes(index + 1), new JobProgress(0, Words: "inputs"), cancellationToken);
        }
    }

    private async Task<List<BulkFile>> InputsAsync(string job, CancellationToken cancellationToken) =>
        [.. (await store.BulkFiles.ListAsync(job, cancellationToken)).Where(file => file.Role == BulkRole.Input)];
}
