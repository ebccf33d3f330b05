using System.Text.Json;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Exports: chooses all versions at one instant, then writes them part by part. What is written stays written when another run goes on.</summary>
public sealed class ExportJob(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options, BulkLimits limits) : IJobKind
{
    public const string KindName = "export";

    public string Name => KindName;

    public int MaxRunning => limits.MaxRunning;

    /// <returns>The manifest.</returns>
    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var request = ExportRequest.Read(run.Request);
        var state = run.Checkpoint is { Length: > 0 } checkpoint ? State.Read(checkpoint) : await ChooseAsync(run, request, cancellationToken);
        var view = ViewOf(request);
        while (state.Part < state.Parts)
        {
            var written = await store.WriteExportPartAsync(run.Id, state.Part, view, Deletion, cancellationToken);
            state = state with { Part = state.Part + 1, Written = state.Written + written };
            await run.SaveAsync(state.ToBytes(), new JobProgress(Math.Min(state.Written, state.Resources), state.Resources), cancellationToken);
        }

        return new JobAnswer(BulkManifest.OfExport(request, state.TransactionTime, await store.BulkFiles.ListAsync(run.Id, cancellationToken)), BulkManifest.MediaType);
    }

    public Task ForgetAsync(string id, CancellationToken cancellationToken) => store.BulkFiles.RemoveAsync(id, cancellationToken);

    private async Task<State> ChooseAsync(JobRun run, ExportRequest request, CancellationToken cancellationToken)
    {
        var order = new ExportOrder(run.Id, request.Select(searchParameters.Registry, options), request.Since, limits.ResourcesPerFile);
        var choice = await store.ChooseExportAsync(order, cancellationToken);
        var state = new State(choice.TransactionTime, choice.Parts, choice.Resources, 0, 0);
        await run.SaveAsync(state.ToBytes(), new JobProgress(0, choice.Resources), cancellationToken);
        return state;
    }

    /// <returns>Null for whole resources, whose bytes are not even looked at.</returns>
    private static Func<ResourceVersion, ReadOnlyMemory<byte>>? ViewOf(ExportRequest request)
    {
        if (request.Elements.Count == 0) return null;
        var views = new Dictionary<string, ResourceView?>(StringComparer.Ordinal);
        return version =>
        {
            if (!views.TryGetValue(version.Key.Type, out var view)) views.Add(version.Key.Type, view = ViewOf(request.Elements, version.Key.Type));
            return view is null ? version.Body : view.Apply(version.Body).ToArray();
        };
    }

    private static ResourceView? ViewOf(IReadOnlyList<string> elements, string type)
    {
        var own = elements.Select(element => element.Split('.')).Where(words => words.Length == 1 || words[0] == type).Select(words => words[^1]);
        return ResourceView.Parse([new("_elements", string.Join(',', own))], isStrict: false);
    }

    /// <summary>A transaction that would delete it. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---output-manifest</summary>
    private static ReadOnlyMemory<byte> Deletion(ResourceVersion version)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(160);
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Bundle"u8);
            writer.WriteString("type"u8, "transaction"u8);
            writer.WriteStartArray("entry"u8);
            writer.WriteStartObject();
            writer.WriteStartObject("request"u8);
            writer.WriteString("method"u8, "DELETE"u8);
            writer.WriteString("url"u8, version.Key.ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <param name="Part">The next one to be written.</param>
    /// <param name="Written">Versions, as far as runs came to tell.</param>
    private sealed record State(DateTimeOffset TransactionTime, int Parts, long Resources, int Part, long Written)
    {
        public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

        public static State Read(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize<State>(bytes.Span)!;
    }
}
