using Testcontainers.PostgreSql;

namespace Myeloma.Fhir.TestSupport;

/// <summary>
/// PostgreSQL in a container, one a process; compiled only with <c>-p:Testcontainers=true</c>. The container is removed with the process
/// (by Testcontainers' own reaper also when the process is killed).
/// </summary>
internal static class ContainerPostgres
{
    /// <returns>The connection string of a user who may make databases.</returns>
    public static async Task<string> StartAsync()
    {
        var container = new PostgreSqlBuilder()
            .WithImage("docker.io/library/postgres:18-alpine")
            .WithCommand("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
            .Build();
        await container.StartAsync();
        return container.GetConnectionString();
    }
}
