namespace Myeloma.Fhir.Store.Jobs;

/// <summary>How far a job is.</summary>
public enum JobState
{
    /// <summary>Nobody has begun with it.</summary>
    Queued,

    /// <summary>A server works on it.</summary>
    Running,

    /// <summary>Its answer is there.</summary>
    Done,
}

/// <summary>What is known of a job.</summary>
/// <param name="Started">When the last try began; null before.</param>
/// <param name="Answer">Null until it is done.</param>
public sealed record Job(string Id, JobState State, DateTimeOffset Created, DateTimeOffset? Started, ReadOnlyMemory<byte>? Answer);

/// <summary>A job that this server has taken on.</summary>
/// <param name="IsInterrupted">Whether another try was cut off that may have changed something, so that it must not be done again, but only answered.</param>
public sealed record ClaimedJob(string Id, ReadOnlyMemory<byte> Request, bool IsInterrupted);
