using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Firely.Tests;

/// <summary>Every resource of <c>fhir-resources/</c> through the SDK's strict parsers and back, in JSON and XML.</summary>
public sealed class PackageTests
{
    private static readonly JsonSerializerOptions Json = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(RepositoryRoot.Folder, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_resource_passes_the_strict_parser_and_comes_back_as_it_was(string path)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine(path));

        var resource = JsonSerializer.Deserialize<Resource>(text, Json)!;
        var written = JsonSerializer.Serialize(resource, Json);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(written)), written);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_resource_comes_back_from_XML_as_it_was(string path)
    {
        var resource = JsonSerializer.Deserialize<Resource>(File.ReadAllText(RepositoryRoot.Combine(path)), Json)!;

        var xml = new FhirXmlSerializer().SerializeToString(resource);
        var read = new BaseFhirXmlPocoDeserializer(ModelInfo.ModelInspector).DeserializeResource(xml);

        Assert.True(resource.IsExactly(read), xml);
    }
}
