using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>Lets a bounded number of requests work at a time and a bounded number wait, so that overload is answered at once instead of piling up.</summary>
public sealed class Admission(int maxConcurrent, int maxQueued) : IDisposable
{
    private readonly SemaphoreSlim places = new(maxConcurrent);
    private int waiting;

    /// <summary>Takes a place; <see cref="Leave"/> gives it back.</summary>
    /// <exception cref="FhirException"><c>throttled</c> (503): as many as may are waiting already.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken) =>
        places.Wait(0, CancellationToken.None) ? ValueTask.CompletedTask : QueueAsync(cancellationToken);

    /// <summary>Gives the place back.</summary>
    public void Leave() => places.Release();

    public void Dispose() => places.Dispose();

    private async ValueTask QueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > maxQueued)
            {
                throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, "The server has more requests than it can work on; try again shortly.")
                {
                    MessageId = OutcomeStatus.NotReady,
                });
            }

            await places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
