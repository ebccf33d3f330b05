using System.Diagnostics.Metrics;
using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Reindexing;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Server.Asynchronous;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Hooks;
using Myeloma.Fhir.Server.Metrics;
using Myeloma.Fhir.Server.Negotiation;
using Myeloma.Fhir.Server.OpenApi;
using Myeloma.Fhir.Server.Packages;
using Myeloma.Fhir.Server.Pages;
using Myeloma.Fhir.Server.Subscriptions;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>The running server: it listens at once, and answers when the database is open and filled.</summary>
public sealed partial class FhirServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly DatabaseStart database;
    private readonly ServerState state;
    private readonly Admission admission;
    private JobRunner? runner;
    private PastSweeping? sweeping;
    private SubscriptionRunner? subscriptions;
    private FormLoading? forms;
    private ReleaseFolder? releases;

    private FhirServer(WebApplication app, DatabaseStart database, ServerState state, Admission admission)
    {
        this.app = app;
        this.database = database;
        this.state = state;
        this.admission = admission;
    }

    /// <summary>Why the start failed; null when it did not.</summary>
    public Exception? StartFault { get; private set; }

    /// <summary>The addresses it listens on, once it does.</summary>
    public ICollection<string> Urls => app.Urls;

    /// <summary>Completes when requests are worked on; faults with <see cref="StartFault"/>.</summary>
    public Task Ready { get; private set; } = Task.CompletedTask;

    /// <summary>Puts the server together; nothing is started yet.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a setting that can't be read.</exception>
    internal static FhirServer Build(ServeArguments arguments, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = ServerConfiguration.Folder });
        builder.Configuration.AddConfiguration(ServerConfiguration.Read());
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);
        if (arguments.Urls is not null) builder.Configuration["Urls"] = arguments.Urls;
        if (arguments.DataFolder is not null) builder.Configuration["Fhir:DataFolder"] = arguments.DataFolder;
        var options = ServerOptions.From(builder.Configuration);
        ConfigureKestrel(builder, options);
        builder.WebHost.UseKestrelHttpsConfiguration();

        var state = new ServerState();
        var admission = new Admission(options.MaxConcurrentRequests, options.MaxQueuedRequests);
        builder.Services.AddSingleton(options).AddSingleton(state).AddSingleton(TimeProvider.System)
            .AddTransient(_ => ReaderOf(state))
            .AddTransient(_ => new TerminologyTrial(state.Services!.Operations, options, admission))
            .AddTransient(_ => new ExpressionTrial(state.Services!.Expressions, options, admission))
            .AddTransient(_ => new LintTrial(state.Services!.Linting, admission))
            .AddTransient(_ => new ReviewTrial(state.Services!, options, admission))
            .AddTransient(_ => new ValidationTrial(state.Services!.Validate, options, admission));
        if (options.Compression) AddCompression(builder);
        var app = builder.Build();
        if (options.Compression) app.UseResponseCompression();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(15) });
        var edge = new FhirEdge(options, state, admission, app.Services.GetRequiredService<ILogger<FhirEdge>>());
        app.Use(next => context => edge.InvokeAsync(context, next));
        app.UseRouting();
        app.MapHealth(state);
        if (options.Metrics) app.MapMetrics();
        app.MapPages();
        app.MapOpenApi(state, options);
        if (options.CdsHooks) app.MapCdsHooks(state, options, admission);
        app.MapPackages(state, options, admission);

        var database = new DatabaseStart(options, builder.Configuration.GetConnectionString("Fhir"), state, app.Services.GetRequiredService<ILogger<DatabaseStart>>());
        return new FhirServer(app, database, state, admission);
    }

    /// <summary>Listens, brings the database up, and returns when it is told to stop or the start has failed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        try
        {
            await Ready;
            LogReady(string.Join(", ", app.Urls));
            await app.WaitForShutdownAsync(cancellationToken);
        }
        catch (Exception fault) when (StartFault is not null || app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (StartFault is null && fault is not OperationCanceledException) throw;
        }
    }

    /// <summary>Listens and begins to bring the database up; <see cref="Ready"/> tells the end of that.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await app.StartAsync(cancellationToken);
        Ready = OpenAsync(app.Lifetime.ApplicationStopping);
    }

    /// <summary>Stops listening, lets requests in flight end, and leaves the database; our own PostgreSQL stops when no other server uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (subscriptions is not null) await subscriptions.DisposeAsync();
        if (state.Services is { } services) await services.WebSockets.DisposeAsync();
        if (runner is not null) await runner.DisposeAsync();
        if (sweeping is not null) await sweeping.DisposeAsync();
        if (forms is not null) await forms.DisposeAsync();
        if (releases is not null) await releases.DisposeAsync();
        await database.DisposeAsync();
        admission.Dispose();
    }

    private async Task OpenAsync(CancellationToken stopping)
    {
        try
        {
            // Off the caller's thread, so that a first request is answered (503) while the schema is read.
            var services = await Task.Run(() => database.OpenAsync(stopping), stopping);
            runner = RunnerOf(services);
            sweeping = new PastSweeping(services.Store, app.Services.GetRequiredService<ILogger<PastSweeping>>());
            subscriptions = new SubscriptionRunner(
                services, app.Services.GetRequiredService<ServerOptions>(), app.Services.GetRequiredService<IMeterFactory>().Create(MetricsEndpoint.SubscriptionMeter), TimeProvider.System, app.Services.GetRequiredService<ILogger<SubscriptionRunner>>());
            app.Lifetime.ApplicationStopping.Register(services.WebSockets.Close);
            forms = new FormLoading(services.Definitions, services.Concepts, services.TerminologyPings, app.Services.GetRequiredService<IMeterFactory>().Create(MetricsEndpoint.TerminologyMeter), LogJob);
            services.Prepared.Measure(app.Services.GetRequiredService<IMeterFactory>().Create(MetricsEndpoint.TerminologyMeter));
            services.Store.BeginHot(app.Services.GetRequiredService<IMeterFactory>().Create(MetricsEndpoint.StoreMeter));
            state.Open(services);
            if (app.Services.GetRequiredService<ServerOptions>().ReleaseFolder is { } folder) releases = new ReleaseFolder(services, folder, app.Services.GetRequiredService<ILogger<ReleaseFolder>>());
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            StartFault = fault;
            throw;
        }
    }

    private JobRunner RunnerOf(FhirServices services)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        var meter = app.Services.GetRequiredService<IMeterFactory>().Create(MetricsEndpoint.JobMeter);
        IJobKind[] kinds = [
            new RecordedRequestKind(services, options, LogJob),
            new ReindexKind(services.Store, services.SearchParameters, Math.Min(1, options.Async.MaxRunning)),
            .. services.BulkJobs(options, TimeProvider.System),
        ];
        return new JobRunner(services.Jobs, kinds, options.Async.Retention, meter, TimeProvider.System, LogJob);
    }

    /// <summary>What the pages read with; they are only asked for when the server is ready.</summary>
    private static KnowledgeReader ReaderOf(ServerState state)
    {
        var services = state.Services!;
        return new KnowledgeReader(services.Store, (type, parameters) => SearchRequest.Bind(
            type, parameters, services.SearchParameters.Registry, new SearchOptions { MaxCount = KnowledgeReader.ListLimit, Strict = true }));
    }

    private static void AddCompression(WebApplicationBuilder builder) => builder.Services
        .AddResponseCompression(compression =>
        {
            // Nothing secret stands beside what a client chooses, so that the size of an answer gives nothing away.
            compression.EnableForHttps = true;
            compression.MimeTypes = [FhirFormat.FhirJson, FhirFormat.FhirXml, FhirFormat.Json, FhirFormat.Xml, FhirFormat.TextJson, "text/xml", "application/fhir+ndjson", "text/html", "text/css", "image/svg+xml"];
        })
        .Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest)
        .Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);

    private static void ConfigureKestrel(WebApplicationBuilder builder, ServerOptions options) =>
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // What is somewhat longer than allowed reaches the edge, so that it gets an OperationOutcome; what is longer still Kestrel refuses by itself.
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes + (1L << 20);
            kestrel.Limits.MaxRequestLineSize = Math.Max(64 * 1024, options.MaxUrlLength + 1024);
            kestrel.Limits.MaxRequestBufferSize = Math.Max(1 << 20, kestrel.Limits.MaxRequestLineSize);
        });

    private void LogJob(string text, Exception? fault) => LogJob(app.Logger, fault, text);

    [LoggerMessage(30, LogLevel.Error, "{Text}")]
    private static partial void LogJob(ILogger logger, Exception? fault, string text);

    private void LogReady(string urls) => LogReady(app.Logger, urls);

    [LoggerMessage(10, LogLevel.Information, "Ready on {Urls}.")]
    private static partial void LogReady(ILogger logger, string urls);
}
