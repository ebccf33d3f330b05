using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>What a server remembers in the database beside resources.</summary>
public sealed partial class ResourceStore
{
    /// <returns>The value last kept under that name; null when there is none.</returns>
    public async Task<string?> FindSettingAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand("SELECT value FROM setting WHERE name = $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Keeps the value under that name, in place of an earlier one.</summary>
    public async Task SetSettingAsync(string name, string value, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(
                "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
