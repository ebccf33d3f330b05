using System.IO.Compression;

namespace Myeloma.Fhir.TestSupport;

/// <summary>The official definitions of R4, which are not part of the repository: <c>fhir-r4-definitions</c> beside the folder of the suites.</summary>
public static class DefinitionsFolder
{
    /// <summary>Absolute path; null when they are not on this machine.</summary>
    public static string? Path { get; } = Find();

    /// <summary>Why a test that needs them is skipped.</summary>
    public const string Reason = "The R4 definitions are not here: put them into fhir-r4-definitions beside the folder of the conformance suites.";

    /// <summary>The bundles, by file name in ordinal order, unpacked.</summary>
    /// <exception cref="InvalidOperationException">They are absent; the test lacks <see cref="DefinitionsFactAttribute"/>.</exception>
    public static IEnumerable<(string Name, byte[] Json)> Bundles()
    {
        foreach (var path in Directory.EnumerateFiles(Path ?? throw new InvalidOperationException(Reason), "*.json.gz").Order(StringComparer.Ordinal))
        {
            using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var json = new MemoryStream();
            packed.CopyTo(json);
            yield return (System.IO.Path.GetFileName(path), json.ToArray());
        }
    }

    private static string? Find()
    {
        if (ConformanceFolder.Path is not { } suites) return null;
        var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(suites)!, "fhir-r4-definitions");
        return Directory.Exists(beside) ? beside : null;
    }
}
