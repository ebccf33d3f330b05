using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reindexing;

/// <summary><c>$reindex</c>: makes index rows of stored resources anew, by a job: of all types, of one, or of those that one SearchParameter is about.</summary>
/// <remarks>No operation of R4. Writes index by themselves, and so does a new SearchParameter; this is for who cancelled that, or wants to be sure.</remarks>
public sealed class ReindexOperation : IOperation
{
    private readonly ResourceStore store;
    private readonly CurrentSearchParameters searchParameters;
    private readonly ReindexJobs jobs;

    private ReindexOperation(ResourceStore store, CurrentSearchParameters searchParameters, JobQueue jobs, OperationDefinition definition)
    {
        this.store = store;
        this.searchParameters = searchParameters;
        this.jobs = new ReindexJobs(jobs);
        Definition = definition;
    }

    public OperationDefinition Definition { get; }

    /// <summary>The operation at system and types, and the one at a SearchParameter.</summary>
    public static IEnumerable<IOperation> All(ResourceStore store, CurrentSearchParameters searchParameters, JobQueue jobs) =>
    [
        new ReindexOperation(store, searchParameters, jobs, DefinitionOf("reindex", OperationLevels.System | OperationLevels.Type, null)),
        new ReindexOperation(store, searchParameters, jobs, DefinitionOf("SearchParameter-reindex", OperationLevels.Instance, ["SearchParameter"])),
    ];

    /// <returns>202 with the job, whose answer says how many resources of which type were indexed.</returns>
    /// <exception cref="FhirException"><c>not-found</c>, <c>deleted</c>: no such SearchParameter; <c>throttled</c>: as many such jobs as may are waiting.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        await searchParameters.FollowAsync(cancellationToken);
        var stored = await store.StoredTypesAsync(cancellationToken);
        var types = request switch
        {
            { Id: { } id } => [.. stored.Intersect(await BasesAsync(id, cancellationToken))],
            { Type: { } type } => [type],
            _ => stored,
        };
        var pending = searchParameters.Registry.Indexed.Where(parameter => !parameter.IsIndexed && types.Contains(parameter.ResourceType));
        return FhirResponse.Accepted(await jobs.AddAsync(types, pending, isForParameters: false, cancellationToken)
            ?? throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, $"{ReindexJobs.MaxOpen} jobs that index resources anew are waiting already; try again later.")));
    }

    /// <summary>The types that a stored SearchParameter is about, abstract ones as all they stand for.</summary>
    private async Task<IReadOnlyList<string>> BasesAsync(string id, CancellationToken cancellationToken)
    {
        var read = await new ReadInteraction(store).HandleAsync(new ResourceKey("SearchParameter", id), cancellationToken);
        var schema = R4Schema.Instance;
        var bases = new List<string>();
        foreach (var each in ResourceDocument.Parse(read.Content!.ToJson()).Root.Children("base"))
            if (each.Text is { } name && schema.FindType(name) is not null) bases.Add(name);
        return [.. schema.ResourceTypes.Where(type => bases.Exists(name => schema.FindType(type)!.IsA(name)))];
    }

    private static OperationDefinition DefinitionOf(string id, OperationLevels levels, IReadOnlyList<string>? types) => new()
    {
        Name = "$reindex",
        Url = $"http://myeloma-fhir.org/fhir/OperationDefinition/{id}",
        Levels = levels,
        ResourceTypes = types,
        AffectsState = true,
        AnswersLater = true,
    };
}
