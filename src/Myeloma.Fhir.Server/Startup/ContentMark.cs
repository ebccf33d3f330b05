using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>What a database was last filled with: a Basic resource with a fingerprint, so that a start finds out with one read that nothing is to be done.</summary>
/// <remarks>What a user changes of it afterwards is therefore left alone until the package, the loader or a document changes.</remarks>
internal static class ContentMark
{
    private const string Id = "content-of-this-server";

    /// <summary>A hash over the loader's build, which holds the package, and the seed documents with their origins.</summary>
    /// <param name="folder">Null: no seeds.</param>
    public static async Task<string> FingerprintAsync(string? folder, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(typeof(DocumentLoader).Module.ModuleVersionId.ToByteArray());
        if (folder is not null && Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
                hash.AppendData(await File.ReadAllBytesAsync(file, cancellationToken));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether the database was last filled with just that.</summary>
    public static async Task<bool> IsCurrentAsync(FhirServices services, string fingerprint, CancellationToken cancellationToken) =>
        await services.Store.FindAsync(new ResourceKey("Basic", Id), cancellationToken) is { IsDeleted: false } mark
        && mark.Body.Span.IndexOf(Encoding.UTF8.GetBytes(fingerprint)) >= 0;

    /// <summary>Notes that the database is filled with that.</summary>
    public static async Task SetAsync(FhirServices services, string fingerprint, CancellationToken cancellationToken) =>
        await services.Update.HandleAsync(
            new ResourceKey("Basic", Id),
            Encoding.UTF8.GetBytes($$$"""
                {"resourceType":"Basic","id":"{{{Id}}}","identifier":[{"system":"http://myeloma-fhir.org/fhir/NamingSystem/content-fingerprint","value":"{{{fingerprint}}}"}],"code":{"text":"What the product has put into this database"}}
                """),
            ifMatch: null,
            cancellationToken);
}
