using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>What a server or a machine that ended by force leaves behind.</summary>
[Trait("Category", "Postgres")]
public sealed class ClusterAfterKillTests : ClusterTest
{
    private const int Kill = 9;

    [Fact]
    public async Task A_PostgreSQL_whose_server_was_killed_is_taken_over_with_all_that_was_committed_and_stopped_in_the_end()
    {
        using var killed = await OtherProcess.StartAsync(Folder);
        await Sql.RunAsync(killed.ConnectionString, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        var postmaster = Running!.ProcessId;
        await killed.KillAsync();

        var cluster = await PostgresCluster.StartAsync(Options);

        Assert.True(cluster.WasRunning);
        Assert.Equal(postmaster, Running!.ProcessId);
        Assert.Equal(killed.ConnectionString, cluster.ConnectionString);
        Assert.Equal(7, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT n FROM kept"));
        await cluster.StopAsync();
        Assert.Null(Running);
    }

    [Fact]
    public async Task After_server_and_PostgreSQL_were_both_killed_what_was_committed_is_there_and_what_was_not_is_not()
    {
        using var killed = await OtherProcess.StartAsync(Folder);
        await Sql.RunAsync(killed.ConnectionString, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        var open = Sql.RunAsync(killed.ConnectionString, "BEGIN; INSERT INTO kept VALUES (8); SELECT pg_sleep(60)");
        await Task.Delay(200);
        var postmaster = Running!.ProcessId;
        await killed.KillAsync();
        await EndedAsync(postmaster, Kill);
        Assert.True(File.Exists(Files.PostmasterFile));

        await using var cluster = await PostgresCluster.StartAsync(Options);

        Assert.False(cluster.WasRunning);
        Assert.NotEqual(postmaster, Running!.ProcessId);
        Assert.Equal(7L, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT sum(n) FROM kept"));
        await Assert.ThrowsAnyAsync<Exception>(() => open);
    }

    [Fact]
    public async Task A_pid_file_whose_number_belongs_to_another_program_today_does_not_hinder_the_start()
    {
        await (await PostgresCluster.StartAsync(Options)).StopAsync();
        await File.WriteAllTextAsync(
            Files.PostmasterFile,
            $"{Environment.ProcessId}\n{Files.Data}\n1700000000\n5432\n{Files.SocketFolder}\n\n  1234567  7\nready   \n");

        await using var cluster = await PostgresCluster.StartAsync(Options);

        Assert.False(cluster.WasRunning);
        Assert.NotEqual(Environment.ProcessId, Running!.ProcessId);
        Assert.Equal(1, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_whose_making_was_interrupted_is_made_anew()
    {
        Directory.CreateDirectory(Files.Initializing);
        await File.WriteAllTextAsync(Path.Combine(Files.Initializing, "PG_VERSION"), "15\n");

        await using var cluster = await PostgresCluster.StartAsync(Options);

        Assert.Equal(1, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT 1"));
        Assert.False(Directory.Exists(Files.Initializing));
    }

    [Fact]
    public async Task PostgreSQL_has_a_session_of_its_own_so_that_a_Ctrl_C_for_the_server_does_not_reach_it()
    {
        await using var cluster = await PostgresCluster.StartAsync(Options);

        if (OperatingSystem.IsLinux())
            Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(Running!.ProcessId));
    }

    /// <summary>The sixth field of <c>/proc/{id}/stat</c>, counted behind the name, which may hold blanks.</summary>
    private static string SessionOf(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
    }
}
