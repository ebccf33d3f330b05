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
        NpgsqlDataSource dataSource, IReadOnlyList<SearchParameterIdentity> parameters, CancellationToken cancellationToken)
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

        await transaction.CommitAsync(cancellationToken);
        return [.. parameters.Select(parameter => Registered(parameter, rows[(parameter.ResourceType, parameter.Url)]))];
    }

    /// <summary>Notes that every current resource is indexed by these parameters.</summary>
    public static async Task MarkIndexedAsync(NpgsqlConnection connection, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        await using var context = StoreContext.On(connection);
        await context.SearchParameters.Where(row => ids.Contains(row.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, Indexed), cancellationToken);
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

    private static async Task<HashSet<string>> StoredTypesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
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
