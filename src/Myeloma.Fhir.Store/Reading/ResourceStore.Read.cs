using System.Data;
using Myeloma.Fhir.Store.Reading;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Reads by key: one statement, one round trip, no transaction, the body untouched.</summary>
public sealed partial class ResourceStore
{
    private const string CurrentText = "SELECT rid, version, deleted, method, body FROM resource WHERE type = $1 AND id = $2";

    private const string VersionText = """
        SELECT rid, version, deleted, method, body FROM resource WHERE type = $1 AND id = $2 AND version = $3
        UNION ALL
        SELECT rid, version, deleted, method, body FROM resource_history WHERE type = $1 AND id = $2 AND version = $3
        """;

    /// <summary>The current version, which may be a deletion.</summary>
    /// <returns>Null when the key was never used.</returns>
    /// <remarks>https://hl7.org/fhir/R4/http.html#read</remarks>
    public ValueTask<ResourceVersion?> FindAsync(ResourceKey key, CancellationToken cancellationToken) =>
        pinned is null && hot.Find(key) is { } version ? new(version) : ReadCurrentAsync(key, cancellationToken);

    private async ValueTask<ResourceVersion?> ReadCurrentAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var ticket = pinned is null ? hot.Begin(key) : default;
                await using var command = CreateCommand(CurrentText);
                AddKey(command, key);
                var version = await ReadOneAsync(command, key, cancellationToken).ConfigureAwait(false);
                if (version is not null) hot.Add(version, ticket);
                return version;
            }
            catch (Exception exception) when (Reads.IsDeadConnection(exception, attempt, dataSource, cancellationToken))
            {
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    /// <summary>That version, current or past, which may be a deletion.</summary>
    /// <returns>Null when there is none of that number.</returns>
    /// <remarks>https://hl7.org/fhir/R4/http.html#vread</remarks>
    public async ValueTask<ResourceVersion?> FindVersionAsync(ResourceKey key, int versionId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var command = CreateCommand(VersionText);
                AddKey(command, key);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = versionId });
                return await ReadOneAsync(command, key, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (Reads.IsDeadConnection(exception, attempt, dataSource, cancellationToken))
            {
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    private static void AddKey(NpgsqlCommand command, ResourceKey key)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Type });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Id });
    }

    private static async ValueTask<ResourceVersion?> ReadOneAsync(NpgsqlCommand command, ResourceKey key, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;

        return new ResourceVersion(
            key, reader.GetInt32(1), Rid.LastUpdated(reader.GetInt64(0)), reader.GetBoolean(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4));
    }
}
