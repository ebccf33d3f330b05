using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>History: current and superseded versions together, newest first, by keyset.</summary>
public sealed partial class ResourceStore
{
    /// <summary>A page of versions, newest first.</summary>
    /// <returns>No versions, total 0, for a key or a type that was never used.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a cursor that no page gave.</exception>
    /// <remarks>
    /// https://hl7.org/fhir/R4/http.html#history. Pages never repeat a version. A transaction that takes long to commit may appear below
    /// where a reader already is: who follows a system by <c>_since</c> asks again from a little before the last version seen.
    /// </remarks>
    public async Task<HistoryPage> HistoryAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.Count);
        var before = query.Cursor is null ? long.MaxValue : Rid.FromCursor(query.Cursor);
        var since = query.Since is { } instant ? Rid.First(instant) : 0;
        try
        {
            await using var command = dataSource.CreateCommand(HistoryText(query));
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = query.Count + 1L });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = options.CountLimit + 1L });
            if (query.Type is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = query.Type });
            if (query.Id is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = query.Id });
            return await ReadPageAsync(command, query, cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<HistoryPage> ReadPageAsync(NpgsqlCommand command, HistoryQuery query, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<ResourceVersion> versions = [];
        int? total = null;
        var last = 0L;
        var more = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            // The total comes as a row of its own without a rid, so that it is there for an empty page, too.
            if (await reader.IsDBNullAsync(0, cancellationToken))
            {
                var counted = reader.GetInt64(7);
                total = counted > options.CountLimit ? null : (int)counted;
            }
            else if (versions.Count == query.Count)
            {
                more = query.Count > 0;
            }
            else
            {
                last = reader.GetInt64(0);
                versions.Add(ReadVersion(reader));
            }
        }

        return new HistoryPage(versions, total, more ? Rid.ToCursor(last) : null);
    }

    /// <summary>A row of <c>rid, type, id, version, deleted, method, body</c>.</summary>
    private static ResourceVersion ReadVersion(NpgsqlDataReader reader) => new(
        new ResourceKey(reader.GetString(1), reader.GetString(2)),
        reader.GetInt32(3),
        Rid.LastUpdated(reader.GetInt64(0)),
        reader.GetBoolean(4),
        reader.GetString(5),
        reader.GetFieldValue<byte[]>(6));

    /// <summary>$1 only rids below, $2 only from that rid, $3 most rows, $4 most rows counted, $5 type, $6 id.</summary>
    private static string HistoryText(HistoryQuery query)
    {
        var what = query switch
        {
            { Id: not null } => "type = $5 AND id = $6 AND ",
            { Type: not null } => "type = $5 AND ",
            _ => "",
        };
        return $"""
            (SELECT rid, type, id, version, deleted, method, body, NULL::bigint AS total FROM (
                (SELECT * FROM resource WHERE {what}rid < $1 AND rid >= $2 ORDER BY rid DESC LIMIT $3)
                UNION ALL
                (SELECT * FROM resource_history WHERE {what}rid < $1 AND rid >= $2 ORDER BY rid DESC LIMIT $3)) AS version
             ORDER BY rid DESC LIMIT $3)
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*) FROM (
                (SELECT rid FROM resource WHERE {what}rid >= $2 LIMIT $4)
                UNION ALL
                (SELECT rid FROM resource_history WHERE {what}rid >= $2 LIMIT $4)) AS counted
            """;
    }
}
