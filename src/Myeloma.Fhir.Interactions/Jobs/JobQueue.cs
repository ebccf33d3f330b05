using System.Security.Cryptography;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>Where jobs are handed in and looked after, on any server; <see cref="JobRunner"/> does them.</summary>
public sealed class JobQueue(JobTable table) : IDisposable
{
    /// <summary>Where the status of jobs is, relative to the base URL: <c>_async/[id]</c>.</summary>
    public const string Place = "_async";

    private readonly SemaphoreSlim news = new(0);

    internal JobTable Table => table;

    /// <summary>An id that can't be guessed: who knows it may have the result.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Adds a job, unless as many of its kind as may are waiting or worked on, on all servers of the database.</summary>
    /// <returns>Whether it was added.</returns>
    public async Task<bool> AddAsync(NewJob job, int maxOpen, CancellationToken cancellationToken)
    {
        if (!await table.AddAsync(job, maxOpen, cancellationToken)) return false;
        Wake();
        return true;
    }

    /// <returns>Null when there is none: never added, cancelled, or its result is no longer kept.</returns>
    public async Task<Job?> FindAsync(string id, CancellationToken cancellationToken) =>
        await table.FindAsync(id, cancellationToken) is { State: not JobState.Cancelled } job ? job : null;

    /// <summary>Ends a job, or takes its result away. Its runner notices within a second and gives it up.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> CancelAsync(string id, CancellationToken cancellationToken)
    {
        if (!await table.CancelAsync(id, cancellationToken)) return false;
        Wake();
        return true;
    }

    /// <summary>The jobs of a kind that wait or are worked on, oldest first, with what is asked of them.</summary>
    public Task<List<(Job Job, ReadOnlyMemory<byte> Request)>> OpenAsync(string kind, CancellationToken cancellationToken) => table.OpenAsync(kind, cancellationToken);

    public void Dispose() => news.Dispose();

    /// <summary>Lets the runner of this server look for work at once.</summary>
    internal void Wake() => news.Release();

    /// <summary>Waits for work, no longer than the interval after which others may have left some.</summary>
    internal async Task WaitAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        await news.WaitAsync(interval, cancellationToken);
        while (await news.WaitAsync(0, CancellationToken.None))
        {
            // One look is enough for all that was told meanwhile.
        }
    }
}
