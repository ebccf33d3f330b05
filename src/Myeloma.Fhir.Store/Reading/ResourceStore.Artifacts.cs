namespace Myeloma.Fhir.Store;

/// <summary>Who has which url and version.</summary>
public sealed partial class ResourceStore
{
    private const string DoubledText = """
        SELECT d.type, d.id, o.id, count(*) OVER ()
        FROM artifact_identity d JOIN artifact_identity o ON o.type = d.type AND o.hash = d.hash AND NOT o.doubled
        WHERE d.doubled ORDER BY d.type, d.id LIMIT $1
        """;

    /// <summary>Resources whose url and version another one of their type has, too, since both were stored before that was looked at.</summary>
    /// <param name="count">Most of them to be named.</param>
    /// <returns>Each with the other one, in the order of their keys, and how many there are.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<(IReadOnlyList<(ResourceKey Key, ResourceKey Other)> Doubled, long Total)> DoubledArtifactsAsync(int count, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(DoubledText);
            command.Parameters.Add(new() { Value = count });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            List<(ResourceKey, ResourceKey)> doubled = [];
            var total = 0L;
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                doubled.Add((new ResourceKey(reader.GetString(0), reader.GetString(1)), new ResourceKey(reader.GetString(0), reader.GetString(2))));
                total = reader.GetInt64(3);
            }

            return (doubled, total);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
