using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>How far the start has come: until the database is open and filled, every request but <c>/health/live</c> is put off.</summary>
public sealed class ServerState
{
    private volatile FhirServices? services;
    private volatile string step = "The server is starting.";

    /// <summary>Null until the server is ready.</summary>
    public FhirServices? Services => services;

    /// <summary>What the start is doing, in a sentence.</summary>
    public string Step
    {
        get => step;
        set => step = value;
    }

    /// <summary>From now on requests are worked on.</summary>
    public void Open(FhirServices ready) => services = ready;

    /// <summary>The issue of a request that came too early: 503 with Retry-After.</summary>
    public Issue NotReady => Issue.Transient($"{Step} Try again in a few seconds.") with { MessageId = Interactions.OutcomeStatus.NotReady };
}
