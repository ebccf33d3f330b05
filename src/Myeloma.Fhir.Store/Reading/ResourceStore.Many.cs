using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Reads of several current versions in one statement.</summary>
public sealed partial class ResourceStore
{
    private const string ManyText = """
        SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body
        FROM unnest($1::text[], $2::text[]) AS k(type, id)
        JOIN resource r ON r.type = k.type COLLATE "C" AND r.id = k.id COLLATE "C"
        """;

    /// <summary>Who has just written thousands knows them all: NOT IN of a subquery is always hashed, an anti-join of arrays of unknown length is not.</summary>
    private const string ChangedText = """
        SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body
        FROM unnest($1::text[]) AS t(type)
        CROSS JOIN LATERAL (
            SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body
            FROM resource r
            WHERE r.type = t.type COLLATE "C" AND r.rid >= $2
                AND (r.type, r.id, r.version) NOT IN (
                    SELECT k.type COLLATE "C", k.id COLLATE "C", k.version FROM unnest($3::text[], $4::text[], $5::integer[]) AS k(type, id, version))
            ORDER BY r.rid
            LIMIT $6) AS r
        ORDER BY r.rid
        LIMIT $6
        """;

    /// <summary>Most versions of one read that enter the memory of current versions.</summary>
    private const int MaxKept = 500;

    /// <summary>The current versions of several keys, deletions among them.</summary>
    /// <returns>In no order; keys that were never used are left out.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<IReadOnlyList<ResourceVersion>> FindAsync(IReadOnlyCollection<ResourceKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return [];
        var versions = new List<ResourceVersion>(keys.Count);
        var missing = new List<ResourceKey>();
        foreach (var key in keys)
        {
            if (pinned is null && hot.Find(key) is { } version) versions.Add(version);
            else missing.Add(key);
        }

        if (missing.Count == 0) return versions;

        // Whoever asks for very many will hardly ask for them again.
        var tickets = pinned is null && hot.Bodies is not null && missing.Count <= MaxKept ? missing.Distinct().ToDictionary(key => key, hot.Begin) : null;
        foreach (var version in await ReadManyAsync(
            ManyText,
            [
                new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(key => key.Type)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(key => key.Id)] },
            ],
            cancellationToken))
        {
            versions.Add(version);
            if (tickets is not null) hot.Add(version, tickets[version.Key]);
        }

        return versions;
    }

    /// <summary>The current versions of some types that came to be since an instant, deletions among them: for who follows what other servers write.</summary>
    /// <param name="since">A version counts by its lastUpdated, which may lie before its commit by as much as <see cref="StoreOptions.WriteTimeout"/>.</param>
    /// <param name="known">Versions that are left out.</param>
    /// <param name="count">Most versions to return; more are found with the last one's lastUpdated.</param>
    /// <returns>Oldest first.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public Task<IReadOnlyList<ResourceVersion>> ChangedAsync(
        IReadOnlyList<string> types, DateTimeOffset since, IReadOnlyCollection<(ResourceKey Key, int VersionId)> known, int count, CancellationToken cancellationToken) =>
        ReadManyAsync(
            ChangedText,
            [
                new NpgsqlParameter<string[]> { TypedValue = [.. types] },
                new NpgsqlParameter<long> { TypedValue = Rid.First(since) },
                new NpgsqlParameter<string[]> { TypedValue = [.. known.Select(each => each.Key.Type)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. known.Select(each => each.Key.Id)] },
                new NpgsqlParameter<int[]> { TypedValue = [.. known.Select(each => each.VersionId)] },
                new NpgsqlParameter<int> { TypedValue = count },
            ],
            cancellationToken);

    private async Task<IReadOnlyList<ResourceVersion>> ReadManyAsync(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var command = CreateCommand(text);
                foreach (var parameter in parameters) command.Parameters.Add(parameter.Clone());
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                var versions = new List<ResourceVersion>();
                while (await reader.ReadAsync(cancellationToken)) versions.Add(ReadVersion(reader));
                return versions;
            }
            catch (Exception exception) when (Reading.Reads.IsDeadConnection(exception, attempt, dataSource, cancellationToken))
            {
            }
            catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }
}
