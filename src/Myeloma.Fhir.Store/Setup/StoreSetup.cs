using Npgsql;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>Brings a database to the layout this program knows, and opens it.</summary>
public static class StoreSetup
{
    /// <summary>Applies the missing migrations, all in one transaction under an advisory lock: servers may start at once.</summary>
    /// <exception cref="Model.Issues.FhirException">
    /// <c>not-supported</c> when the database has a migration this program does not know; <c>transient</c> when it can't be reached.
    /// </exception>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The pool all parts of a server share; closed by disposing it.</summary>
    public static NpgsqlDataSource Open(string connectionString, StoreOptions options) => throw new NotImplementedException();

    /// <summary>Gives every parameter its id, a new one where it has none yet.</summary>
    /// <returns>One each, in the order of <paramref name="parameters"/>.</returns>
    /// <remarks>A parameter that is new, or whose definition changed, is pending when resources of its type exist; else it is indexed at once.</remarks>
    public static Task<IReadOnlyList<RegisteredSearchParameter>> SearchParameterIdsAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SearchParameterIdentity> parameters, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
