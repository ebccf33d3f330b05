using System.Text;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>The applicability conditions run as they stand: over CarePlans, one a treatment that was received before.</summary>
public sealed class ConditionTests
{
    private static readonly LoadResult Result = DriftTests.FromSeeds();

    [Theory]
    [InlineData(true, "lenalidomide bortezomib dexamethasone", "daratumumab lenalidomide")]
    [InlineData(false, "lenalidomide bortezomib dexamethasone")]
    [InlineData(false, "lenalidomide dexamethasone", "daratumumab")]
    [InlineData(false, "bortezomib", "carfilzomib")]
    [InlineData(false)]
    public void Two_treatments_with_a_drug_and_any_drug_of_a_class(bool met, params string[] treatments) =>
        Assert.Equal(met, Evaluate("dexamethasone-isatuximab-pomalidomide", "priorTreatments", null, treatments));

    [Theory]
    [InlineData(true, "cisplatin")]
    [InlineData(false)]
    public void One_treatment_whatever_it_was(bool met, params string[] treatments) =>
        Assert.Equal(met, Evaluate("carfilzomib-dexamethasone-isatuximab", "priorTreatments", null, treatments));

    [Theory]
    [InlineData(true, "bortezomib", "lenalidomide", "daratumumab")]
    [InlineData(false, "bortezomib", "lenalidomide", "talquetamab")]
    [InlineData(false, "bortezomib", "lenalidomide")]
    public void Another_drug_of_the_class_is_not_the_drug_itself(bool met, params string[] treatments) =>
        Assert.Equal(met, Evaluate("talquetamab", "priorTreatments", null, treatments));

    [Theory]
    [InlineData(null, null)]
    [InlineData("not-worked", true)]
    [InlineData("worked", false)]
    public void Whether_it_worked_is_unknown_until_someone_says_so(string? outcome, bool? met) =>
        Assert.Equal(met, Evaluate("bortezomib-dexamethasone-pomalidomide", "priorTreatments", outcome, "lenalidomide bortezomib"));

    [Fact]
    public void An_outcome_of_other_drugs_decides_nothing() =>
        Assert.False(Evaluate("bortezomib-dexamethasone-pomalidomide", "priorTreatments", "not-worked", "cisplatin"));

    [Theory]
    [InlineData(true, "thalidomide bortezomib")]
    [InlineData(false, "carfilzomib")]
    public void Prophylaxis_applies_to_a_treatment_with_one_of_the_drugs(bool met, params string[] treatments) =>
        Assert.Equal(met, Evaluate(Assert.Single(Result.Resources, resource => resource.Type == "PlanDefinition" && resource.Id.StartsWith("prophylaxis", StringComparison.Ordinal)).Id, "currentTreatments", null, treatments));

    /// <returns>Null when the condition is empty.</returns>
    private static bool? Evaluate(string plan, string variable, string? outcome, params string[] treatments)
    {
        var condition = Result.Get("PlanDefinition", plan).Array("action").Single().Array("condition").Single()["expression"]!["expression"]!.GetValue<string>();
        var carePlans = Collection.Of(treatments.Select(drugs => CarePlan(drugs.Split(' '), outcome)));
        var answer = FhirPathExpression.Parse(condition).Evaluate(
            ResourceDocument.Parse(Encoding.UTF8.GetBytes("""{"resourceType":"Patient"}""")).Root,
            new EvaluationContext { Variables = new Dictionary<string, Collection> { [variable] = carePlans } });
        return answer.Count == 0 ? null : answer.Single().ToString() == "true";
    }

    private static Element CarePlan(string[] drugs, string? outcome)
    {
        var ended = outcome is null ? "" : $$""","outcomeCodeableConcept":[{"coding":[{"system":"http://myeloma-fhir.org/fhir/CodeSystem/prior-therapy-outcome","code":"{{outcome}}"}]}]""";
        var activities = drugs.Select(drug => $$$"""{"detail":{"status":"completed","productCodeableConcept":{"coding":[{"system":"http://myeloma-fhir.org/fhir/CodeSystem/drug","code":"{{{drug}}}"}]}}{{{ended}}}}""");
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"CarePlan","status":"completed","intent":"plan","subject":{"display":"x"},"activity":[{{string.Join(',', activities)}}]}""")).Root;
    }
}
