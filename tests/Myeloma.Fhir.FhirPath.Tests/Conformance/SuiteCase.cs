using System.Text.Json;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Conformance;

/// <summary>One case of the FHIR R4 FHIRPath suite.</summary>
public sealed record SuiteCase(
    string Id, string Expression, string? Input, bool Predicate, bool Ordered, bool CheckOrderedFunctions, string? Mode, string? Invalid,
    IReadOnlyList<SuiteOutput> Outputs)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Folder => ConformanceFolder.Suite("fhirpath");

    public static IReadOnlyList<SuiteCase> ReadAll()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "cases.json")));
        return document.RootElement.GetProperty("cases").Deserialize<List<SuiteCase>>(Options)!;
    }
}

public sealed record SuiteOutput(string? Type, string? Value);
