using System.Globalization;
using Myeloma.Fhir.Model.Issues;
using Npgsql;

namespace Myeloma.Fhir.Store.Closures;

/// <summary>A concept that a client has put into a closure table.</summary>
public readonly record struct ClosureConcept(string System, string Code);

/// <summary>That one concept is above another of the same system.</summary>
public readonly record struct ClosureEntry(string System, string Code, string Ancestor);

/// <summary>What a client is told of its closure table.</summary>
/// <param name="Version">Number of the table's state after the request; rises with each concept that was new.</param>
public sealed record ClosureChange(int Version, IReadOnlyList<ClosureEntry> Entries);

/// <summary>The closure tables of clients: the concepts of each, and the entries in the order they were told. https://hl7.org/fhir/R4/terminology-service.html#closure</summary>
/// <remarks>
/// The row of a table is locked while it grows, so that callers at the same table wait for each other, on whichever server; those at other tables do not.
/// Every method throws <see cref="FhirException"/> with <c>transient</c> when PostgreSQL can't be reached.
/// </remarks>
public sealed class ClosureTable(NpgsqlDataSource dataSource)
{
    private const string StartText = "INSERT INTO closure (name, version) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET version = 0 RETURNING id";

    private const string EmptyText = "WITH gone AS (DELETE FROM closure_entry WHERE closure_id = $1) DELETE FROM closure_concept WHERE closure_id = $1";

    private const string AddConceptsText = "INSERT INTO closure_concept (closure_id, system, code) SELECT $1, * FROM unnest($2::text[], $3::text[])";

    private const string AddEntriesText = "INSERT INTO closure_entry (closure_id, version, system, code, ancestor) SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])";

    /// <summary>Begins a table, or begins it anew: empty, at version 0.</summary>
    public Task StartAsync(string name, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await using var start = Command(connection, StartText, name);
            var id = (long)(await start.ExecuteScalarAsync(cancellationToken))!;
            await using var empty = Command(connection, EmptyText, id);
            await empty.ExecuteNonQueryAsync(cancellationToken);
            return 0;
        },
        cancellationToken);

    /// <summary>Adds concepts, and tells what is new since a version, by default since before this request.</summary>
    /// <param name="relate">The entries that known and new concepts make; called while the table is held.</param>
    /// <param name="since">The version after which entries are told; null: those of this request.</param>
    /// <param name="maxConcepts">How many concepts a table may have.</param>
    /// <exception cref="FhirException">
    /// <c>not-found</c>: no table of that name was begun; <c>invalid</c>: a version that the table has not reached; <c>too-costly</c>: more concepts than allowed. Nothing is changed then.
    /// </exception>
    public Task<ClosureChange> ExtendAsync(
        string name, IReadOnlyList<ClosureConcept> concepts, Func<IReadOnlyList<ClosureConcept>, IReadOnlyList<ClosureConcept>, IReadOnlyList<ClosureEntry>> relate, int? since, int maxConcepts,
        CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            var (id, version) = await HoldAsync(connection, name, cancellationToken);
            if (since > version)
                throw new FhirException(Issue.Invalid(string.Create(CultureInfo.InvariantCulture, $"The closure table '{name}' is at version {version} and has not reached {since}: it was begun anew. Begin it again, and send its concepts.")));
            var known = concepts.Count == 0 ? [] : await ConceptsAsync(connection, id, cancellationToken);
            List<ClosureConcept> fresh = [.. concepts.Distinct().Except(known)];
            if (known.Count + fresh.Count > maxConcepts)
                throw new FhirException(Issue.TooCostly(string.Create(CultureInfo.InvariantCulture, $"A closure table may have {maxConcepts} concepts (setting Fhir:Terminology:MaxClosureConcepts); '{name}' has {known.Count}.")));
            var from = since ?? version;
            if (fresh.Count > 0) await AddAsync(connection, id, ++version, fresh, relate(known, fresh), cancellationToken);
            return new ClosureChange(version, await EntriesAsync(connection, id, from, cancellationToken));
        },
        cancellationToken);

    private static async Task<(long Id, int Version)> HoldAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT id, version FROM closure WHERE name = $1 FOR UPDATE", name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt32(1)) : throw new FhirException(
            Issue.NotFound($"There is no closure table '{name}'; begin it by $closure with the parameter 'name' alone."));
    }

    private static async Task<List<ClosureConcept>> ConceptsAsync(NpgsqlConnection connection, long id, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT system, code FROM closure_concept WHERE closure_id = $1", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var concepts = new List<ClosureConcept>();
        while (await reader.ReadAsync(cancellationToken)) concepts.Add(new ClosureConcept(reader.GetString(0), reader.GetString(1)));
        return concepts;
    }

    private static async Task<List<ClosureEntry>> EntriesAsync(NpgsqlConnection connection, long id, int since, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT system, code, ancestor FROM closure_entry WHERE closure_id = $1 AND version > $2 ORDER BY version, system, code, ancestor", id, since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<ClosureEntry>();
        while (await reader.ReadAsync(cancellationToken)) entries.Add(new ClosureEntry(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return entries;
    }

    private static async Task AddAsync(
        NpgsqlConnection connection, long id, int version, IReadOnlyList<ClosureConcept> fresh, IReadOnlyList<ClosureEntry> entries, CancellationToken cancellationToken)
    {
        await using var raise = Command(connection, "UPDATE closure SET version = $2 WHERE id = $1", id, version);
        await raise.ExecuteNonQueryAsync(cancellationToken);
        await using var concepts = Command(connection, AddConceptsText, id, fresh.Select(each => each.System).ToArray(), fresh.Select(each => each.Code).ToArray());
        await concepts.ExecuteNonQueryAsync(cancellationToken);
        await using var added = Command(
            connection, AddEntriesText, id, version, entries.Select(each => each.System).ToArray(), entries.Select(each => each.Code).ToArray(), entries.Select(each => each.Ancestor).ToArray());
        await added.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await run(connection);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, params object[] values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
