using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>What a database was last filled with: a fingerprint among the settings of the database, so that a start finds out with one read that nothing is to be done.</summary>
/// <remarks>What a user changes of the content afterwards is therefore left alone until the package, the loader or a document changes.</remarks>
internal static class ContentMark
{
    private const string Name = "content-fingerprint";

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
        await services.Store.FindSettingAsync(Name, cancellationToken) == fingerprint;

    /// <summary>Notes that the database is filled with that.</summary>
    public static Task SetAsync(FhirServices services, string fingerprint, CancellationToken cancellationToken) =>
        services.Store.SetSettingAsync(Name, fingerprint, cancellationToken);
}
