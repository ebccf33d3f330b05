using Microsoft.EntityFrameworkCore;
using Myeloma.Fhir.Store.Migrations;
using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>The table <c>search_parameter</c>: ids that stay the same for good, and whether index rows are there.</summary>
internal static class SearchParameterTable
{
    private const string Indexed = "indexed";
    private const string Pending = "pending";

    public static async Task<IReadOnlyList<RegisteredSearchParameter>> RegisterAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SearchParameterIdentity> parameters, long? completeAt, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Two servers that register at once would give one parameter two ids: the second one waits and then finds the first one's.
        await LockAsync(connection, cancellationToken);
        var rows = await ReadAsync(connection, cancellationToken);
        var missing = parameters.Where(parameter => !rows.TryGetValue((parameter.ResourceType, parameter.Url), out var row) || Differs(row, parameter)).ToList();
        if (missing.Count > 0)
        {
            await SaveAsync(connection, transaction, missing, await StoredTypesAsync(connection, cancellationToken), cancellationToken);
            rows = await ReadAsync(connection, cancellationToken);
        }

        if (completeAt is { } generation) await RetireAsync(connection, parameters, rows, generation, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. parameters.Select(parameter => Registered(parameter, rows[(parameter.ResourceType, parameter.Url)]))];
    }

    /// <summary>Notes that every current resource is indexed by these parameters, as far as they still have that definition.</summary>
    public static async Task MarkIndexedAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<(int Id, string DefinitionHash)> parameters, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"UPDATE search_parameter SET status = '{Indexed}' FROM unnest($1, $2) AS done (id, hash) WHERE search_parameter.id = done.id AND definition_hash = done.hash");
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. parameters.Select(parameter => parameter.Id)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. parameters.Select(parameter => parameter.DefinitionHash)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether current resources may lack rows of one of these parameters, as far as they still have that definition.</summary>
    public static async Task<bool> ArePendingAsync(NpgsqlDataSource dataSource, IReadOnlyList<(int Id, string DefinitionHash)> parameters, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT EXISTS (SELECT FROM search_parameter p JOIN unnest($1, $2) AS asked (id, hash) ON p.id = asked.id AND p.definition_hash = asked.hash WHERE p.status = '{Pending}')");
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. parameters.Select(parameter => parameter.Id)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. parameters.Select(parameter => parameter.DefinitionHash)] });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Parameters that are no longer in use are not indexed by from now on; should one come back, it is as if it were new.</summary>
    /// <remarks>Only when what is in use is what the database holds by now: another server may have brought a parameter in since it was read.</remarks>
    private static async Task RetireAsync(
        NpgsqlConnection connection, IReadOnlyList<SearchParameterIdentity> inUse, Dictionary<(string, string), SearchParameterRow> rows, long generation, CancellationToken cancellationToken)
    {
        var used = inUse.Select(parameter => (parameter.ResourceType, parameter.Url)).ToHashSet();
        int[] retired = [.. rows.Where(row => row.Value.Status == Indexed && !used.Contains(row.Key)).Select(row => row.Value.Id)];
        if (retired.Length == 0) return;
        await using var command = new NpgsqlCommand(
            $"UPDATE search_parameter SET status = '{Pending}' WHERE id = ANY($1) AND coalesce(({ResourceStore.GenerationText}), 0) = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = retired });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = generation });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task SaveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<SearchParameterIdentity> parameters,
        HashSet<string> storedTypes, CancellationToken cancellationToken)
    {
        await using var context = StoreContext.On(connection);
        await context.Database.UseTransactionAsync(transaction, cancellationToken);
        var known = await context.SearchParameters.ToDictionaryAsync(row => (row.ResourceType, row.Url), cancellationToken);
        foreach (var parameter in parameters)
        {
            var status = storedTypes.Contains(parameter.ResourceType) ? Pending : Indexed;
            if (known.TryGetValue((parameter.ResourceType, parameter.Url), out var row))
            {
                if (row.DefinitionHash != parameter.DefinitionHash) row.Status = status;
                row.DefinitionHash = parameter.DefinitionHash;
                row.Code = parameter.Code;
                continue;
            }

            row = new SearchParameterRow
            {
                ResourceType = parameter.ResourceType,
                Url = parameter.Url,
                Code = parameter.Code,
                DefinitionHash = parameter.DefinitionHash,
                Status = status,
            };
            known.Add((parameter.ResourceType, parameter.Url), row);
            context.SearchParameters.Add(row);
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    /// <remarks>Plain Npgsql: nearly every start finds all parameters there and is spared the making of EF Core's model.</remarks>
    private static async Task<Dictionary<(string, string), SearchParameterRow>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id, resource_type, url, code, definition_hash, status FROM search_parameter", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<(string, string), SearchParameterRow> rows = [];
        while (await reader.ReadAsync(cancellationToken))
            rows.Add((reader.GetString(1), reader.GetString(2)), new SearchParameterRow
            {
                Id = reader.GetInt32(0),
                ResourceType = reader.GetString(1),
                Url = reader.GetString(2),
                Code = reader.GetString(3),
                DefinitionHash = reader.GetString(4),
                Status = reader.GetString(5),
            });
        return rows;
    }

    public static async Task<HashSet<string>> StoredTypesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT stored_types()", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        HashSet<string> types = [];
        while (await reader.ReadAsync(cancellationToken)) types.Add(reader.GetString(0));
        return types;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("LOCK TABLE search_parameter IN SHARE ROW EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool Differs(SearchParameterRow row, SearchParameterIdentity parameter) =>
        row.DefinitionHash != parameter.DefinitionHash || row.Code != parameter.Code;

    private static RegisteredSearchParameter Registered(SearchParameterIdentity identity, SearchParameterRow row) =>
        new(identity, row.Id, row.Status == Pending ? SearchParameterStatus.Pending : SearchParameterStatus.Indexed);
}
