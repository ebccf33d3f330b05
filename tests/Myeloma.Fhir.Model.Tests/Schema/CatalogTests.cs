using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Tests.Schema;

/// <remarks>https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html</remarks>
public sealed class CatalogTests
{
    private static readonly R4Schema Schema = R4Schema.Instance;

    [Fact]
    public void Every_code_system_and_value_set_of_the_definitions_can_be_read()
    {
        Assert.Equal(1062, Schema.CodeSystems.Urls.Count);
        Assert.Equal(1316, Schema.ValueSets.Urls.Count);
        Assert.Equal(20731, Schema.CodeSystems.Urls.Sum(url => Schema.CodeSystems.Find(url)!.Concepts.Count));
        Assert.All(Schema.ValueSets.Urls, url => Assert.NotEmpty(Schema.ValueSets.Find(url)!.Include));
    }

    [Fact]
    public void A_code_system_carries_hierarchy_and_properties()
    {
        var moods = Schema.CodeSystems.Find("http://terminology.hl7.org/CodeSystem/v3-ActMood")!;
        var definition = moods.Concepts.Single(concept => concept.Code == "DEF");

        Assert.Equal("_ActMoodPotential", moods.Concepts[definition.Parents.Single()].Code);
        Assert.Contains(new ConceptProperty("notSelectable", "boolean", "true"), moods.Concepts[definition.Parents[0]].Properties);
        Assert.Equal(("complete", true), (moods.Content, moods.CaseSensitive));
    }

    [Fact]
    public void What_the_definitions_lack_is_not_found()
    {
        Assert.Equal(("not-present", 0), (Schema.CodeSystems.Find("http://snomed.info/sct")!.Content, Schema.CodeSystems.Find("http://snomed.info/sct")!.Concepts.Count));
        Assert.Null(Schema.CodeSystems.Find("http://example.org/none"));
        Assert.Null(Schema.ValueSets.Find("http://example.org/none"));
    }

    [Fact]
    public void A_value_set_tells_what_it_composes()
    {
        var units = Schema.ValueSets.Find("http://hl7.org/fhir/ValueSet/units-of-time")!;

        var include = Assert.Single(units.Include);
        Assert.Equal("http://unitsofmeasure.org", include.System);
        Assert.Equal(["s", "min", "h", "d", "wk", "mo", "a"], include.Concepts.Select(concept => concept.Code));
        Assert.Empty(units.Exclude);
    }
}
