namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>Something that goes on in the background, for longer than a request may take: what is asked of it outlives the server, and one server at a time works on it.</summary>
public interface IJobKind
{
    /// <summary>Names it in the database and in metrics; never changes.</summary>
    string Name { get; }

    /// <summary>Jobs of the kind that this server works on at a time; 0 leaves them to others.</summary>
    int MaxRunning { get; }

    /// <summary>Does the job, from <see cref="JobRun.Checkpoint"/> on.</summary>
    /// <param name="cancellationToken">Cancelled when the job is no longer wanted, or no longer this server's, or the server ends; another run may then go on from the last checkpoint.</param>
    /// <exception cref="Model.Issues.FhirException">
    /// The job failed, for good; its issues are the result. Only <c>transient</c> ones come to nothing yet: the job is taken up again soon, some times.
    /// </exception>
    Task<JobAnswer> RunAsync(JobRun run, CancellationToken cancellationToken);

    /// <summary>Takes away what the job left elsewhere than in its result. Called when the job was cancelled, or its result is no longer kept; twice, maybe, and on any server.</summary>
    Task ForgetAsync(string id, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What a job came to: what its URL answers from now on, with 200.</summary>
/// <param name="Body">A resource in JSON; anything else where the media type says so.</param>
/// <param name="MediaType">Of a body that is no resource; it goes out as it is.</param>
public sealed record JobAnswer(ReadOnlyMemory<byte> Body, string MediaType = JobAnswer.Resource)
{
    /// <summary>The media type of a resource, which may be asked for in any format.</summary>
    public const string Resource = "application/fhir+json";
}
