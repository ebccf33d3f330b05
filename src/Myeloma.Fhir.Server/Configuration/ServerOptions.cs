using System.Globalization;
using System.Net;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Interactions.Applying;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Server.Asynchronous;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>The settings of the server, section <c>Fhir</c> of the configuration (<c>Fhir__MaxBodyBytes=…</c> in the environment); deploy/configuration.md has the list.</summary>
public sealed record ServerOptions
{
    /// <summary>Path under which the FHIR API lives, with leading and without trailing slash.</summary>
    public string BasePath { get; init; } = "/fhir";

    /// <summary>Absolute base URL for links, without trailing slash; null: taken from each request.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Whose word on the address that clients use is taken, where <see cref="BaseUrl"/> is not set.</summary>
    public ForwardedAddress Forwarded { get; init; } = new([]);

    /// <summary>Origins whose pages may use the FHIR API from a browser; <c>*</c> for all.</summary>
    public IReadOnlyCollection<string> CorsOrigins { get; init; } = [];

    /// <summary>Whether answers are compressed for clients that accept it.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>Whether measurements are given at <c>/metrics</c>.</summary>
    public bool Metrics { get; init; } = true;

    /// <summary>Whether the services of CDS Hooks are offered at <c>/cds-services</c>.</summary>
    public bool CdsHooks { get; init; } = true;

    /// <summary>Largest request body in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Nesting of objects and arrays in a body.</summary>
    public int MaxJsonDepth { get; init; } = ParseLimits.Default.MaxDepth;

    /// <summary>Number of JSON values in a body.</summary>
    public int MaxJsonNodes { get; init; } = ParseLimits.Default.MaxNodes;

    /// <summary>Length of one string in a body as written, in bytes.</summary>
    public int MaxStringBytes { get; init; } = ParseLimits.Default.MaxStringBytes;

    /// <summary>How long the reading of one body may take.</summary>
    public TimeSpan MaxParseTime { get; init; } = ParseLimits.Default.MaxTime;

    /// <summary>Longest path and query in characters.</summary>
    public int MaxUrlLength { get; init; } = 8192;

    /// <summary>Requests worked on at a time; more wait in a queue.</summary>
    public int MaxConcurrentRequests { get; init; } = 64;

    /// <summary>Requests that may wait; more are answered 503 with Retry-After.</summary>
    public int MaxQueuedRequests { get; init; } = 512;

    /// <summary>How long one request may take, waiting included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Entries of one transaction or batch.</summary>
    public int MaxBundleEntries { get; init; } = 20_000;

    /// <summary>Most resources that one conditional delete takes away; with 1 its criteria have to select a single one.</summary>
    public int MaxConditionalDeletes { get; init; } = 100;

    /// <summary>Whether past versions may be taken away for good by <c>$expunge</c>.</summary>
    public bool Expunge { get; init; }

    /// <summary>Entries of one batch that are worked on at a time.</summary>
    public int BatchParallelism { get; init; } = 4;

    /// <summary>What requests that are answered later may cost.</summary>
    public AsyncOptions Async { get; init; } = AsyncOptions.Default;

    /// <summary>What bulk export and import may do, and cost.</summary>
    public BulkLimits Bulk { get; init; } = new();

    /// <summary>Page size of searches and histories that name none.</summary>
    public int DefaultPageSize { get; init; } = 50;

    /// <summary>Largest page size; a larger <c>_count</c> is cut to it.</summary>
    public int MaxPageSize { get; init; } = 1000;

    /// <summary>Whether an empty or changed database is filled from the seed documents at start.</summary>
    public bool LoadSeeds { get; init; } = true;

    /// <summary>Folder of the seed documents; null: <c>seeds</c> in the content root, the working directory or beside the executable.</summary>
    public string? SeedFolder { get; init; }

    /// <summary>Folder of the private PostgreSQL cluster; null: the user's local data folder.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Stored resources up to which a new SearchParameter is indexed before its write is answered; above, by a job.</summary>
    public int InlineReindexLimit { get; init; } = 20_000;

    /// <summary>What evaluating an expression for <c>$fhirpath</c> or the page may cost; the answer is no larger than a body.</summary>
    public ExpressionLimits ExpressionLimits { get; init; } = new();

    /// <summary>How writes are validated, and what a validation may cost.</summary>
    public ValidationPolicy Validation { get; init; } = new();

    /// <summary>What applying a definition may cost.</summary>
    public ApplySettings Apply { get; init; } = ApplySettings.Default;

    /// <summary>What operations on artifacts may cost.</summary>
    public ArtifactSettings Artifacts { get; init; } = ArtifactSettings.Default;

    /// <summary>What packages may cost, and where they may be fetched.</summary>
    public PackageSettings Packages { get; init; } = PackageSettings.Default;

    /// <summary>Who reviews what the loader makes.</summary>
    public ReviewOptions Review { get; init; } = ReviewOptions.None;

    /// <summary>What a terminology operation may cost.</summary>
    public TerminologyLimits Terminology { get; init; } = TerminologyLimits.Default;

    /// <summary>What releases of terminologies that are sent may cost.</summary>
    public ReleaseLimits Releases { get; init; } = new();

    /// <summary>Folder of terminologies' releases that are imported after the start; null: none.</summary>
    public string? ReleaseFolder { get; init; }

    /// <summary>What subscriptions may do and cost.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = SubscriptionOptions.Default;

    /// <summary>Limits of the database's part.</summary>
    public StoreOptions Store { get; init; } = new();

    /// <summary>Limits of reading a search; those of a page are <see cref="DefaultPageSize"/> and <see cref="MaxPageSize"/>.</summary>
    public SearchOptions Search { get; init; } = new();

    /// <summary>Operations of one patch.</summary>
    public int MaxPatchOperations { get; init; } = PatchLimits.Default.MaxOperations;

    /// <summary>How long one patch may take to apply.</summary>
    public TimeSpan MaxPatchTime { get; init; } = PatchLimits.Default.MaxTime;

    /// <summary>Size of a resource that <c>$diff</c> compares.</summary>
    public int MaxDifferenceBytes { get; init; } = PatchLimits.Default.MaxDifferenceBytes;

    /// <summary>Elements that <c>$snapshot</c> makes at most, those of bases and types counted.</summary>
    public int MaxSnapshotElements { get; init; } = SnapshotGeneration.DefaultMaxElements;

    /// <summary>The limits of patches and differences.</summary>
    public PatchLimits PatchLimits => PatchLimits.Default with
    {
        MaxOperations = MaxPatchOperations, MaxTime = MaxPatchTime, MaxDifferenceBytes = MaxDifferenceBytes, Parse = ParseLimits,
    };

    /// <summary>The limits for parsing a body.</summary>
    public ParseLimits ParseLimits => ParseLimits.Default with { MaxBytes = MaxBodyBytes, MaxDepth = MaxJsonDepth, MaxNodes = MaxJsonNodes, MaxStringBytes = MaxStringBytes, MaxTime = MaxParseTime };

    /// <summary>The limits of bulk export and import with those of a line, and references as the whole server has it.</summary>
    public BulkLimits BulkLimits => Bulk with { Parse = ParseLimits, Retention = Async.Retention, References = Store.ReferentialIntegrity ? Bulk.References : ImportReferences.Off };

    /// <summary>How searches are read.</summary>
    public SearchOptions SearchOptions(TimeProvider time) => Search with { DefaultCount = DefaultPageSize, MaxCount = MaxPageSize, TimeProvider = time };

    /// <summary>Reads the section <c>Fhir</c>.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: a value that can't be read or makes no sense; the text names the setting.</exception>
    public static ServerOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Fhir");
        var preset = new ServerOptions();
        return new ServerOptions
        {
            BasePath = BasePathOf(section["BasePath"] ?? preset.BasePath),
            BaseUrl = BaseUrlOf(section["BaseUrl"]),
            Forwarded = new ForwardedAddress(NetworksOf(section, "TrustedProxies")),
            CorsOrigins = OriginsOf(section["CorsOrigins"]),
            Compression = Flag(section, nameof(Compression), preset.Compression),
            Metrics = Flag(section, nameof(Metrics), preset.Metrics),
            CdsHooks = Flag(section, nameof(CdsHooks), preset.CdsHooks),
            MaxBodyBytes = Number(section, nameof(MaxBodyBytes), preset.MaxBodyBytes, 1024, 1 << 30),
            MaxJsonDepth = Number(section, nameof(MaxJsonDepth), preset.MaxJsonDepth, 8, 256),
            MaxJsonNodes = Number(section, nameof(MaxJsonNodes), preset.MaxJsonNodes, 100, 100_000_000),
            MaxStringBytes = Number(section, nameof(MaxStringBytes), preset.MaxStringBytes, 1024, 1 << 30),
            MaxParseTime = TimeSpan.FromSeconds(Number(section, "MaxParseSeconds", (int)preset.MaxParseTime.TotalSeconds, 1, 3600)),
            MaxUrlLength = Number(section, nameof(MaxUrlLength), preset.MaxUrlLength, 256, 60_000),
            MaxConcurrentRequests = Number(section, nameof(MaxConcurrentRequests), preset.MaxConcurrentRequests, 1, 10_000),
            MaxQueuedRequests = Number(section, nameof(MaxQueuedRequests), preset.MaxQueuedRequests, 0, 1_000_000),
            RequestTimeout = TimeSpan.FromSeconds(Number(section, "RequestTimeoutSeconds", (int)preset.RequestTimeout.TotalSeconds, 1, 3600)),
            MaxBundleEntries = Number(section, nameof(MaxBundleEntries), preset.MaxBundleEntries, 1, 1_000_000),
            MaxConditionalDeletes = Number(section, nameof(MaxConditionalDeletes), preset.MaxConditionalDeletes, 1, 10_000),
            Expunge = Flag(section, nameof(Expunge), preset.Expunge),
            BatchParallelism = Number(section, nameof(BatchParallelism), preset.BatchParallelism, 1, 1000),
            Async = new AsyncOptions(
                Number(section, "MaxAsyncRequests", preset.Async.MaxOpen, 0, 1_000_000),
                Number(section, "MaxAsyncRunning", preset.Async.MaxRunning, 0, 100),
                TimeSpan.FromSeconds(Number(section, "AsyncTimeoutSeconds", (int)preset.Async.Timeout.TotalSeconds, 1, 1_000_000)),
                TimeSpan.FromHours(Number(section, "AsyncRetentionHours", (int)preset.Async.Retention.TotalHours, 1, 100_000))),
            Bulk = BulkSettings.Read(section.GetSection("Bulk"), preset.Bulk),
            DefaultPageSize = Number(section, nameof(DefaultPageSize), preset.DefaultPageSize, 1, 10_000),
            MaxPageSize = Number(section, nameof(MaxPageSize), preset.MaxPageSize, 1, 10_000),
            LoadSeeds = Flag(section, nameof(LoadSeeds), preset.LoadSeeds),
            SeedFolder = section[nameof(SeedFolder)],
            DataFolder = section[nameof(DataFolder)],
            InlineReindexLimit = Number(section, nameof(InlineReindexLimit), preset.InlineReindexLimit, 0, 10_000_000),
            ExpressionLimits = ExpressionLimitsOf(section, preset),
            MaxPatchOperations = Number(section, nameof(MaxPatchOperations), preset.MaxPatchOperations, 1, 1_000_000),
            MaxPatchTime = TimeSpan.FromSeconds(Number(section, "MaxPatchSeconds", (int)preset.MaxPatchTime.TotalSeconds, 1, 600)),
            MaxDifferenceBytes = Number(section, nameof(MaxDifferenceBytes), preset.MaxDifferenceBytes, 1024, 1 << 30),
            MaxSnapshotElements = Number(section, nameof(MaxSnapshotElements), preset.MaxSnapshotElements, 100, 10_000_000),
            Validation = ValidationSettings.Read(section.GetSection("Validation"), preset.Validation),
            Terminology = TerminologyOf(section.GetSection("Terminology"), preset.Terminology),
            Releases = ReleasesOf(section.GetSection("Terminology"), preset.Releases),
            ReleaseFolder = section["Terminology:ReleaseFolder"] is { Length: > 0 } releases ? releases : null,
            Subscriptions = SubscriptionSettings.Read(section.GetSection("Subscriptions"), preset.Subscriptions),
            Apply = ApplyOf(section.GetSection("Apply"), preset.Apply),
            Artifacts = new(Number(section.GetSection("Artifacts"), nameof(ArtifactSettings.MaxResources), preset.Artifacts.MaxResources, 1, 1_000_000)),
            Packages = PackageSettings.Read(section.GetSection("Packages")),
            Review = ReviewOptions.Read(section.GetSection("Review")),
            Search = SearchOf(section, preset.Search),
            Store = StoreOf(section, preset.Store),
        };
    }

    private static ReleaseLimits ReleasesOf(IConfigurationSection section, ReleaseLimits preset) => new(
        (long)Number(section, "MaxReleaseMegabytes", (int)(preset.MaxBytes >> 20), 1, 10_000_000) << 20,
        Number(section, "MaxOpenReleases", preset.MaxOpen, 0, 1_000_000),
        Number(section, "MaxRunningReleases", preset.MaxRunning, 0, 100))
    {
        Bounds = new(Number(section, "MaxReleaseFiles", preset.Bounds.MaxFiles, 1, 1_000_000), (long)Number(section, "MaxReleaseContentMegabytes", (int)(preset.Bounds.MaxBytes >> 20), 1, 100_000_000) << 20),
    };

    private static TerminologyLimits TerminologyOf(IConfigurationSection section, TerminologyLimits preset) => new(
        Number(section, nameof(TerminologyLimits.MaxExpansion), preset.MaxExpansion, 1, 1_000_000),
        Number(section, nameof(TerminologyLimits.MaxPage), preset.MaxPage, 1, 1_000_000),
        Number(section, nameof(TerminologyLimits.MaxImportDepth), preset.MaxImportDepth, 1, 1_000),
        Number(section, nameof(TerminologyLimits.MaxResources), preset.MaxResources, 0, 100_000),
        Number(section, nameof(TerminologyLimits.MaxBatch), preset.MaxBatch, 1, 100_000),
        Number(section, nameof(TerminologyLimits.MaxCodeLength), preset.MaxCodeLength, 1, 1_000_000),
        Number(section, nameof(TerminologyLimits.MaxClosureConcepts), preset.MaxClosureConcepts, 1, 10_000_000),
        Number(section, nameof(TerminologyLimits.MaxMapSteps), preset.MaxMapSteps, 0, 10),
        Number(section, nameof(TerminologyLimits.MaxMapPaths), preset.MaxMapPaths, 1, 1_000_000),
        Number(section, nameof(TerminologyLimits.MaxPrepared), preset.MaxPrepared, 0, 1_000_000),
        Number(section, nameof(TerminologyLimits.MaxConstraintLength), preset.MaxConstraintLength, 1, 10_000_000),
        Number(section, nameof(TerminologyLimits.MaxConstraintDepth), preset.MaxConstraintDepth, 1, 500),
        Number(section, nameof(TerminologyLimits.MaxConstraintWork), preset.MaxConstraintWork, 1000, int.MaxValue),
        Number(section, nameof(TerminologyLimits.MaxCaches), preset.MaxCaches, 0, 100_000),
        Number(section, nameof(TerminologyLimits.MaxCacheMegabytes), preset.MaxCacheMegabytes, 1, 1_000_000),
        Number(section, nameof(TerminologyLimits.CacheIdleMinutes), preset.CacheIdleMinutes, 1, 100_000));

    private static ApplySettings ApplyOf(IConfigurationSection section, ApplySettings preset) => new(
        preset.Limits with
        {
            MaxActions = Number(section, nameof(ApplyLimits.MaxActions), preset.Limits.MaxActions, 1, 1_000_000),
            MaxActionDepth = Number(section, nameof(ApplyLimits.MaxActionDepth), preset.Limits.MaxActionDepth, 1, 100),
            MaxDefinitionDepth = Number(section, nameof(ApplyLimits.MaxDefinitionDepth), preset.Limits.MaxDefinitionDepth, 1, 100),
            MaxExpressions = Number(section, nameof(ApplyLimits.MaxExpressions), preset.Limits.MaxExpressions, 0, 1_000_000),
            MaxScheduledDays = Number(section, nameof(ApplyLimits.MaxScheduledDays), preset.Limits.MaxScheduledDays, 1, 10_000_000),
            MaxIndex = Number(section, nameof(ApplyLimits.MaxIndex), preset.Limits.MaxIndex, 0, 100_000),
            Expression = preset.Limits.Expression with { MaxSteps = Number(section, "MaxExpressionSteps", preset.Limits.Expression.MaxSteps, 1_000, 1_000_000_000) },
            MaxTime = TimeSpan.FromSeconds(Number(section, "MaxSeconds", (int)preset.Limits.MaxTime.TotalSeconds, 1, 3600)),
        },
        Number(section, nameof(ApplySettings.MaxResources), preset.MaxResources, 1, 100_000));

    private static ExpressionLimits ExpressionLimitsOf(IConfigurationSection section, ServerOptions preset) => new()
    {
        MaxSteps = Number(section, "FhirPathMaxSteps", preset.ExpressionLimits.MaxSteps, 1_000, 1_000_000_000),
        MaxTime = TimeSpan.FromSeconds(Number(section, "FhirPathMaxSeconds", (int)preset.ExpressionLimits.MaxTime.TotalSeconds, 1, 600)),
        MaxItems = Number(section, "FhirPathMaxItems", preset.ExpressionLimits.MaxItems, 1, 10_000_000),
        MaxReferences = Number(section, "FhirPathMaxReferences", preset.ExpressionLimits.MaxReferences, 0, 100_000),
        MaxAnswerBytes = Number(section, nameof(MaxBodyBytes), preset.MaxBodyBytes, 1024, 1 << 30),
    };

    private static SearchOptions SearchOf(IConfigurationSection section, SearchOptions preset) => preset with
    {
        MaxParameters = Number(section, "MaxSearchParameters", preset.MaxParameters, 1, 10_000),
        MaxValues = Number(section, "MaxSearchValues", preset.MaxValues, 1, 100_000),
        MaxValueLength = Number(section, "MaxSearchValueLength", preset.MaxValueLength, 16, 1_000_000),
        MaxChainDepth = Number(section, nameof(Myeloma.Fhir.Search.SearchOptions.MaxChainDepth), preset.MaxChainDepth, 0, 20),
        MaxIncludes = Number(section, "MaxIncludeRules", preset.MaxIncludes, 0, 1_000),
        MayExplain = Flag(section, "ExplainSearches", preset.MayExplain),
        MaxSortKeys = Number(section, nameof(Myeloma.Fhir.Search.SearchOptions.MaxSortKeys), preset.MaxSortKeys, 1, 20),
    };

    private static StoreOptions StoreOf(IConfigurationSection section, StoreOptions preset) => preset with
    {
        MaxConnections = Number(section, nameof(StoreOptions.MaxConnections), preset.MaxConnections, 2, 1000),
        StatementTimeout = TimeSpan.FromSeconds(Number(section, "StatementTimeoutSeconds", (int)preset.StatementTimeout.TotalSeconds, 1, 3600)),
        WriteTimeout = TimeSpan.FromSeconds(Number(section, "WriteTimeoutSeconds", (int)preset.WriteTimeout.TotalSeconds, 1, 3600)),
        CountLimit = Number(section, nameof(StoreOptions.CountLimit), preset.CountLimit, 0, 100_000_000),
        NarrowRows = Number(section, nameof(StoreOptions.NarrowRows), preset.NarrowRows, 0, 1_000_000),
        MaxCodeSetSize = Number(section, nameof(StoreOptions.MaxCodeSetSize), preset.MaxCodeSetSize, 1, 100_000_000),
        ListedHitBytes = (long)Number(section, "ListedHitMegabytes", (int)(preset.ListedHitBytes >> 20), 0, 100_000) << 20,
        CodeSetRetention = TimeSpan.FromHours(Number(section, "CodeSetRetentionHours", (int)preset.CodeSetRetention.TotalHours, 2, 100_000)),
        PageLinkLifetime = TimeSpan.FromSeconds(Number(section, "PageLinkSeconds", (int)preset.PageLinkLifetime.TotalSeconds, 1, 1_000_000)),
        ReindexBatch = Number(section, nameof(StoreOptions.ReindexBatch), preset.ReindexBatch, 1, 10_000),
        MaxIncludes = Number(section, nameof(StoreOptions.MaxIncludes), preset.MaxIncludes, 1, 100_000),
        MaxIncludeDepth = Number(section, nameof(StoreOptions.MaxIncludeDepth), preset.MaxIncludeDepth, 1, 100),
        HotBytes = (long)Number(section, "HotBodyMegabytes", 64, 0, 1_000_000) << 20,
        VersionIdentical = Flag(section, nameof(StoreOptions.VersionIdentical), preset.VersionIdentical),
        ReferentialIntegrity = Flag(section, nameof(StoreOptions.ReferentialIntegrity), true),
        UniqueVersions = Flag(section.GetSection("Artifacts"), nameof(StoreOptions.UniqueVersions), true),
        StatusRules = Flag(section.GetSection("Artifacts"), nameof(StoreOptions.StatusRules), true),
        BaseUrl = BaseUrlOf(section["BaseUrl"]),
    };

    internal static int Number(IConfigurationSection section, string name, int preset, int min, int max)
    {
        if (section[name] is not { Length: > 0 } text) return preset;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        throw Refused($"The setting {section.Path}:{name} is a whole number from {min} to {max}, not '{text}'.");
    }

    internal static bool Flag(IConfigurationSection section, string name, bool preset) =>
        section[name] is not { Length: > 0 } text ? preset
        : bool.TryParse(text, out var flag) ? flag
        : throw Refused($"The setting {section.Path}:{name} is true or false, not '{text}'.");

    private static string BasePathOf(string text)
    {
        var path = "/" + text.Trim('/');
        return path.Length > 1 && Uri.IsWellFormedUriString(path, UriKind.Relative) && !path.Contains('?') && !path.Contains('#')
            ? path
            : throw Refused($"The setting Fhir:BasePath is a path like /fhir, not '{text}'.");
    }

    internal static List<IPNetwork> NetworksOf(IConfigurationSection section, string name)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in Parts(section[name]))
        {
            if (part == "*") networks.AddRange([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);
            else if (IPAddress.TryParse(part, out var address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(part, out var network)) networks.Add(network);
            else throw Refused($"The setting {section.Path}:{name} is a list of addresses and networks like 10.0.0.1;192.168.0.0/16, or *; '{part}' is neither.");
        }

        return networks;
    }

    private static string[] OriginsOf(string? text)
    {
        var origins = Parts(text);
        foreach (var origin in origins)
        {
            if (origin != "*" && !(Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.GetLeftPart(UriPartial.Authority) == origin))
                throw Refused($"The setting Fhir:CorsOrigins is a list of origins like https://app.example.org, or *; '{origin}' is no origin.");
        }

        return origins;
    }

    internal static string[] Parts(string? text) =>
        (text ?? "").Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? BaseUrlOf(string? text)
    {
        if (text is null or "") return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? text.TrimEnd('/')
            : throw Refused($"The setting Fhir:BaseUrl is an absolute http or https URL, not '{text}'.");
    }

    internal static FhirException Refused(string diagnostics) => new(Issue.Invalid(diagnostics));
}
