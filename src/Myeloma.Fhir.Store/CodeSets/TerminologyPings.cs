using Myeloma.Fhir.Store.Setup;

namespace Myeloma.Fhir.Store.CodeSets;

/// <summary>Tells on every server that a CodeSystem, ValueSet or ConceptMap was changed, so that what it takes long to make is begun before somebody asks for it.</summary>
/// <remarks>Nothing depends on it: whoever asks looks at the count of changes.</remarks>
/// <param name="connectionString">Of a connection of its own.</param>
public sealed class TerminologyPings(string connectionString)
{
    /// <summary>Names the notifications among those of the database.</summary>
    internal const string Channel = "terminology_change";

    /// <summary>Listens until it is cancelled; a connection that broke is made anew.</summary>
    /// <param name="changed">Called after a change, and when listening begins, also after a break, in which changes may have been missed.</param>
    public Task ListenAsync(Action changed, CancellationToken cancellationToken) =>
        new DatabaseNotifications(connectionString, Channel).ListenAsync(_ => changed(), changed, cancellationToken);
}
