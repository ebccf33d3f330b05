using System.Security.Cryptography;

namespace Myeloma.Fhir.TestSupport;

/// <summary>Tells one build of the product and of the test from another.</summary>
internal static class ProductBuild
{
    /// <summary>Twelve hexadecimal digits over the content of our assemblies beside the test.</summary>
    public static string Fingerprint { get; } = Compute();

    private static string Compute()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory, "Myeloma.Fhir.*.dll").Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(path));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }
}
