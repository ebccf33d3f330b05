using System.Reflection;
using System.Text.Json;

namespace Myeloma.Fhir.Server.Conformance;

/// <summary>A suite of tests that others wrote, and what becomes of each on this release. The tests of this project hold that it is so.</summary>
/// <param name="Name">For people.</param>
/// <param name="Source">Where the suite is published.</param>
/// <param name="Licence">Of the suite.</param>
/// <param name="About">What is tested.</param>
/// <param name="Passing">Names, in ordinal order.</param>
/// <param name="Failing">Names with the reason.</param>
internal sealed record SuiteRecord(string Name, string Source, string Licence, string About, IReadOnlyList<string> Passing, IReadOnlyDictionary<string, string> Failing)
{
    private static readonly string[] Files = ["tx", "tx-fhir-org", "expand", "validate", "fhirpath", "patch", "apply"];

    /// <summary>In the order they are shown.</summary>
    public static IReadOnlyList<SuiteRecord> ReadAll() => [.. Files.Select(Read)];

    private static SuiteRecord Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Myeloma.Fhir.Server.Conformance.{file}.json")
            ?? throw new InvalidOperationException($"The results {file} are not embedded.");
        return JsonSerializer.Deserialize<SuiteRecord>(stream, JsonSerializerOptions.Web)!;
    }
}
