using Myeloma.Fhir.Store.Packages;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store;

/// <summary>Installation of packages.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Does all operations as <see cref="WriteAsync(IReadOnlyList{WriteOperation}, CancellationToken)"/> does, and keeps the packages they come from in the same transaction.</summary>
    /// <param name="operations">May be none: the packages are kept all the same.</param>
    /// <exception cref="Model.Issues.FhirException">As there; <c>business-rule</c>: another archive of the name and version of one of the packages is here.</exception>
    public Task<IReadOnlyList<WriteResult>> InstallAsync(IReadOnlyList<WriteOperation> operations, IReadOnlyList<NewPackage> packages, CancellationToken cancellationToken)
    {
        RefuseRepeatedKeys(operations);
        PendingWrite[] writes = [.. operations.Select(operation => new PendingWrite(operation))];
        return RepeatAsync(
            async (transaction, isStale) =>
            {
                if (isStale) writes = [.. operations.Select(operation => new PendingWrite(operation))];
                transaction.Closing = (connection, cancelled) => PackageTable.InstallAsync(connection, packages, cancelled);
                await transaction.RunAsync(writes, cancellationToken).ConfigureAwait(false);
                return writes;
            },
            null,
            cancellationToken);
    }
}
