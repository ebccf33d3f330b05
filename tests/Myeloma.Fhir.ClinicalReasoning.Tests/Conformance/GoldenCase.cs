using System.Text.Json;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;

/// <summary>One case of the suite that other people wrote: definitions and data, and what applying gives.</summary>
internal sealed class GoldenCase(string folder)
{
    private readonly JsonElement json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json"))).RootElement;

    public static IEnumerable<string> Names => Directory.GetDirectories(ConformanceFolder.Suite("apply")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public string Name => Path.GetFileName(folder);

    public JsonElement Expected => json.GetProperty("expected");

    public bool IsPlan => json.GetProperty("operation").GetString() == "PlanDefinition/$apply";

    public JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name))).RootElement;

    public ResourceDocument Definition => Loaded.Single(document => $"{document.ResourceType}/{document.Id}" == json.GetProperty("definition").GetString());

    private List<ResourceDocument> Loaded => [.. json.GetProperty("load").EnumerateArray().SelectMany(name => Opened(ResourceDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name.GetString()!)))))];

    public byte[] ToCarePlan() => new PlanDefinitionApply(Sources).ToCarePlan(Definition.Root, Request);

    public byte[] ToBundle() => new PlanDefinitionApply(Sources).ToBundle(Definition.Root, Request);

    public byte[] ToRequest() => new ActivityDefinitionApply(Sources).Apply(Definition.Root, Request);

    private ApplySources Sources => new() { Definitions = url => [.. Loaded.Where(document => document.Root.TextOf("url") == url)] };

    private ApplyRequest Request => new()
    {
        Subject = json.GetProperty("subject").GetString()!,
        Now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Encounter = Argument("encounter"),
        Practitioner = Argument("practitioner"),
        Data = [.. Loaded.Select(document => document.Root)],
        Variables = new Dictionary<string, Collection>(),
    };

    private string? Argument(string name) => json.GetProperty("arguments").TryGetProperty(name, out var value) ? value.GetString() : null;

    private static List<ResourceDocument> Opened(ResourceDocument document)
    {
        if (document.ResourceType != "Bundle") return [document];
        var inside = new List<ResourceDocument>();
        foreach (var entry in document.Root.Children("entry"))
            if (entry.Child("resource") is { } resource) inside.AddRange(Opened(ResourceDocument.Of(resource)));
        return inside;
    }
}
