using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Dependents;
using Myeloma.Fhir.Interactions.Hooks;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Regimens;
using Myeloma.Fhir.Interactions.Reindexing;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Server.Bulk;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Loading;
using Myeloma.Fhir.Server.Packages;
using Myeloma.Fhir.Server.Subscriptions;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Closures;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.Store.Subscriptions;
using Myeloma.Fhir.Terminology.Caching;

namespace Myeloma.Fhir.Server.Edge;

/// <summary>The interactions over one database, wired once when it is open.</summary>
public sealed class FhirServices
{
    /// <param name="report">Takes faults of the validator.</param>
    public FhirServices(StoreDatabase database, JobQueue jobs, CurrentSearchParameters searchParameters, ServerOptions options, TimeProvider time, Action<string, Exception?> report)
    {
        var store = database.Store;
        Store = store;
        Jobs = jobs;
        Subscriptions = database.Subscriptions;
        SubscriptionRules = new SubscriptionRules(searchParameters, options.SearchOptions(time) with { BaseUrl = options.BaseUrl }, new EndpointRules(options.Subscriptions));
        WebSockets = new WebSocketBindings(store, database.SubscriptionPings, options.Subscriptions, new CrossOrigin(options.CorsOrigins));
        Closures = database.Closures;
        TerminologyPings = database.TerminologyPings;
        SearchParameters = searchParameters;
        var pages = new PageSizes(options.DefaultPageSize, options.MaxPageSize);
        var limits = new BundleLimits(options.MaxBundleEntries, options.BatchParallelism);
        string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

        Concepts = new ConceptForms(database.Concepts, time);
        Definitions = new CurrentDefinitions(store, Concepts, options.Validation, options.Store.WriteTimeout, time);
        store.ListMembers = new SearchedCodes(Definitions, store, options.Terminology).ListAsync;
        Writing = new ResourceWriting(store, new WriteValidation(Definitions.GetAsync, options.Validation, report, SubscriptionRules, options.Review.Settings.Protect), searchParameters, Definitions);
        Intake = new ResourceIntake(options.ParseLimits);
        Read = new ReadInteraction(store);
        VRead = new VReadInteraction(store);
        History = new HistoryInteraction(store, pages);
        Search = new SearchInteraction(store, searchParameters, options.SearchOptions(time));
        var criteria = new CriteriaBinding(searchParameters, options.SearchOptions(time));
        Create = new CreateInteraction(Writing, Intake, criteria, NewId);
        Update = new UpdateInteraction(Writing, Intake, criteria, NewId);
        var patched = new PatchedResource(store, Intake, criteria, options.PatchLimits);
        Patch = new PatchInteraction(patched, Update);
        Delete = new DeleteInteraction(Writing, criteria, options.MaxConditionalDeletes);
        CdsServices = textOf => new CdsServices(Definitions, options.Apply, options.ParseLimits, time, textOf);
        Expressions = new ExpressionEvaluation(store, options.ExpressionLimits, Definitions.GetAsync);
        Statements = new StatementRegister(store, searchParameters, options.SearchOptions(time));
        Sources = new SourceTrace(store, searchParameters, options.SearchOptions(time));
        Linting = new RegimenLinting(store, Definitions, searchParameters, options.SearchOptions(time), options.Apply);
        Validate = new ValidateOperation(store, Definitions, options.Validation, Linting);
        ImportSources = new ImportSources(store, options.BulkLimits, RemoteInput.OpenAsync);
        Import = new ImportOperation(store, jobs, ImportSources, options.BulkLimits);
        ImportRelease = new ImportReleaseOperation(store, jobs, options.Releases);
        Packages = new PackageRegistry(database.Packages, () => OwnPackage.Archive, OwnPackage.Released);
        var sources = new PackageSources(
            Packages, [.. options.Packages.Registries.Select(registry => (RegistryFetch)new RemoteRegistry(registry, options.Packages.Registries, options.Packages.Limits).FetchAsync)],
            options.Packages.Limits);
        Installation = new PackageInstallation(store, Packages, Writing, Definitions, Intake, sources, options.Packages.Limits);
        Install = new InstallOperation(Installation);
        Reviews = new ReviewWriting(store, Statements, () => Transaction!, time);
        Reviews.BuildAnew = (decisions, resources, cancellationToken) => DocumentLoad.ReviseAsync(new DatabaseTarget(this), decisions, resources, cancellationToken);
        Caches = new TerminologyCaches(options.Terminology, time);
        Operations = new OperationTable(OperationsOf(options, time));
        Prepared = new PreparedAnswers(store, options.Terminology);
        Capabilities = new CapabilitiesInteraction(searchParameters, [.. Operations.Definitions], options.MaxConditionalDeletes > 1, time);
        TerminologyCapabilities = new TerminologyCapabilitiesInteraction(Definitions, [.. Operations.Definitions], time);
        Metadata = new MetadataRetrieval(Capabilities, TerminologyCapabilities);
        Retrieval RetrievalOn(ResourceStore read) => new(
            new ReadInteraction(read), new VReadInteraction(read), new HistoryInteraction(read, pages),
            new SearchInteraction(read, searchParameters, options.SearchOptions(time)), Metadata, Operations);
        Transaction = new TransactionInteraction(Writing, limits, store, RetrievalOn, patched, criteria, Delete, NewId);
        ReleaseImport = new ReleaseImport(database.Concepts, Definitions, Transaction);
        Batch = new BatchInteraction(Create, Update, Patch, Delete, RetrievalOn(store), Caches, limits);
    }

    public ResourceStore Store { get; }
    public PreparedAnswers Prepared { get; }

    /// <summary>What clients sent once to name it in later requests.</summary>
    public TerminologyCaches Caches { get; }

    public JobQueue Jobs { get; }
    public ClosureTable Closures { get; }

    /// <summary>Where this server learns of changes of terminology before it is asked.</summary>
    public TerminologyPings TerminologyPings { get; }

    /// <summary>Compiled forms of large code systems.</summary>
    public ConceptForms Concepts { get; }

    /// <summary>Takes releases of terminologies in.</summary>
    public ReleaseImport ReleaseImport { get; }


    /// <summary>How far subscriptions are.</summary>
    public SubscriptionTable Subscriptions { get; }

    public SubscriptionRules SubscriptionRules { get; }

    /// <summary>Clients that are told of matches over a websocket of this server.</summary>
    internal WebSocketBindings WebSockets { get; }

    public CurrentSearchParameters SearchParameters { get; }
    public CurrentDefinitions Definitions { get; }
    public ResourceWriting Writing { get; }
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
    public TerminologyCapabilitiesInteraction TerminologyCapabilities { get; }
    public MetadataRetrieval Metadata { get; }
    public TransactionInteraction Transaction { get; }
    public BatchInteraction Batch { get; }
    public ValidateOperation Validate { get; }
    public OperationTable Operations { get; }
    public ImportOperation Import { get; }
    public ImportSources ImportSources { get; }
    public ImportReleaseOperation ImportRelease { get; }

    /// <summary>FHIR packages of this server.</summary>
    public PackageRegistry Packages { get; }

    public PackageInstallation Installation { get; }
    public InstallOperation Install { get; }

    public ExpressionEvaluation Expressions { get; }

    /// <summary>The rules of regimens.</summary>
    public RegimenLinting Linting { get; }

    /// <summary>What is to be reviewed, and what was decided.</summary>
    public StatementRegister Statements { get; }

    public ReviewWriting Reviews { get; }

    /// <summary>The statements behind elements.</summary>
    public SourceTrace Sources { get; }

    /// <summary>CDS Hooks, given where the text of a DocumentReference comes from.</summary>
    public Func<Func<string, CancellationToken, Task<string?>>, CdsServices> CdsServices { get; }

    /// <summary>What exports and imports are done by.</summary>
    internal IReadOnlyList<IJobKind> BulkJobs(ServerOptions options, TimeProvider time) =>
    [
        new ExportJob(Store, SearchParameters, options.SearchOptions(time), options.BulkLimits),
        new ImportJob(Store, Writing, ImportSources, options.BulkLimits, () => Guid.CreateVersion7(time.GetUtcNow()).ToString(), time),
        new ReleaseImportJob(Store, () => ReleaseImport, options.Releases),
    ];

    /// <summary>Every operation there is, in the order of their names.</summary>
    private IReadOnlyList<IOperation> OperationsOf(ServerOptions options, TimeProvider time) =>
    [
        .. new IOperation[]
        {
            Import,
            ImportRelease,
            Install,
            new ExportOperation(Jobs, SearchParameters, options.SearchOptions(time), options.BulkLimits),
            new DiffOperation(Store, options.PatchLimits),
            new FhirPathOperation(Expressions, options.ParseLimits),
            new SnapshotOperation(Store, Definitions, options.MaxSnapshotElements),
            new ReviewDecideOperation(Reviews, options.Review.Settings),
            new ReviewQueueOperation(Store, Statements),
            new ReviewReleaseOperation(Store, Statements, Reviews, options.Review.Settings, SearchParameters, options.SearchOptions(time), time),
            new SourceOperation(Sources, Expressions, Definitions),
            new SubscriptionStatusOperation(Store, Subscriptions),
            Validate,
            new VersionsOperation(),
            new ClosureOperation(Definitions, Closures, options.Terminology, time),
        }
            .Concat(ApplyOperations.All(Store, Definitions, SearchParameters, options.SearchOptions(time), options.Apply, time))
            .Concat(ArtifactOperations.All(Store, Definitions, SearchParameters, options.SearchOptions(time), options.Artifacts, options.Terminology, options.PatchLimits, time, Writing, () => Guid.CreateVersion7(time.GetUtcNow()).ToString()))
            .Concat(RegimenOperations.All(Store, Definitions, SearchParameters, options.SearchOptions(time), options.Apply, options.Artifacts, options.PatchLimits, Linting))
            .Concat(TerminologyOperations.All(Definitions, Store, Caches, options.Terminology, time))
            .Append(new DependentsOperation(Store, Definitions, SearchParameters, options.SearchOptions(time), options.Artifacts, options.Terminology))
            .Concat(ReindexOperation.All(Store, SearchParameters, Jobs))
            .Concat(options.Expunge ? [new ExpungeOperation(Store)] : [])
            .OrderBy(operation => operation.Definition.Name, StringComparer.Ordinal),
    ];
}
