using System.Collections.Concurrent;
using System.Text;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Server.Tests.Jobs;

/// <summary>Counts to ten, one step after each word of a test, and keeps a checkpoint at each.</summary>
internal sealed class CountingKind(string name, int maxRunning = 1) : IJobKind
{
    public const int Total = 10;

    /// <summary>Released once for each step that may be made.</summary>
    public SemaphoreSlim Steps { get; } = new(0);

    /// <summary>Every step that was made, by job.</summary>
    public ConcurrentQueue<(string Job, int Step)> Made { get; } = [];

    public ConcurrentQueue<string> Forgotten { get; } = [];

    /// <summary>Thrown by every run, after it has begun.</summary>
    public Exception? Fault { get; set; }

    public int Begun { get; private set; }

    public string Name => name;

    public int MaxRunning => maxRunning;

    public async Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        Begun++;
        if (Fault is not null) throw Fault;
        for (var step = run.Checkpoint is { } checkpoint ? int.Parse(Encoding.UTF8.GetString(checkpoint.Span), null) : 0; step < Total;)
        {
            await Steps.WaitAsync(cancellationToken);
            Made.Enqueue((run.Id, ++step));
            await run.SaveAsync(Encoding.UTF8.GetBytes($"{step}"), new JobProgress(step, Total, "steps"), cancellationToken);
        }

        return new JobAnswer(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(run.Request.Span)} {Total}"), "text/plain");
    }

    public Task ForgetAsync(string id, CancellationToken cancellationToken)
    {
        Forgotten.Enqueue(id);
        return Task.CompletedTask;
    }
}
