using Myeloma.Fhir.Loader.Codes;

namespace Myeloma.Fhir.Loader.Tests.Mapping;

/// <summary>The code tables of the package.</summary>
public sealed class CodeTablesTests
{
    private static readonly CodeTables Tables = CodeTables.LoadEmbedded();

    [Fact]
    public void A_drug_has_its_codes_with_the_table_each_stands_in()
    {
        var codes = Tables.Find("http://myeloma-fhir.org/fhir/CodeSystem/drug", "bortezomib");

        Assert.Equal(
            ["http://www.whocc.no/atc|L01XG01", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl|C1851", "http://www.nlm.nih.gov/research/umls/rxnorm|358258", "http://fdasis.nlm.nih.gov|69G8BD63PP"],
            codes.Select(code => $"{code.System}|{code.Code}"));
        Assert.Equal("http://myeloma-fhir.org/fhir/ConceptMap/to-atc|0.1.0", codes[0].Table);
    }

    [Theory]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/drug", "unheard-of")]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/route", "bortezomib")]
    public void A_code_that_no_table_knows_has_none(string system, string code) => Assert.Empty(Tables.Find(system, code));

    [Fact]
    public void A_code_that_is_only_broader_is_not_taken()
    {
        var map = new BuiltResource("ConceptMap", "x", System.Text.Encoding.UTF8.GetBytes("""
            {"resourceType":"ConceptMap","id":"x","url":"http://x/y","version":"1","status":"active","group":[{"source":"http://s","target":"http://t","element":[
            {"code":"a","target":[{"code":"A","equivalence":"wider"},{"code":"B","equivalence":"equal"}]}]}]}
            """));

        Assert.Equal(["B"], CodeTables.Read([map]).Find("http://s", "a").Select(code => code.Code));
    }

    [Fact]
    public void Every_code_of_a_table_carries_its_evidence()
    {
        var targets = AuthoredResources.All.Where(resource => resource.Type == "ConceptMap")
            .SelectMany(resource => Built.Resources.Objects(System.Text.Json.Nodes.JsonNode.Parse(resource.Json))).Where(element => element.ContainsKey("equivalence")).ToList();

        Assert.True(targets.Count > 100);
        Assert.All(targets, target => Assert.EndsWith("/code-evidence", target["extension"]![0]!["url"]!.GetValue<string>(), StringComparison.Ordinal));
    }
}
