using Npgsql;

namespace Myeloma.Fhir.Store.CodeSets;

/// <summary>How often resources that say what codes mean were changed, on whichever server: counted in the transaction of each write, so that the count goes up when the change is seen.</summary>
/// <remarks>Who reads the count first and the resources after it never takes an older state for that count.</remarks>
internal static class TerminologyGeneration
{
    /// <summary>Found by the name of the setting; 0 when there was never a change.</summary>
    public const string FindText = "coalesce((SELECT value::bigint FROM setting WHERE name = 'terminology-generation'), 0)";

    public const string AdvanceText = """
        INSERT INTO setting (name, value) VALUES ('terminology-generation', '1')
        ON CONFLICT (name) DO UPDATE SET value = (setting.value::bigint + 1)::text
        """;

    /// <summary>Tells the other servers, once the change is committed. Who advances the count waits for others who do, so that this makes nobody wait more.</summary>
    public const string NotifyText = $"SELECT pg_notify('{TerminologyPings.Channel}', '')";

    /// <summary>The place of the count among what is kept in memory; no resource has such a type.</summary>
    public static readonly ResourceKey Key = new("", "terminology-generation");

    /// <summary>The resource types that count.</summary>
    public static readonly string[] Types = ["CodeSystem", "ConceptMap", "ValueSet"];

    public static async Task<long> FindAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        command.CommandText = $"SELECT {FindText}";
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
