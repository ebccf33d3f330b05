using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Npgsql;

namespace Myeloma.Fhir.Store.Concepts;

/// <summary>How much belongs to the concepts of a code system.</summary>
public readonly record struct ContentSize(int Concepts, int Designations, int Properties);

/// <summary>The concepts of code systems that do not travel in a resource, each content under the hash of what it says, and the compiled forms of them.</summary>
/// <remarks>
/// A content is there as a whole or not at all, and never changes. src/decisions/concept-tables.md has the reasons. Every method throws <see cref="Model.Issues.FhirException"/> with
/// <c>transient</c> when PostgreSQL can't be reached.
/// </remarks>
public sealed class ConceptContents(NpgsqlDataSource dataSource)
{
    /// <summary>Names the locks of contents that are being written ("mfcc" in ASCII).</summary>
    private const int LockClass = 0x6D666363;

    private const string AddText = "INSERT INTO concept_content (hash, concepts, designations, properties) VALUES ($1, $2, $3, $4) RETURNING id";

    /// <summary>Who imports what is there already is about to name it, so that it is not removed now.</summary>
    private const string UseText = "UPDATE concept_content SET imported = clock_timestamp() WHERE hash = $1 RETURNING id";

    /// <summary>What was imported a moment ago may be named in the next.</summary>
    private const string UnnamedText = "DELETE FROM concept_content WHERE hash <> ALL ($1) AND imported < clock_timestamp() - interval '1 hour' RETURNING id";

    private const string RemoveText = "WITH c AS (DELETE FROM concept WHERE content_id = $1), d AS (DELETE FROM concept_designation WHERE content_id = $1) DELETE FROM concept_property WHERE content_id = $1";

    /// <summary>Stores concepts under their hash, unless they are there.</summary>
    /// <param name="progress">Told the concepts that are written, some thousands at a time.</param>
    /// <returns>Whether they had to be written.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>value</c>: a text holds what is no character, or U+0000. Nothing is stored then.</exception>
    public Task<bool> AddAsync(string hash, IReadOnlyList<ConceptSource> concepts, IProgress<int>? progress, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await LockAsync(connection, hash, cancellationToken);
            await using (var use = Command(connection, UseText, hash))
                if (await use.ExecuteScalarAsync(cancellationToken) is not null) return false;
            await using var add = Command(connection, AddText, hash, concepts.Count, concepts.Sum(each => each.Designations.Count), concepts.Sum(each => each.Properties.Count));
            var id = (long)(await add.ExecuteScalarAsync(cancellationToken))!;
            await ConceptRows.WriteAsync(connection, id, concepts, progress, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Whether there is any content.</summary>
    public Task<bool> AnyAsync(CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await using var command = Command(connection, "SELECT 1 FROM concept_content LIMIT 1");
            return await command.ExecuteScalarAsync(cancellationToken) is not null;
        },
        cancellationToken);

    /// <returns>The concepts in the order they were published; null when there are none of that hash.</returns>
    public Task<IReadOnlyList<ConceptSource>?> FindAsync(string hash, CancellationToken cancellationToken) => InTransactionAsync(
        async connection => await SizeAsync(connection, hash, cancellationToken) is { } content ? await ConceptRows.ReadAsync(connection, content.Id, content.Size, cancellationToken) : null,
        cancellationToken);

    /// <param name="rules">By which it was compiled: <see cref="ConceptForm.RulesOf"/>.</param>
    /// <returns>Null when it was not kept, or in another layout.</returns>
    public Task<ConceptForm?> FindFormAsync(string hash, string rules, CancellationToken cancellationToken) => InTransactionAsync(
        async connection => await SizeAsync(connection, hash, cancellationToken) is { } content ? await FormParts.ReadAsync(connection, content.Id, rules, cancellationToken) : null,
        cancellationToken);

    /// <summary>Whether a form compiled by these rules is kept.</summary>
    public Task<bool> HasFormAsync(string hash, string rules, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await using var command = Command(connection, "SELECT 1 FROM concept_form f JOIN concept_content c ON c.id = f.content_id WHERE c.hash = $1 AND f.rules = $2 LIMIT 1", hash, rules);
            return await command.ExecuteScalarAsync(cancellationToken) is not null;
        },
        cancellationToken);

    /// <summary>Keeps a compiled form for other servers and later starts; one that is kept already stays.</summary>
    public Task KeepFormAsync(string hash, string rules, ConceptForm form, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await LockAsync(connection, hash, cancellationToken);
            if (await SizeAsync(connection, hash, cancellationToken) is { } content) await FormParts.WriteAsync(connection, content.Id, rules, form, cancellationToken);
            return 0;
        },
        cancellationToken);

    /// <summary>Removes contents that no CodeSystem names, but for those of the last hour.</summary>
    /// <returns>How many.</returns>
    public Task<int> RemoveUnnamedAsync(IReadOnlyCollection<string> named, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            var ids = new List<long>();
            await using (var unnamed = Command(connection, UnnamedText, [named.ToArray()]))
            await using (var reader = await unnamed.ExecuteReaderAsync(cancellationToken))
                while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetInt64(0));
            foreach (var id in ids)
            {
                await using var remove = Command(connection, RemoveText, id);
                await remove.ExecuteNonQueryAsync(cancellationToken);
            }

            return ids.Count;
        },
        cancellationToken);

    private static async Task<(long Id, ContentSize Size)?> SizeAsync(NpgsqlConnection connection, string hash, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT id, concepts, designations, properties FROM concept_content WHERE hash = $1", hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), new ContentSize(reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3))) : null;
    }

    private static async Task LockAsync(NpgsqlConnection connection, string hash, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"SELECT pg_advisory_xact_lock({LockClass}, hashtext($1))", hash);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One snapshot for all that is read, and as long as it takes: these are the largest things there are.</summary>
    private async Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var patience = new NpgsqlCommand("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0", connection) { CommandTimeout = 0 })
                await patience.ExecuteNonQueryAsync(cancellationToken);
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
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
