using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Reindexing;

/// <summary>Makes the index rows of stored resources anew, type by type and batch by batch; reads and writes go on meanwhile.</summary>
/// <param name="maxRunning">1, or 0 for a server that leaves such work to others.</param>
public sealed class ReindexKind(ResourceStore store, CurrentSearchParameters searchParameters, int maxRunning) : IJobKind
{
    public const string KindName = "reindex";

    public string Name => KindName;

    public int MaxRunning => maxRunning;

    /// <returns>Parameters: a <c>type</c> for each resource type with the parts <c>name</c> and <c>indexed</c>, then <c>indexed</c> for all of them.</returns>
    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var request = ReindexRequest.Read(run.Request);
        await searchParameters.FollowAsync(cancellationToken);
        (int Id, string DefinitionHash)[] parameters = [.. request.Parameters.Select(parameter => (parameter.Id, parameter.DefinitionHash))];

        // A start may have done so by itself. That is not known here: the parameters this server has may be indexed to it, and to be made anew for the one that has added the job.
        if (run.Checkpoint is null && request.IsForParameters && !await store.ArePendingAsync(parameters, cancellationToken)) return new JobAnswer(AnswerOf([], []));
        var point = run.Checkpoint is { } bytes ? ReindexCheckpoint.Read(bytes) : new ReindexCheckpoint(0, 0, await CountAsync(request.Types, cancellationToken), []);
        while (point.At < request.Types.Count)
        {
            var type = request.Types[point.At];
            var batch = await store.ReindexBatchAsync(type, point.After, follows: true, cancellationToken);
            var done = point.Done.Count > point.At ? [.. point.Done.SkipLast(1), point.Done[^1] + batch.Count] : point.Done.Append(batch.Count).ToList();
            point = batch.Last is { } last ? point with { After = last, Done = done } : point with { At = point.At + 1, After = 0, Done = done };
            await run.SaveAsync(point.ToBytes(), new JobProgress(done.Sum(), Math.Max(point.Total, done.Sum()), type), cancellationToken);
        }

        await searchParameters.IndexedAsync(parameters, cancellationToken);
        return new JobAnswer(AnswerOf(request.Types, point.Done));
    }

    private async Task<long> CountAsync(IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var type in types)
            total += (await store.SearchAsync(new BoundSearch { ResourceType = type, Count = 0, CountOnly = true }, cancellationToken)).Total ?? 0;
        return total;
    }

    private static ReadOnlyMemory<byte> AnswerOf(IReadOnlyList<string> types, IReadOnlyList<long> done)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        for (var at = 0; at < types.Count; at++)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, "type"u8);
            writer.WriteStartArray("part"u8);
            writer.WriteStartObject();
            writer.WriteString("name"u8, "name"u8);
            writer.WriteString("valueCode"u8, types[at]);
            writer.WriteEndObject();
            WriteCount(writer, done[at]);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        WriteCount(writer, done.Sum());
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    private static void WriteCount(Utf8JsonWriter writer, long count)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "indexed"u8);
        writer.WriteNumber("valueDecimal"u8, count);
        writer.WriteEndObject();
    }
}
