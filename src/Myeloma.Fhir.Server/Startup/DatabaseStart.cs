using Microsoft.Extensions.Logging.Abstractions;
using Myeloma.Fhir.EmbeddedPostgres;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Setup;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>Brings the database up: PostgreSQL, its layout, the search parameters, our own package, the seeds.</summary>
internal sealed partial class DatabaseStart(ServerOptions options, string? connectionString, ServerState state, ILogger<DatabaseStart> logger) : IAsyncDisposable
{
    private PostgresCluster? cluster;
    private StoreDatabase? database;
    private CurrentSearchParameters? searchParameters;
    private JobQueue? jobs;

    /// <summary>All steps up to a server that can work.</summary>
    /// <exception cref="EmbeddedPostgresException">PostgreSQL can't be found, made or started.</exception>
    /// <exception cref="Model.Issues.FhirException">The database can't be reached, or belongs to a newer program.</exception>
    public async Task<FhirServices> OpenAsync(CancellationToken cancellationToken)
    {
        // The schema takes a processor while PostgreSQL's start mostly waits.
        var schema = Task.Run(() => R4Schema.Instance.SearchParameters.Count, cancellationToken);
        state.Step = "PostgreSQL is being started.";
        var address = connectionString ?? await StartClusterAsync(cancellationToken);
        await schema;

        state.Step = "The database is being opened.";
        searchParameters = new CurrentSearchParameters(options.InlineReindexLimit, LogSearchParameter);
        database = await StoreDatabase.OpenAsync(address, options.Store, TimeProvider.System, searchParameters.Extract, cancellationToken);
        jobs = new JobQueue(database.Jobs);
        await searchParameters.AttachAsync(database, jobs, cancellationToken);
        var services = new FhirServices(database, jobs, searchParameters, options, TimeProvider.System, LogReport);
        await FillAsync(services, cancellationToken);
        await TellDoubledAsync(cancellationToken);
        return services;
    }

    /// <summary>For a command that works on the database without a server: the same settings, no seeds.</summary>
    public static DatabaseStart ForCommands(string? dataFolder)
    {
        var configuration = ServerConfiguration.Read();
        var options = ServerOptions.From(configuration) with { LoadSeeds = false };
        if (dataFolder is not null) options = options with { DataFolder = dataFolder };
        return new DatabaseStart(options, configuration.GetConnectionString("Fhir"), new ServerState(), NullLogger<DatabaseStart>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        if (searchParameters is not null) await searchParameters.DisposeAsync();
        jobs?.Dispose();
        if (database is not null) await database.DisposeAsync();
        if (cluster is not null) await cluster.DisposeAsync();
    }

    private async Task FillAsync(FhirServices services, CancellationToken cancellationToken)
    {
        var folder = options.LoadSeeds ? SeedLoading.FindFolder(options) : null;
        var fingerprint = await ContentMark.FingerprintAsync(folder, cancellationToken);
        if (await ContentMark.IsCurrentAsync(services, fingerprint, cancellationToken)) return;

        // Of servers that start at once one fills the database; the others wait, and then mostly find nothing left to do.
        state.Step = "Another server fills the database.";
        await using var filling = await database!.HoldForFillingAsync(cancellationToken);
        await searchParameters!.FollowAsync(cancellationToken);
        if (await ContentMark.IsCurrentAsync(services, fingerprint, cancellationToken)) return;

        // What is loaded is found by its tag. https://hl7.org/fhir/R4/search.html#tag
        state.Step = "Stored resources are being indexed anew.";
        await searchParameters.IndexNowAsync(cancellationToken);
        state.Step = "The package is being installed.";
        await SeedLoading.InstallPackageAsync(services, cancellationToken);
        if (folder is not null)
        {
            state.Step = "The seed documents are being loaded.";
            var written = await SeedLoading.LoadSeedsAsync(services, folder, cancellationToken);
            LogSeeds(folder, written);
        }

        await ContentMark.SetAsync(services, fingerprint, cancellationToken);

        // Loading needs several times what serving does; nobody waits yet, so that the rest is given back now instead of kept for good.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private async Task TellDoubledAsync(CancellationToken cancellationToken)
    {
        var (doubled, total) = await database!.Store.DoubledArtifactsAsync(10, cancellationToken);
        if (total > 0) LogDoubled(total, string.Join(", ", doubled.Select(each => $"{each.Key} (as {each.Other})")));
    }

    private async Task<string> StartClusterAsync(CancellationToken cancellationToken)
    {
        var wanted = new PostgresClusterOptions();
        if (options.DataFolder is { Length: > 0 } folder) wanted = wanted with { DataFolder = Path.GetFullPath(folder) };
        cluster = await PostgresCluster.StartAsync(wanted, cancellationToken);
        LogCluster(cluster.DataFolder);
        return cluster.ConnectionString;
    }

    private void LogReport(string text, Exception? exception) => LogValidator(exception, text);

    private void LogSearchParameter(string text, Exception? exception) => LogSearchParameter(exception, text);

    [LoggerMessage(20, LogLevel.Information, "PostgreSQL runs in {Folder}.")]
    private partial void LogCluster(string folder);

    [LoggerMessage(23, LogLevel.Error, "{Text}")]
    private partial void LogValidator(Exception? exception, string text);

    [LoggerMessage(22, LogLevel.Information, "Seed documents of {Folder}: {Written} resources written.")]
    private partial void LogSeeds(string folder, int written);

    [LoggerMessage(26, LogLevel.Warning, "{Total} resources have a url and version that another one of their type has, too, since before that was refused: {Some}. Which of them a canonical means is not certain; give them other versions, or delete them.")]
    private partial void LogDoubled(long total, string some);

    [LoggerMessage(21, LogLevel.Warning, "{Text}")]
    private partial void LogSearchParameter(Exception? exception, string text);
}
