using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>Works on jobs: those handed in on this server, and on others of the same database. One for a server.</summary>
public sealed class JobRunner : IAsyncDisposable
{
    /// <summary>How often is looked for what others have handed in, and how often a sign of life is given.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly JobQueue queue;
    private readonly IReadOnlyDictionary<string, IJobKind> kinds;
    private readonly TimeSpan retention;
    private readonly TimeProvider time;
    private readonly Action<string, Exception?> report;
    private readonly JobMeter meter;
    private readonly string name = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<string, JobAttempt> running = new(StringComparer.Ordinal);
    private readonly Task working;
    private long lastBeat;
    private long lastCleaning;

    /// <param name="kinds">Those that this server knows; jobs of others are left alone.</param>
    /// <param name="retention">How long results are kept.</param>
    /// <param name="meter">Takes the measurements.</param>
    /// <param name="report">Takes what goes wrong.</param>
    public JobRunner(JobQueue queue, IReadOnlyList<IJobKind> kinds, TimeSpan retention, Meter meter, TimeProvider time, Action<string, Exception?> report)
    {
        this.queue = queue;
        this.kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
        this.retention = retention;
        this.time = time;
        this.report = report;
        this.meter = new JobMeter(meter, kinds);
        lastBeat = time.GetTimestamp();
        working = Task.Run(WorkAsync);
    }

    /// <summary>Lets go of what is worked on: another server, or the next start, goes on with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await working;
        await Task.WhenAll(running.Values.Select(attempt => attempt.Ended));
        closing.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await BeatAsync();
                while (await ClaimAsync() is { } job) Begin(job);
                await CleanAsync();
                await queue.WaitAsync(Interval, closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // A fault of FHIR's: the database is away for a moment.
                if (fault is not FhirException) report("The jobs could not be looked after; it is tried again.", fault);
                GiveUpAfterSilence();
                await Task.Delay(Interval, CancellationToken.None);
            }
        }
    }

    /// <summary>Tells that the jobs are worked on, and ends those that are no longer wanted.</summary>
    private async Task BeatAsync()
    {
        if (!running.IsEmpty)
        {
            // Looked at before the question is put: what begins meanwhile is not asked for.
            var mine = running.Values.ToList();
            var kept = await queue.Table.BeatAsync(name, closing.Token);
            foreach (var attempt in mine)
                if (!kept.Contains(attempt.Job.Id)) await attempt.LoseAsync();
        }

        lastBeat = time.GetTimestamp();
    }

    /// <summary>Without a sign of life for so long the jobs may be another server's.</summary>
    private void GiveUpAfterSilence()
    {
        if (time.GetElapsedTime(lastBeat) < JobTable.Silence) return;
        foreach (var attempt in running.Values) _ = attempt.LoseAsync();
    }

    private async Task<ClaimedJob?> ClaimAsync()
    {
        var free = kinds.Values
            .Where(kind => running.Values.Count(attempt => attempt.Job.Kind == kind.Name) < kind.MaxRunning)
            .Select(kind => kind.Name).ToArray();
        return free.Length == 0 ? null : await queue.Table.ClaimAsync(name, free, closing.Token);
    }

    private void Begin(ClaimedJob job)
    {
        var attempt = new JobAttempt(job, kinds[job.Kind], queue.Table, name, meter, time, report, closing.Token);
        running[job.Id] = attempt;
        attempt.Begin(() =>
        {
            running.TryRemove(job.Id, out _);
            queue.Wake();
        });
    }

    private async Task CleanAsync()
    {
        if (time.GetElapsedTime(lastCleaning) < Interval) return;
        foreach (var (id, kind) in await queue.Table.FindForgettableAsync([.. kinds.Keys], retention, closing.Token))
        {
            await kinds[kind].ForgetAsync(id, closing.Token);
            await queue.Table.RemoveAsync(id, closing.Token);
        }

        lastCleaning = time.GetTimestamp();
    }
}
