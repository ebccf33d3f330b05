using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>History: current and superseded versions together, newest first, by keyset.</summary>
public sealed partial class ResourceStore
{
    /// <summary>A page of versions, newest first.</summary>
    /// <returns>No versions, total 0, for a key or a type that was never used.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a cursor that no page gave.</exception>
    /// <remarks>
    /// https://hl7.org/fhir/R4/http.html#history. Pages never repeat a version. With <see cref="HistoryQuery.Since"/> versions are left out that are no older than a write that is still under way:
    /// once it commits they come all together, so that nothing appears below where a reader already was.
    /// </remarks>
    public async Task<HistoryPage> HistoryAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.Count);
        var before = query.Cursor is null ? long.MaxValue : Rid.FromCursor(query.Cursor);
        var since = query.Since is { } instant ? Rid.First(instant) : 0;
        try
        {
            var horizon = query is { Since: not null, Id: null }
                ? Rid.First(await FindHorizonAsync(cancellationToken))
                : long.MaxValue;
            if (query.At is { } period) horizon = Math.Min(horizon, Rid.First(period.End));
            await using var command = CreateCommand(HistoryText(query));
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min(before, horizon) });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = query.Count + 1L });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = options.CountLimit + 1L });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = horizon });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = query.At is { } at ? Rid.First(DateTimeOffset.FromUnixTimeMilliseconds(at.Start.ToUnixTimeMilliseconds() + 1)) : 0 });
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

    /// <summary>$1 only rids below, $2 only from that rid, $3 most rows, $4 most rows counted, $5 counted only rids below, $6 only versions without a successor before that rid, $7 type, $8 id.</summary>
    private static string HistoryText(HistoryQuery query)
    {
        var what = query switch
        {
            { Id: not null } => "v.type = $7 AND v.id = $8 AND ",
            { Type: not null } => "v.type = $7 AND ",
            _ => "",
        };
        var superseded = query.At is null ? "" : """
             AND NOT EXISTS (SELECT 1 FROM resource n WHERE n.type = v.type AND n.id = v.id AND n.version = v.version + 1 AND n.rid < $6)
             AND NOT EXISTS (SELECT 1 FROM resource_history n WHERE n.type = v.type AND n.id = v.id AND n.version = v.version + 1 AND n.rid < $6)
            """;
        return $"""
            (SELECT rid, type, id, version, deleted, method, body, NULL::bigint AS total FROM (
                (SELECT * FROM resource v WHERE {what}rid < $1 AND rid >= $2 ORDER BY rid DESC LIMIT $3)
                UNION ALL
                (SELECT * FROM resource_history v WHERE {what}rid < $1 AND rid >= $2{superseded} ORDER BY rid DESC LIMIT $3)) AS version
             ORDER BY rid DESC LIMIT $3)
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*) FROM (
                (SELECT rid FROM resource v WHERE {what}rid >= $2 AND rid < $5 LIMIT $4)
                UNION ALL
                (SELECT rid FROM resource_history v WHERE {what}rid >= $2 AND rid < $5{superseded} LIMIT $4)) AS counted
            """;
    }
}
