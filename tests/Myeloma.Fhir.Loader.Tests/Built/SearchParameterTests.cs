using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>The search parameters of the package on the plans of the seeds.</summary>
public sealed class SearchParameterTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance,
        [.. AuthoredResources.All.Where(resource => resource.Type == "SearchParameter").Select(resource => CustomSearchParameter.Read(ResourceDocument.Parse(resource.Json))!)]);

    private static readonly Dictionary<string, IndexRows> Plans = Rows("PlanDefinition");

    [Theory]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/drug", "daratumumab", 5)]
    [InlineData("http://www.nlm.nih.gov/research/umls/rxnorm", "1721947", 5)]
    [InlineData("http://www.whocc.no/atc", "L01FC01", 5)]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/drug", "talquetamab", 1)]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/drug", "warfarin", 0)]
    [InlineData("http://myeloma-fhir.org/fhir/CodeSystem/drug", "monoclonal-antibody", 0)]
    public void Drug_finds_the_plans_that_hold_it_as_a_member_and_no_alternative_or_earlier_treatment(string system, string code, int plans) =>
        Assert.Equal(plans, Plans.Count(plan => plan.Value.Tokens.Contains(new TokenRow(IdOf("PlanDefinition", "drug"), system, code))));

    [Fact]
    public void A_drug_that_must_have_been_given_before_does_not_find_the_plan() =>
        Assert.DoesNotContain(Plans["dexamethasone-isatuximab-pomalidomide"].Tokens, token => token.ParameterId == IdOf("PlanDefinition", "drug") && token.Code == "lenalidomide");

    [Fact]
    public void Member_count_is_a_number_for_plans_given_together_and_nothing_for_others()
    {
        var counts = Plans.ToDictionary(plan => plan.Key, plan => plan.Value.Numbers.Where(row => row.ParameterId == IdOf("PlanDefinition", "member-count")).Select(row => (row.Low + row.High) / 2).ToList());

        Assert.Equal(
            [(1m, 1), (2m, 2), (3m, 13), (4m, 2), (7m, 1)],
            counts.Values.SelectMany(count => count).CountBy(count => count).Select(entry => (entry.Key, entry.Value)).Order());
        Assert.Equal(2, counts.Count(entry => entry.Value.Count == 0));
    }

    [Theory]
    [InlineData("RVd", "bortezomib-dexamethasone-lenalidomide")]
    [InlineData("D-VTd", "bortezomib-daratumumab-dexamethasone-thalidomide")]
    public void Abbreviation_finds_the_one_plan_as_written(string abbreviation, string id) =>
        Assert.Equal(id, Assert.Single(Plans, plan => plan.Value.Tokens.Any(token => token.ParameterId == IdOf("PlanDefinition", "abbreviation") && token.Code == abbreviation)).Key);

    [Fact]
    public void Definition_reaches_the_activities_of_the_members_and_product_their_medications()
    {
        var definitions = Plans["bortezomib-lenalidomide"].References.Where(row => row.ParameterId == IdOf("PlanDefinition", "definition")).Select(row => row.Url).Order(StringComparer.Ordinal);
        var product = Rows("ActivityDefinition")["lenalidomide"].References.Single(row => row.ParameterId == IdOf("ActivityDefinition", "product"));

        Assert.Equal(["http://myeloma-fhir.org/fhir/ActivityDefinition/bortezomib", "http://myeloma-fhir.org/fhir/ActivityDefinition/lenalidomide"], definitions);
        Assert.Equal(("Medication", "lenalidomide"), (product.TargetType, product.TargetId));
    }

    private static int IdOf(string type, string code) => Registry.Find(type, code)!.Id;

    private static Dictionary<string, IndexRows> Rows(string type) => DriftTests.FromSeeds().Resources.Where(resource => resource.Type == type)
        .ToDictionary(resource => resource.Id, resource => IndexExtraction.Extract(ResourceDocument.Parse(resource.Json), Registry));
}
