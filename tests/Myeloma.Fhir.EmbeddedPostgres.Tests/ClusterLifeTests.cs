using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>Making, starting and stopping a cluster, alone and together with other servers.</summary>
[Trait("Category", "Postgres")]
public sealed class ClusterLifeTests : ClusterTest
{
    [Fact]
    public async Task Data_of_a_cluster_are_there_after_it_was_stopped_and_started_again()
    {
        var first = await PostgresCluster.StartAsync(Options);
        await Sql.RunAsync(first.ConnectionString, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        await first.StopAsync();
        Assert.Null(Running);

        await using var second = await PostgresCluster.StartAsync(Options);

        Assert.False(second.WasRunning);
        Assert.Equal(7, await Sql.ScalarAsync(second.ConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_on_one_folder_share_one_PostgreSQL_until_the_last_leaves()
    {
        var both = await Task.WhenAll(PostgresCluster.StartAsync(Options), PostgresCluster.StartAsync(Options));
        Assert.Equal(both[0].ConnectionString, both[1].ConnectionString);
        Assert.Single(both, cluster => cluster.WasRunning);

        await both[0].StopAsync();
        Assert.Equal(1, await Sql.ScalarAsync(both[1].ConnectionString, "SELECT 1"));

        await both[1].StopAsync();
        Assert.Null(Running);
    }

    [Fact]
    public async Task A_server_that_leaves_does_not_stop_a_PostgreSQL_that_another_process_uses()
    {
        using var other = await OtherProcess.StartAsync(Folder);
        var mine = await PostgresCluster.StartAsync(Options);
        Assert.True(mine.WasRunning);

        await mine.StopAsync();
        Assert.Equal(1, await Sql.ScalarAsync(other.ConnectionString, "SELECT 1"));

        await other.LeaveAsync();
        Assert.Null(Running);
    }

    [Fact]
    public async Task Stopping_twice_is_stopping_once()
    {
        await using var other = await PostgresCluster.StartAsync(Options);
        var cluster = await PostgresCluster.StartAsync(Options);

        await cluster.StopAsync();
        await cluster.StopAsync();

        Assert.Equal(1, await Sql.ScalarAsync(other.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_temporary_cluster_is_removed_by_the_last_and_begins_empty_whatever_a_killed_process_left()
    {
        var temporary = Options with { Temporary = true, Database = "postgres" };
        var crashed = await PostgresCluster.StartAsync(temporary);
        await Sql.RunAsync(crashed.ConnectionString, "CREATE TABLE gone ()");
        var abandoned = Running!.ProcessId;
        foreach (var lockFile in Directory.GetFiles(Files.InUse))
            File.Move(lockFile, lockFile + ".held-by-no-living-process");

        var next = await PostgresCluster.StartAsync(temporary);

        Assert.NotEqual(abandoned, Running!.ProcessId);
        Assert.Equal(0L, await Sql.ScalarAsync(next.ConnectionString, "SELECT count(*) FROM pg_tables WHERE tablename = 'gone'"));
        await next.StopAsync();
        Assert.False(Directory.Exists(Files.Cluster));
    }
}
