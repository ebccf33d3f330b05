using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Profiles;

/// <summary>The profiles of the package, each rule against a resource of the package that was made to break it.</summary>
public sealed class OwnProfileTests
{
    private const string Regimen = "PlanDefinition-carfilzomib-dexamethasone-isatuximab";
    private const string Member = "ActivityDefinition-dexamethasone-low-dose";
    private const string Drug = "Medication-bortezomib";
    private const string Knowledge = "MedicationKnowledge-bortezomib";
    private const string Source = "Provenance-medication-bortezomib";

    private static readonly Validator Validator = new(new ValidatorSettings
    {
        Definitions = Sample.Source(Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories)
            .Select(path => ResourceDocument.Parse(File.ReadAllBytes(path)))),
    });

    [Theory]
    [InlineData("PlanDefinition", 19, "regimen")]
    [InlineData("ActivityDefinition", 19, "plan-member")]
    [InlineData("Medication", 18, "drug")]
    [InlineData("MedicationKnowledge", 18, "drug-knowledge")]
    [InlineData("Provenance", 110, "source-provenance")]
    public void What_the_loader_builds_claims_its_profile_and_conforms(string type, int count, string profile)
    {
        var claiming = Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources", "built"), type + "-*.json").Order(StringComparer.Ordinal)
            .Select(path => ResourceDocument.Parse(File.ReadAllBytes(path)))
            .Where(resource => resource.Root.Child("meta")!.Value.Children("profile").ToList().Exists(claimed => claimed.Text == $"http://myeloma-fhir.org/fhir/StructureDefinition/{profile}"))
            .ToList();

        Assert.Equal(count, claiming.Count);
        Assert.All(claiming, resource => Assert.Equal([], Errors(resource)));
    }

    [Theory]
    [InlineData(Regimen, "action[0].action[1].definitionCanonical", "\"http://myeloma-fhir.org/fhir/ActivityDefinition/isatuximab|0.1.0\"", "reg-1 PlanDefinition")]
    [InlineData(Regimen, "action[0].extension", null, "reg-2 PlanDefinition")]
    [InlineData(Regimen, "action[0].condition[0].expression.language", "\"text/cql\"", "reg-3 PlanDefinition")]
    [InlineData(Regimen, "action[0].action[0].extension", null, "profile-min PlanDefinition.action[0].action[0]")]
    [InlineData(Regimen, "action[0].selectionBehavior", "\"any\"", "fixed-value PlanDefinition.action[0].selectionBehavior")]
    [InlineData(Regimen, "action[0].timingDuration", """{"value":21,"unit":"d","system":"http://unitsofmeasure.org","code":"d"}""", "profile-max PlanDefinition.action[0].timing")]
    [InlineData(Regimen, "goal", """[{"description":{"text":"x"}}]""", "profile-max PlanDefinition.goal[0]")]
    [InlineData(Regimen, "approvalDate", "\"2026-01-01\"", "profile-max PlanDefinition.approvalDate")]
    [InlineData(Regimen, "type.coding[0].code", "\"order-set\"", "pattern-value PlanDefinition.type")]
    [InlineData(Regimen, "relatedArtifact[0].type", "\"citation\"", "profile-min PlanDefinition")]
    [InlineData(Member, "intent", "\"order\"", "fixed-value ActivityDefinition.intent")]
    [InlineData(Member, "dosage[0].extension", null, "profile-min ActivityDefinition.dosage[0]")]
    [InlineData(Member, "timingDateTime", "\"2026\"", "mem-1 ActivityDefinition")]
    [InlineData(Member, "quantity", """{"value":20,"unit":"mg"}""", "mem-1 ActivityDefinition")]
    [InlineData(Drug, "code.coding[1].extension", null, "drug-1 Medication.code")]
    [InlineData(Drug, "code.coding[0].system", "\"http://example.org/drugs\"", "drug-1 Medication.code", "profile-min Medication.code")]
    [InlineData(Drug, "batch", """{"lotNumber":"1"}""", "profile-max Medication.batch")]
    [InlineData(Knowledge, "intendedRoute[0].extension", null, "profile-min MedicationKnowledge.intendedRoute[0]")]
    [InlineData(Knowledge, "medicineClassification[0].extension", null, "know-2 MedicationKnowledge")]
    [InlineData(Knowledge, "_synonym", null, "know-1 MedicationKnowledge")]
    [InlineData(Knowledge, "contraindication", """[{"reference":"ClinicalUseIssue/1"}]""", "profile-max MedicationKnowledge.contraindication[0]")]
    [InlineData(Source, "entity[0].extension", null, "src-1 Provenance")]
    [InlineData(Source, "entity[0].extension[0].extension[2].valueInteger", "0", "src-2 Provenance")]
    [InlineData(Source, "entity[0].what.reference", "\"DocumentReference/other\"", "src-2 Provenance")]
    [InlineData(Source, "entity[0].role", "\"quotation\"", "fixed-value Provenance.entity[0].role")]
    [InlineData(Source, "agent[0].type.coding[0].code", "\"author\"", "profile-min Provenance")]
    public void A_rule_that_is_broken_is_the_only_fault(string file, string path, string? value, params string[] expected)
    {
        var resource = JsonNode.Parse(File.ReadAllBytes(RepositoryRoot.Combine("fhir-resources", "built", file + ".json")))!.AsObject();
        Set(resource, path, value);

        Assert.Equal(expected, Errors(Sample.Resource(resource.ToJsonString())));
    }

    private static string[] Errors(ResourceDocument resource) =>
        [.. Sample.Shown(Validator.Validate(resource)).Where(issue => issue.StartsWith("error ", StringComparison.Ordinal)).Select(issue => issue["error ".Length..])];

    /// <summary>Puts a value at a path of names and indexes; null takes it out.</summary>
    private static void Set(JsonObject resource, string path, string? value)
    {
        var steps = path.Split('.', '[').Select(step => step.TrimEnd(']')).ToList();
        JsonNode node = resource;
        foreach (var step in steps.SkipLast(1)) node = (int.TryParse(step, out var index) ? node[index] : node[step])!;
        if (value is null) node.AsObject().Remove(steps[^1]);
        else if (int.TryParse(steps[^1], out var last)) node[last] = JsonNode.Parse(value);
        else node[steps[^1]] = JsonNode.Parse(value);
    }
}
