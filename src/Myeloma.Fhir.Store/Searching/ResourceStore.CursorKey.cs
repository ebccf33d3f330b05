using System.Security.Cryptography;
using Myeloma.Fhir.Store.Searching;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>The key that signs paging links: one for a database, so that the servers on it take each other's links, over restarts too.</summary>
public sealed partial class ResourceStore
{
    private const string CursorKeyText = "SELECT value FROM setting WHERE name = 'cursor-key'";

    private CursorSeal? seal;

    private async ValueTask<CursorSeal> SealAsync(CancellationToken cancellationToken)
    {
        if (seal is not null) return seal;
        await using (var make = dataSource.CreateCommand("INSERT INTO setting (name, value) SELECT 'cursor-key', $1 WHERE NOT EXISTS (" + CursorKeyText + ") ON CONFLICT (name) DO NOTHING"))
        {
            make.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Convert.ToHexString(RandomNumberGenerator.GetBytes(CursorSeal.KeyBytes)) });
            await make.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await using var read = dataSource.CreateCommand(CursorKeyText);
        return seal = new CursorSeal(Convert.FromHexString((string)(await read.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!));
    }
}
