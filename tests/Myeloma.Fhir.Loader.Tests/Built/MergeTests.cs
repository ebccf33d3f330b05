using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>Several documents about the same drugs: the union of what they state, each statement with its own place.</summary>
public sealed class MergeTests
{
    private const string First = """
        Drugs for multiple myeloma

        Bortezomib (Velcade) is a proteasome inhibitor used to treat active multiple myeloma. Bortezomib is given through a needle into a vein.

        Drug combinations using bortezomib include:

          • Vd – bortezomib and low-dose dexamethasone
        """;

    private const string Second = """
        Treating multiple myeloma

        Bortezomib (Velcade) is a proteasome inhibitor. Bortezomib is usually given through a needle just under the skin.

        Drug combinations using bortezomib include:

          • BD – dexamethasone and bortezomib
          • bortezomib and lenalidomide
        """;

    [Fact]
    public void Two_documents_give_one_medication_with_both_places_in_its_provenance()
    {
        var result = Load(("a.txt", First), ("b.txt", Second));

        var medication = Assert.Single(result.OfType("Medication"), resource => resource.Text("id") == "bortezomib");
        Assert.Equal(2, ((JsonObject)medication["code"]!).Array("extension").Count());
        Assert.Equal(["DocumentReference/a", "DocumentReference/b"], Documents(result.Get("Provenance", "medication-bortezomib")));
    }

    [Fact]
    public void Loading_the_second_document_keeps_what_the_first_one_states()
    {
        var before = Load(("a.txt", First));
        var plan = LoadPlan.Diff(Load(("a.txt", First), ("b.txt", Second)), before.Resources.ToDictionary(resource => (resource.Type, resource.Id), resource => resource.Json));

        var routes = Load(("a.txt", First), ("b.txt", Second)).Get("MedicationKnowledge", "bortezomib").Array("intendedRoute").Select(route => route.Array("coding").First().Text("code"));

        Assert.Empty(plan.Retired);
        Assert.Contains("MedicationKnowledge/bortezomib", plan.Updated);
        Assert.Contains("Medication/lenalidomide", plan.Created);
        Assert.Equal(["intravenous", "subcutaneous"], routes);
    }

    [Fact]
    public void One_set_of_members_is_one_plan_with_every_abbreviation_and_a_low_dose_that_only_one_states()
    {
        var plan = Load(("a.txt", First), ("b.txt", Second)).Get("PlanDefinition", "bortezomib-dexamethasone");
        var dexamethasone = plan.Array("action").Single().Array("action").Single(action => action.Text("id") == "dexamethasone");

        Assert.Equal(["Vd", "BD"], plan.Array("identifier").Select(identifier => identifier.Text("value")));
        Assert.Equal(["DocumentReference/a", "DocumentReference/b"], plan.Array("relatedArtifact").Select(artifact => artifact.Text("url")));
        Assert.EndsWith("/ActivityDefinition/dexamethasone|0.1.0", dexamethasone.Text("definitionCanonical"), StringComparison.Ordinal);
        Assert.Equal("Vd", Assert.Single(dexamethasone.Extensions("dose-qualifier")).Array("extension").Single(part => part.Text("url") == "abbreviation").Text("valueString"));
    }

    [Theory]
    [InlineData("Xd – low-dose dexamethasone and bortezomib (Velcade)", "Vd Xd")]
    [InlineData("Xd – Velcade (bortezomib) and low-dose dexamethasone", "Vd Xd")]
    [InlineData("Velcade and dexamethasone", "Vd")]
    [InlineData("dexamethasone with Velcade", "Vd")]
    [InlineData("BORTEZOMIB AND DEXAMETHASONE", "Vd")]
    public void A_known_combination_in_another_order_or_by_brand_names_adds_a_source_and_no_second_plan(string item, string abbreviations)
    {
        var second = $"""
            Medicines

            Bortezomib (Velcade) is a proteasome inhibitor.

            Drug combinations using bortezomib include:

              • {item}
            """;

        var result = Load(("a.txt", First), ("b.txt", second));

        var plan = Assert.Single(result.OfType("PlanDefinition"), resource => resource.Array("action").Single().Array("action").Count() == 2);
        Assert.Equal(abbreviations.Split(' '), plan.Array("identifier").Select(identifier => identifier.Text("value")));
        Assert.Equal(["DocumentReference/a", "DocumentReference/b"], plan.Array("relatedArtifact").Select(artifact => artifact.Text("url")));
    }

    [Fact]
    public void A_document_of_the_same_name_takes_the_place_of_the_one_before()
    {
        var result = Load(("a.txt", First), ("a.txt", Second));

        Assert.Equal("a", Assert.Single(result.OfType("DocumentReference")).Text("id"));
        Assert.Equal(["BD"], result.Get("PlanDefinition", "bortezomib-dexamethasone").Array("identifier").Select(identifier => identifier.Text("value")));
    }

    [Fact]
    public void A_document_without_letters_stops_the_load_and_names_itself()
    {
        var refused = Assert.Throws<FhirException>(() => Load(("a.txt", First), ("noise.txt", "12 34 -- 56"), ("more.txt", "...")));

        Assert.Equal(["more.txt", "noise.txt"], refused.Issues.Select(issue => issue.Diagnostics.Split('\'')[1]));
        Assert.All(refused.Issues, issue => Assert.Equal(IssueType.Invalid, issue.Type));
    }

    [Fact]
    public void A_document_that_states_nothing_is_kept_as_a_document_and_gives_nothing_else()
    {
        var result = Load(("a.txt", "The library opens at nine. Bring a coat."));

        Assert.Equal(["Binary/a", "Device/loader", "DocumentReference/a", "Provenance/documentreference-a"], result.Resources.Select(resource => resource.Reference));
    }

    private static LoadResult Load(params (string Name, string Text)[] documents) =>
        new DocumentLoader(ReadingLexicon.LoadEmbedded(), CodeTables.LoadEmbedded(), TimeProvider.System)
            .Build([.. documents.Select(document => SourceDocument.Parse(document.Name, Encoding.UTF8.GetBytes(document.Text)))]);

    private static IEnumerable<string> Documents(JsonObject provenance) =>
        provenance.Array("entity").Select(entity => entity["what"]!["reference"]!.GetValue<string>()).Where(reference => reference.StartsWith("DocumentReference/", StringComparison.Ordinal));
}
