using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>The interactions over one database, wired once when it is open.</summary>
public sealed class FhirServices
{
    public FhirServices(ResourceStore store, CurrentSearchParameters searchParameters, ServerOptions options, TimeProvider time)
    {
        Store = store;
        SearchParameters = searchParameters;
        var pages = new PageSizes(options.DefaultPageSize, options.MaxPageSize);
        var limits = new BundleLimits(options.MaxBundleEntries);
        string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

        Intake = new ResourceIntake(options.ParseLimits);
        Read = new ReadInteraction(store);
        VRead = new VReadInteraction(store);
        History = new HistoryInteraction(store, pages);
        Search = new SearchInteraction(store, searchParameters, pages);
        Create = new CreateInteraction(store, Intake, searchParameters, NewId);
        Update = new UpdateInteraction(store, Intake, searchParameters);
        var patched = new PatchedResource(store, Intake, searchParameters, options.PatchLimits);
        Patch = new PatchInteraction(patched, Update);
        Delete = new DeleteInteraction(store, searchParameters);
        var validator = new Validator();
        Expressions = new ExpressionEvaluation(store, options.ExpressionLimits, _ => ValueTask.FromResult(validator));
        Operations = new OperationTable(OperationsOf(options));
        Capabilities = new CapabilitiesInteraction(searchParameters, [.. Operations.Definitions], time);
        var retrieval = new Retrieval(Read, VRead, History, Search, Capabilities, Operations);
        Transaction = new TransactionInteraction(store, limits, searchParameters, retrieval, patched, NewId);
        Batch = new BatchInteraction(Create, Update, Patch, Delete, retrieval, limits);
    }

    public ResourceStore Store { get; }
    public CurrentSearchParameters SearchParameters { get; }
    public ResourceIntake Intake { get; }
    public ReadInteraction Read { get; }
    public VReadInteraction VRead { get; }
    public HistoryInteraction History { get; }
    public SearchInteraction Search { get; }
    public CreateInteraction Create { get; }
    public UpdateInteraction Update { get; }
    public PatchInteraction Patch { get; }
    public DeleteInteraction Delete { get; }
    public CapabilitiesInteraction Capabilities { get; }
    public TransactionInteraction Transaction { get; }
    public BatchInteraction Batch { get; }
    public OperationTable Operations { get; }

    public ExpressionEvaluation Expressions { get; }

    /// <summary>Every operation there is, in the order of their names.</summary>
    private IReadOnlyList<IOperation> OperationsOf(ServerOptions options) =>
    [
        new DiffOperation(Store, options.PatchLimits),
        new FhirPathOperation(Expressions, options.ParseLimits),
    ];
}
