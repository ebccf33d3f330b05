using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>How many of everything the two documents give.</summary>
public sealed class CountsTests
{
    private static readonly LoadResult Result = DriftTests.FromSeeds();

    [Fact]
    public void The_documents_name_eighteen_drugs_and_nothing_else_becomes_a_medication()
    {
        var expected = GoldFacts.Gold.RootElement.GetProperty("drugMentions").EnumerateObject().Select(drug => drug.Name.Replace(' ', '-')).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(18, expected.Count);
        Assert.Equal(expected, Result.OfType("Medication").Select(resource => resource.Text("id")!).Order(StringComparer.Ordinal));
        Assert.Equal(expected, Result.OfType("MedicationKnowledge").Select(resource => resource.Text("id")!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_plans_given_together_are_the_eighteen_combinations_of_the_gold()
    {
        var expected = GoldFacts.Gold.RootElement.GetProperty("regimens").EnumerateArray()
            .Select(regimen => string.Join('+', regimen.GetProperty("members").EnumerateArray().Select(member => member.GetString()!).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal).ToList();

        var built = Combinations().Select(plan => string.Join('+', Members(plan).Select(slug => slug.Replace('-', ' ')).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal);

        Assert.Equal(18, expected.Count);
        Assert.Equal(expected, built);
    }

    [Fact]
    public void Thirteen_abbreviations_stand_on_thirteen_plans_as_written()
    {
        var expected = GoldFacts.Gold.RootElement.GetProperty("regimens").EnumerateArray()
            .Select(regimen => regimen.GetProperty("abbreviation").GetString()).OfType<string>().Order(StringComparer.Ordinal);

        var built = Combinations().SelectMany(plan => plan.Array("identifier")).Select(identifier => identifier.Text("value")!).Order(StringComparer.Ordinal);

        Assert.Equal(expected, built);
    }

    [Fact]
    public void Five_plans_hold_the_antibody_that_five_combinations_hold() =>
        Assert.Equal(5, Combinations().Count(plan => Members(plan).Contains("daratumumab")));

    [Fact]
    public void Four_requirements_stand_on_four_plans()
    {
        var plans = Result.OfType("PlanDefinition").Where(plan => plan.Array("action").SelectMany(action => action.Extensions("prior-therapy")).Any()).Select(plan => plan.Text("id")).Order(StringComparer.Ordinal);

        Assert.Equal(["bortezomib-dexamethasone-pomalidomide", "carfilzomib-dexamethasone-isatuximab", "dexamethasone-isatuximab-pomalidomide", "talquetamab"], plans);
    }

    [Fact]
    public void Four_classes_stand_under_the_therapy_and_the_fifth_alone()
    {
        var roots = Result.Get("CodeSystem", "drug").Array("concept").ToList();
        var therapy = Assert.Single(roots, concept => concept.Text("code") == "targeted-therapy");

        Assert.Equal(["immunomodulating-drug", "monoclonal-antibody", "proteasome-inhibitor", "selective-inhibitor-of-nuclear-export"],
            therapy.Array("concept").Select(concept => concept.Text("code")));
        Assert.Contains(roots, concept => concept.Text("code") == "anti-angiogenesis-agent");
        Assert.Equal(5, Result.OfType("ValueSet").Count);
    }

    [Fact]
    public void Every_fact_of_the_gold_is_in_a_resource_or_in_the_report_with_a_reason()
    {
        Assert.Equal(225 + 22, Result.Report.Documents.Sum(document => document.Statements));
        Assert.Equal(
            ["regimen.priorMention", "safety.emptyList", "safety.emptyList", "safety.emptyList", "safety.emptyList"],
            Result.Report.LeftOut.Select(line => line.Kind).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Result.Report.LeftOut, line => line.Reason == "No resource has a place for it.");
    }

    [Fact]
    public void Every_resource_has_a_provenance_with_the_loader_and_its_version()
    {
        var targets = Result.OfType("Provenance").SelectMany(provenance => provenance.Array("target")).Select(target => target.Text("reference")).ToHashSet();

        Assert.All(Result.Resources.Where(resource => resource.Type is not ("Provenance" or "Device")), resource => Assert.Contains(resource.Reference, targets));
        Assert.Equal("0.1.0", Result.Get("Device", "loader").Array("version").Single().Text("value"));
    }

    [Fact]
    public void Every_reference_and_every_canonical_of_our_own_leads_to_a_resource()
    {
        var there = Result.Resources.Concat(AuthoredResources.All).Select(resource => resource.Reference).ToHashSet();

        foreach (var resource in Result.Resources)
        foreach (var element in Resources.Objects(resource.Json()))
        {
            if (element.Text("reference") is { } reference) Assert.Contains(reference, there);
            foreach (var canonical in new[] { element["definitionCanonical"], element["valueSet"], element["valueCanonical"], element["resource"] }.OfType<JsonValue>())
                Assert.Contains(canonical.GetValue<string>()["http://myeloma-fhir.org/fhir/".Length..].Split('|')[0], there);
        }
    }

    private static IEnumerable<JsonObject> Combinations() => Result.OfType("PlanDefinition")
        .Where(plan => plan.Array("action").Any(action => action.Text("selectionBehavior") == "all" && action.Array("action").Count() >= 2));

    private static IEnumerable<string> Members(JsonObject plan) =>
        plan.Array("action").Single().Array("action").Select(action => action.Array("code").Single().Array("coding").First().Text("code")!);
}
