namespace Myeloma.Fhir.Server.Loading;

/// <summary>Where a load goes to: the database itself, or a running server.</summary>
internal interface ILoadTarget
{
    /// <summary>The current resources that bear the loader's tag, by type and id.</summary>
    Task<Dictionary<(string Type, string Id), byte[]>> LoadedAsync(CancellationToken cancellationToken);

    /// <summary>Those of the named resources that exist now.</summary>
    Task<Dictionary<(string Type, string Id), byte[]>> FindAsync(IReadOnlyList<(string Type, string Id)> keys, CancellationToken cancellationToken);

    /// <summary>The decisions of reviewers, each as its Provenance.</summary>
    Task<IReadOnlyList<byte[]>> ReviewsAsync(CancellationToken cancellationToken);

    /// <summary>Processes a transaction bundle, all of it or nothing.</summary>
    /// <exception cref="Model.Issues.FhirException">It was refused; nothing was changed.</exception>
    Task WriteAsync(byte[] transaction, CancellationToken cancellationToken);
}
