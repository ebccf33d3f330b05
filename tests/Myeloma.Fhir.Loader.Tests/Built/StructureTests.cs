using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>Whatever we publish or build is legal R4: names, types, cardinalities, required codes.</summary>
public sealed class StructureTests
{
    [Fact]
    public void Every_authored_resource_is_legal() => AssertLegal(AuthoredResources.All);

    [Fact]
    public void Every_built_resource_is_legal() => AssertLegal(GoldFacts.Load().Resources);

    [Fact]
    public void Every_authored_resource_stands_in_the_file_of_its_type_and_id()
    {
        var files = Directory.GetFiles(Path.Combine(GoldFacts.Root, "fhir-resources"), "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);

        Assert.Equal(files, AuthoredResources.All.Select(resource => $"{resource.Type}-{resource.Id}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_id_is_a_legal_id() =>
        Assert.All(GoldFacts.Load().Resources, resource => Assert.Matches("^[A-Za-z0-9\\-.]{1,64}$", resource.Id));

    [Fact]
    public void Every_extension_of_our_own_is_defined_and_every_part_of_it_too()
    {
        var definitions = AuthoredResources.All.Where(resource => resource.Type == "StructureDefinition").Select(Resources.Json)
            .ToDictionary(definition => definition.Text("url")!, definition => definition);

        foreach (var extension in GoldFacts.Load().Resources.Concat(AuthoredResources.All).SelectMany(resource => Resources.Objects(resource.Json())).SelectMany(element => element.Array("extension")))
        {
            var url = extension.Text("url")!;
            if (!url.StartsWith("http://myeloma-fhir.org/", StringComparison.Ordinal)) continue;

            var definition = Assert.Contains(url, (IDictionary<string, System.Text.Json.Nodes.JsonObject>)definitions);
            var slices = ((System.Text.Json.Nodes.JsonObject)definition["snapshot"]!).Array("element").Select(element => element.Text("sliceName")).OfType<string>().ToHashSet();
            foreach (var part in extension.Array("extension").Select(part => part.Text("url")!).Where(part => !part.Contains('/')))
                Assert.Contains(part, slices);
        }
    }

    private static void AssertLegal(IReadOnlyList<BuiltResource> resources)
    {
        Assert.NotEmpty(resources);
        var issues = resources.SelectMany(resource => StructuralCheck.Check(ResourceDocument.Parse(resource.Json))
            .Select(issue => $"{resource}: {issue.Expression} {issue.Diagnostics}"));
        Assert.Empty(issues);
    }
}
