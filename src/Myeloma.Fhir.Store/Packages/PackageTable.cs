using Myeloma.Fhir.Model.Issues;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Packages;

/// <summary>The FHIR packages of this database: the archives as they came, and what became of their resources.</summary>
/// <remarks>Every method throws <see cref="FhirException"/> with <c>transient</c> when PostgreSQL can't be reached.</remarks>
public sealed class PackageTable(NpgsqlDataSource dataSource)
{
    private const string ListText = "SELECT name, version, manifest, shasum, integrity, length(archive), published, installed FROM package";

    private const string AddText =
        "INSERT INTO package (name, version, manifest, archive, shasum, integrity) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name, version) DO NOTHING";

    /// <summary>What is there under that name and version stays, unless it is the same archive.</summary>
    private const string InstallText = """
        INSERT INTO package (name, version, manifest, archive, shasum, integrity, installed, contents) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7)
        ON CONFLICT (name, version) DO UPDATE SET installed = excluded.installed, contents = excluded.contents WHERE package.integrity = excluded.integrity
        """;

    /// <summary>All packages, or all versions of one, by name; versions in no order.</summary>
    /// <param name="name">Null for all.</param>
    public async Task<IReadOnlyList<KeptPackage>> ListAsync(string? name, CancellationToken cancellationToken)
    {
        var packages = new List<KeptPackage>();
        try
        {
            await using var command = dataSource.CreateCommand($"{ListText}{(name is null ? "" : " WHERE name = $1")} ORDER BY name, version");
            if (name is not null) command.Parameters.Add(new NpgsqlParameter { Value = name });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                packages.Add(new KeptPackage(
                    reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5),
                    reader.GetFieldValue<DateTimeOffset>(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7)));
            }
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }

        return packages;
    }

    /// <summary>The archive of a package.</summary>
    /// <returns>Null when there is none of that name and version.</returns>
    public Task<byte[]?> FindArchiveAsync(string name, string version, CancellationToken cancellationToken) =>
        FindAsync("SELECT archive FROM package WHERE name = $1 AND version = $2", name, version, cancellationToken);

    /// <summary>What became of the resources of a package when it was last installed.</summary>
    /// <returns>Null when there is none of that name and version, or it was never installed.</returns>
    public Task<byte[]?> FindContentsAsync(string name, string version, CancellationToken cancellationToken) =>
        FindAsync("SELECT contents FROM package WHERE name = $1 AND version = $2", name, version, cancellationToken);

    /// <summary>Keeps a package without installing it.</summary>
    /// <returns>False when there is one of that name and version; nothing was changed then.</returns>
    public async Task<bool> AddAsync(NewPackage package, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(AddText);
            AddValues(command.Parameters, package);
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Keeps packages in the transaction that writes their resources.</summary>
    /// <exception cref="FhirException"><c>business-rule</c>: another archive of that name and version is here.</exception>
    internal static async Task InstallAsync(NpgsqlConnection connection, IReadOnlyList<NewPackage> packages, CancellationToken cancellationToken)
    {
        foreach (var package in packages)
        {
            await using var command = new NpgsqlCommand(InstallText, connection);
            AddValues(command.Parameters, package);
            command.Parameters.Add(new NpgsqlParameter { Value = package.Contents is { } contents ? contents.ToArray() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0) throw new FhirException(Taken(package.Name, package.Version));
        }
    }

    /// <summary>What is told when a version is to be replaced by another archive: 422.</summary>
    public static Issue Taken(string name, string version) =>
        Issue.BusinessRule($"{name}#{version} is here already, with other content; what is published under a version stays. Publish it under another version.");

    private static void AddValues(NpgsqlParameterCollection parameters, NewPackage package)
    {
        parameters.Add(new NpgsqlParameter { Value = package.Name });
        parameters.Add(new NpgsqlParameter { Value = package.Version });
        parameters.Add(new NpgsqlParameter { Value = package.Manifest.ToArray() });
        parameters.Add(new NpgsqlParameter { Value = package.Archive.ToArray() });
        parameters.Add(new NpgsqlParameter { Value = package.Shasum });
        parameters.Add(new NpgsqlParameter { Value = package.Integrity });
    }

    private async Task<byte[]?> FindAsync(string text, string name, string version, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(text);
            command.Parameters.Add(new NpgsqlParameter { Value = name });
            command.Parameters.Add(new NpgsqlParameter { Value = version });
            return await command.ExecuteScalarAsync(cancellationToken) as byte[];
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
