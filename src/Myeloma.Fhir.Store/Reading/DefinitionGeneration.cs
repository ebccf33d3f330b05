using Npgsql;

namespace Myeloma.Fhir.Store.Reading;

/// <summary>How often resources that canonicals lead to were changed, on whichever server: counted in the transaction of each write, so that the count goes up when the change is seen.</summary>
/// <remarks>Who reads the count first and the resources after it never takes an older state for that count.</remarks>
internal static class DefinitionGeneration
{
    public const string AdvanceText = """
        INSERT INTO setting (name, value) VALUES ('definition-generation', '1')
        ON CONFLICT (name) DO UPDATE SET value = (setting.value::bigint + 1)::text
        """;

    private const string FindText = "SELECT coalesce((SELECT value::bigint FROM setting WHERE name = 'definition-generation'), 0)";

    /// <summary>The place of the count among what is kept in memory; no resource has such a type.</summary>
    public static readonly ResourceKey Key = new("", "definition-generation");

    public static async Task<long> FindAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(FindText);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
