using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Migrations;
using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>Brings a database to the layout this program knows, and opens it.</summary>
public static class StoreSetup
{
    /// <summary>Names this program's migrations among the advisory locks of the database ("myeloma" in ASCII).</summary>
    private const long MigrationLock = 0x6D79656C6F6D61;

    /// <summary>The migrations this program knows, in their order.</summary>
    private static readonly string[] Known =
    [
        .. typeof(StoreContext).Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Applies the missing migrations, all or none, under an advisory lock: servers may start at once.</summary>
    /// <exception cref="FhirException">
    /// <c>not-supported</c> when the database has a migration this program does not know; <c>transient</c> when it can't be reached.
    /// </exception>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            // Not pooled: the lock belongs to the session, and a migration leaves nothing behind for others.
            var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0, Multiplexing = false };
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);

            var applied = await AppliedAsync(connection, cancellationToken);
            if (applied.Except(Known).ToList() is { Count: > 0 } unknown)
                throw new FhirException(Issue.NotSupported(
                    $"The database was set up by a newer version of this program (migration {unknown[0]}); start that version, or restore a backup."));
            if (applied.Count == Known.Length) return;

            await using var context = StoreContext.On(connection);
            await context.Database.MigrateAsync(cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>The pool all parts of a server share; closed by disposing it.</summary>
    public static NpgsqlDataSource Open(string connectionString, StoreOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = options.MaxConnections,
            MaxAutoPrepare = 256,
            AutoPrepareMinUsages = 2,
            // The sessions carry no state from one use to the next, so that the round of resetting them is saved.
            NoResetOnClose = true,
            ApplicationName = "Myeloma.Fhir",
        };
        settings.Options = $"{settings.Options} -c statement_timeout={(long)options.StatementTimeout.TotalMilliseconds} -c jit=off -c TimeZone=UTC -c DateStyle=ISO -c idle_in_transaction_session_timeout={(long)options.WriteTimeout.TotalMilliseconds}".Trim();
        settings.CommandTimeout = (int)Math.Ceiling(Math.Max(options.StatementTimeout.TotalSeconds, options.WriteTimeout.TotalSeconds)) + 5;
        return new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableArrays().Build();
    }

    /// <summary>Gives every parameter its id, a new one where it has none yet.</summary>
    /// <param name="completeAt">When these are all parameters in use: the count of changes as of which they are. Others are pending then, should they come back.</param>
    /// <returns>One each, in the order of <paramref name="parameters"/>.</returns>
    /// <remarks>A parameter that is new, or whose definition changed, is pending when resources of its type exist; else it is indexed at once.</remarks>
    public static async Task<IReadOnlyList<RegisteredSearchParameter>> SearchParameterIdsAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SearchParameterIdentity> parameters, CancellationToken cancellationToken, long? completeAt = null)
    {
        try
        {
            return await SearchParameterTable.RegisterAsync(dataSource, parameters, completeAt, cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>The registry with the ids that its parameters have in this database, and whether their index rows are there.</summary>
    public static async Task<SearchParameterRegistry> WithIdsAsync(
        NpgsqlDataSource dataSource, SearchParameterRegistry registry, CancellationToken cancellationToken)
    {
        var registered = await SearchParameterIdsAsync(dataSource, [.. registry.Indexed.Select(SearchParameterIdentity.Of)], cancellationToken);
        return registry.WithIds([.. registered.Select(one => (one.Id, one.Status == SearchParameterStatus.Indexed))]);
    }

    private static async Task<List<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var exists = new NpgsqlCommand($"SELECT to_regclass('{StoreContext.HistoryTable}') IS NOT NULL", connection))
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true) return [];

        await using var command = new NpgsqlCommand($"SELECT \"MigrationId\" FROM {StoreContext.HistoryTable}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> ids = [];
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetString(0));
        return ids;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
