using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Reindexing;

/// <summary>The jobs that index stored resources anew: one at a time on all servers of a database.</summary>
internal sealed class ReindexJobs(JobQueue jobs)
{
    /// <summary>Of them that may wait or be worked on.</summary>
    public const int MaxOpen = 100;

    /// <summary>Adds a job for these types.</summary>
    /// <param name="pending">Parameters of these types that are not indexed yet.</param>
    /// <param name="isForParameters">Whether there is nothing to do when these are indexed by the time it begins.</param>
    /// <returns>Its id; null when as many as may are waiting.</returns>
    public async Task<string?> AddAsync(IEnumerable<string> types, IEnumerable<SearchParameter> pending, bool isForParameters, CancellationToken cancellationToken)
    {
        var id = JobQueue.NewId();
        var request = new ReindexRequest(
            [.. types.Distinct().Order(StringComparer.Ordinal)], [.. pending.Select(parameter => new ReindexedParameter(parameter.Id, parameter.DefinitionHash))], isForParameters);
        return await jobs.AddAsync(new NewJob(id, ReindexKind.KindName, request.ToBytes(), RunsAlone: true), MaxOpen, cancellationToken) ? id : null;
    }

    /// <summary>Adds a job for those parameters that none is about.</summary>
    /// <returns>False when there had to be one and as many as may are waiting.</returns>
    public async Task<bool> EnsureAsync(IReadOnlyList<SearchParameter> pending, CancellationToken cancellationToken)
    {
        var known = await PlacesAsync(cancellationToken);
        var missing = pending.Where(parameter => !known.ContainsKey((parameter.Id, parameter.DefinitionHash))).ToList();
        return missing.Count == 0 || await AddAsync(missing.Select(parameter => parameter.ResourceType), missing, isForParameters: true, cancellationToken) is not null;
    }

    /// <summary>Where can be seen how far the indexing by a parameter is, relative to the base URL.</summary>
    public async Task<IReadOnlyDictionary<(int Id, string DefinitionHash), string>> PlacesAsync(CancellationToken cancellationToken)
    {
        var places = new Dictionary<(int, string), string>();
        foreach (var (job, request) in await jobs.OpenAsync(ReindexKind.KindName, cancellationToken))
            foreach (var parameter in ReindexRequest.Read(request).Parameters) places.TryAdd((parameter.Id, parameter.DefinitionHash), $"{JobQueue.Place}/{job.Id}");
        return places;
    }
}
