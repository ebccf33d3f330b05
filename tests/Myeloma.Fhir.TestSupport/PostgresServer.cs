using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.EmbeddedPostgres;
using Npgsql;

namespace Myeloma.Fhir.TestSupport;

/// <summary>
/// The PostgreSQL that tests run on: the one that <c>MYELOMA_TEST_POSTGRES</c> names (a connection string of a user who may make
/// databases); with <c>-p:Testcontainers=true</c> one in a container; else an embedded one, started at the first use.
/// </summary>
/// <remarks>
/// The test projects of one <c>dotnet test</c> are processes of their own and share one embedded cluster: its folder lies in the temporary
/// folder and is named after the checkout, the first process to come starts with it empty, the last one to leave removes it. A test never
/// uses the server's own databases but makes its own with <see cref="CreateDatabaseAsync(string)"/>.
/// </remarks>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);

    private readonly string adminConnectionString;

    private PostgresServer(string adminConnectionString) => this.adminConnectionString = adminConnectionString;

    /// <summary>The server of this process; the first caller starts it.</summary>
    public static Task<PostgresServer> GetAsync() => Shared.Value;

    /// <summary>A connection string to a database of the server's, for making databases and looking at the whole server.</summary>
    public string AdminConnectionString => adminConnectionString;

    /// <summary>
    /// Makes a database that later ones are copied from, once; callers that come meanwhile, also in other processes, wait.
    /// </summary>
    /// <param name="name">
    /// Names the content, in small letters, digits and <c>_</c>, at most 30 of them. Builds of the product that differ never share one.
    /// </param>
    /// <param name="fill">Gets the new database's connection string; must leave no session open (pools are cleared afterwards).</param>
    /// <returns>The template's full name, for <see cref="CreateDatabaseAsync(string)"/>.</returns>
    public async Task<string> TemplateAsync(string name, Func<string, Task> fill)
    {
        var template = $"myeloma_test_{name}_{ProductBuild.Fingerprint}";
        await using var connection = new NpgsqlConnection(adminConnectionString);
        await connection.OpenAsync();
        var lockKey = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(template)));
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({lockKey.ToString(CultureInfo.InvariantCulture)})");
        try
        {
            if (await ExistsAsync(connection, template))
                return template;

            // The name is given to a whole template only, so that a fill that failed leaves nothing that looks like one.
            var filling = template + "_new";
            await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {filling} WITH (FORCE)");
            await ExecuteAsync(connection, $"CREATE DATABASE {filling}");
            var fillConnectionString = For(filling, pooling: false);
            await fill(fillConnectionString);
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(connection, $"ALTER DATABASE {filling} RENAME TO {template}");
            return template;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({lockKey.ToString(CultureInfo.InvariantCulture)})");
        }
    }

    /// <summary>A new database with the content of a template of <see cref="TemplateAsync"/>.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string template) => await CreateAsync($" TEMPLATE {template} STRATEGY FILE_COPY");

    /// <summary>A new database with nothing in it.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync() => await CreateAsync(string.Empty);

    internal async Task DropAsync(string database)
    {
        await using var connection = new NpgsqlConnection(adminConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
    }

    private async Task<TestDatabase> CreateAsync(string from)
    {
        var database = $"myeloma_test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(adminConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"CREATE DATABASE {database}{from}");
        return new TestDatabase(this, database, For(database, pooling: true));
    }

    private string For(string database, bool pooling) =>
        new NpgsqlConnectionStringBuilder(adminConnectionString) { Database = database, Pooling = pooling }.ConnectionString;

    private static async Task<PostgresServer> StartAsync()
    {
        var named = Environment.GetEnvironmentVariable("MYELOMA_TEST_POSTGRES");
        if (!string.IsNullOrWhiteSpace(named))
            return new PostgresServer(Unpooled(named));
#if TESTCONTAINERS
        return new PostgresServer(Unpooled(await ContainerPostgres.StartAsync()));
#else
        return new PostgresServer(Unpooled(await EmbeddedAsync()));
#endif
    }

#if !TESTCONTAINERS
    private static async Task<string> EmbeddedAsync()
    {
        var checkout = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RepositoryRoot.Folder)).AsSpan(0, 6));
        var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions
        {
            DataFolder = Path.Combine(Path.GetTempPath(), $"myeloma-fhir-tests-{Environment.UserName}-{checkout}"),
            Database = "postgres",
            Temporary = true,
            Settings = new Dictionary<string, string> { ["max_connections"] = "300", ["autovacuum"] = "off" },
        });
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.StopAsync().GetAwaiter().GetResult();
        return cluster.ConnectionString;
    }
#endif

    /// <summary>An idle pooled session in a database would forbid to copy or to drop it.</summary>
    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string database)
    {
        await using var command = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        command.Parameters.AddWithValue(database);
        return await command.ExecuteScalarAsync() is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        // Names in these statements are made here of letters, digits and underscores; PostgreSQL takes no parameters in them.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
