namespace Myeloma.Fhir.Store.Jobs;

/// <summary>How far a job is.</summary>
public enum JobState
{
    /// <summary>Nobody has begun with it.</summary>
    Queued,

    /// <summary>A server works on it, or did until a moment ago.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Done,

    /// <summary>It came to nothing; its result says why.</summary>
    Failed,

    /// <summary>It is no longer wanted; what it left is about to be forgotten.</summary>
    Cancelled,
}

/// <summary>A job to be done.</summary>
/// <param name="Kind">Names who can work on it.</param>
/// <param name="Request">What is to be done; only the kind understands it.</param>
/// <param name="Repeats">Whether it may be begun again after its runner was cut off. If not, who takes it on then is told.</param>
/// <param name="RunsAlone">Whether it waits for another running job of its kind that runs alone, on any server.</param>
public sealed record NewJob(string Id, string Kind, ReadOnlyMemory<byte> Request, bool Repeats = true, bool RunsAlone = false);

/// <summary>How much of a job is done.</summary>
/// <param name="Done">In whatever the kind counts: resources, files.</param>
/// <param name="Total">Of the same; null while it is not known.</param>
/// <param name="Words">What is worked on, for people; null when there is nothing to say.</param>
public sealed record JobProgress(long Done, long? Total = null, string? Words = null)
{
    /// <summary>Nothing yet.</summary>
    public static readonly JobProgress None = new(0);

    /// <summary>Whole percents from 0 to 100, 100 only when all is done; null while there is no total. Of nothing everything is done.</summary>
    public int? Percent => Total is not { } total ? null : total <= 0 ? 100 : (int)Math.Clamp(100 * (decimal)Done / total, 0, 100);
}

/// <summary>What a job came to.</summary>
/// <param name="Status">Of the answer that carries it, as HTTP counts.</param>
/// <param name="MediaType"><c>application/fhir+json</c> for a resource, which may be asked for in other formats; any other type goes out as it is.</param>
public sealed record JobResult(int Status, string MediaType, ReadOnlyMemory<byte> Body);

/// <summary>What is known of a job.</summary>
/// <param name="Started">When the last try began; null before.</param>
/// <param name="Finished">When it was done, failed or cancelled; null before.</param>
/// <param name="Result">Null unless it is done or failed.</param>
public sealed record Job(
    string Id, string Kind, JobState State, DateTimeOffset Created, DateTimeOffset? Started, DateTimeOffset? Finished, JobProgress Progress, JobResult? Result);

/// <summary>A job that this server has taken on.</summary>
/// <param name="Checkpoint">What the last runner saved to go on from; null when there is none.</param>
/// <param name="Tries">How often it was taken on since its last checkpoint without being let go of in good order, this time included.</param>
/// <param name="IsInterrupted">Whether another try was cut off that may have changed something, so that it must not be done again, but only answered.</param>
public sealed record ClaimedJob(
    string Id, string Kind, ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte>? Checkpoint, JobProgress Progress, int Tries, bool IsInterrupted);
