using System.Diagnostics.Metrics;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Jobs;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Jobs;

/// <summary>A node beside the server, on the same database, that knows kinds of jobs of the tests.</summary>
internal sealed class JobNode : IAsyncDisposable
{
    private readonly StoreDatabase database;
    private readonly Meter meter = new("Tests");
    private readonly JobRunner runner;

    private JobNode(StoreDatabase database, IJobKind[] kinds)
    {
        this.database = database;
        Queue = new JobQueue(database.Jobs);
        runner = new JobRunner(Queue, kinds, TimeSpan.FromHours(1), meter, TimeProvider.System, (_, _) => { });
    }

    public JobQueue Queue { get; }

    public static async Task<JobNode> StartAsync(string connectionString, params IJobKind[] kinds) => new(
        await StoreDatabase.OpenAsync(connectionString, new StoreOptions { MaxConnections = 4 }, TimeProvider.System, _ => new IndexRows(), CancellationToken.None), kinds);

    public async Task<string> AddAsync(string kind, string request, bool runsAlone = false)
    {
        var id = JobQueue.NewId();
        Assert.True(await Queue.AddAsync(new NewJob(id, kind, System.Text.Encoding.UTF8.GetBytes(request), RunsAlone: runsAlone), 100, CancellationToken.None));
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await runner.DisposeAsync();
        Queue.Dispose();
        meter.Dispose();
        await database.DisposeAsync();
    }
}
