using Npgsql;
using Xunit;

namespace Myeloma.Fhir.EmbeddedPostgres.Tests;

/// <summary>Folders, rights, settings and the address of a cluster.</summary>
[Trait("Category", "Postgres")]
public sealed class ClusterSetupTests : ClusterTest
{
    [Fact]
    public async Task The_connection_string_leads_to_the_database_with_a_password_of_its_own_through_a_private_socket()
    {
        await using var cluster = await PostgresCluster.StartAsync(Options with { Database = "plans" });
        var address = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);

        Assert.Equal("plans", await Sql.ScalarAsync(cluster.ConnectionString, "SELECT current_database()"));
        Assert.Equal(48, address.Password!.Length);
        address.Password = "wrong";
        await Assert.ThrowsAsync<PostgresException>(() => Sql.RunAsync(address.ConnectionString, "SELECT 1"));
        if (OperatingSystem.IsWindows())
            return;

        Assert.Equal(Files.SocketFolder, address.Host);
        Assert.Equal(string.Empty, await Sql.ScalarAsync(cluster.ConnectionString, "SHOW listen_addresses"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files.PasswordFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Files.Cluster));
    }

    [Fact]
    public async Task A_server_s_cluster_is_durable_and_its_text_is_UTF8_in_code_order()
    {
        await using var cluster = await PostgresCluster.StartAsync(Options);

        Assert.Equal("on", await Sql.ScalarAsync(cluster.ConnectionString, "SHOW fsync"));
        Assert.Equal("on", await Sql.ScalarAsync(cluster.ConnectionString, "SHOW synchronous_commit"));
        Assert.Equal("UTF8", await Sql.ScalarAsync(cluster.ConnectionString, "SHOW server_encoding"));
        Assert.Equal("C", await Sql.ScalarAsync(cluster.ConnectionString, "SELECT datcollate FROM pg_database WHERE datname = 'fhir'"));
    }

    [Fact]
    public async Task A_changed_setting_takes_effect_with_the_next_start()
    {
        await (await PostgresCluster.StartAsync(Options)).StopAsync();

        await using var cluster = await PostgresCluster.StartAsync(
            Options with { Settings = new Dictionary<string, string> { ["work_mem"] = "5MB", ["application_name"] = "it's" } });

        Assert.Equal("5MB", await Sql.ScalarAsync(cluster.ConnectionString, "SHOW work_mem"));
        Assert.Equal("it's", await Sql.ScalarAsync(cluster.ConnectionString, "SHOW application_name"));
    }

    [Fact]
    public async Task A_server_that_runs_as_root_lets_PostgreSQL_run_as_somebody_else()
    {
        await using var cluster = await PostgresCluster.StartAsync(Options);
        if (!OperatingSystem.IsLinux())
            return;

        var own = UserOf(Environment.ProcessId);
        var postgres = UserOf(Running!.ProcessId);

        if (own == "0")
            Assert.NotEqual("0", postgres);
        else
            Assert.Equal(own, postgres);
    }

    [Fact]
    public async Task Root_is_told_when_the_folder_can_not_be_reached_by_the_user_that_PostgreSQL_runs_as()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return;
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var closed = Path.Combine(Folder, "below");

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresCluster.StartAsync(Options with { DataFolder = closed, OwnerUser = "nobody" }));

        Assert.StartsWith(
            $"PostgreSQL refuses to run as root and therefore runs as the user 'nobody', who can't enter {closed}/cluster "
            + "(a folder above it is closed to others). Name a folder with --data that every user can reach, such as /var/lib/myeloma-fhir, "
            + "or open the way: chmod o+x on the folders above.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_root_s_that_is_closed_to_others_is_opened_just_enough_to_pass_through()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Folder, Closed);

        await using var cluster = await PostgresCluster.StartAsync(Options);

        Assert.Equal(Environment.IsPrivilegedProcess ? Closed | UnixFileMode.OtherExecute : Closed, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_named_in_the_error()
    {
        await File.WriteAllTextAsync(Folder, "I am a file.");
        try
        {
            var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresCluster.StartAsync(Options));
            Assert.StartsWith($"The data folder {Folder} can't be used: ", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(Folder);
        }
    }

    [Fact]
    public async Task A_start_that_PostgreSQL_refuses_shows_the_end_of_its_log_and_leaves_nothing_running()
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresCluster.StartAsync(
            Options with { Settings = new Dictionary<string, string> { ["shared_buffers"] = "plenty" } }));

        Assert.Contains("PostgreSQL's log ends:", error.Message, StringComparison.Ordinal);
        Assert.Contains("invalid value for parameter \"shared_buffers\": \"plenty\"", error.Message, StringComparison.Ordinal);
        Assert.Null(Running);
        await (await PostgresCluster.StartAsync(Options)).StopAsync();
    }

    [Fact]
    public async Task A_folder_made_for_another_database_is_refused()
    {
        await (await PostgresCluster.StartAsync(Options)).StopAsync();

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresCluster.StartAsync(Options with { Database = "other" }));

        Assert.Equal($"The data folder {Folder} was made for the database 'fhir', not for 'other'.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Fhir")]
    [InlineData("fhir; DROP TABLE x")]
    [InlineData("1fhir")]
    public async Task A_database_s_name_is_plain(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PostgresCluster.StartAsync(Options with { Database = name }));

    [Fact]
    public async Task A_folder_whose_path_is_long_and_odd_works_like_any_other()
    {
        var odd = Path.Combine(Folder, "it's; a = \"long\" $name `with` blanks", new string('x', 100));

        await using var cluster = await PostgresCluster.StartAsync(Options with { DataFolder = odd });

        Assert.Equal(1, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_folder_with_blanks_and_quotes_that_still_holds_its_socket_works_like_any_other()
    {
        var odd = Path.Combine(Folder, "it's; a \"b\"");

        await using var cluster = await PostgresCluster.StartAsync(Options with { DataFolder = odd });

        Assert.Equal(1, await Sql.ScalarAsync(cluster.ConnectionString, "SELECT 1"));
    }

    private static string UserOf(int processId) =>
        File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
