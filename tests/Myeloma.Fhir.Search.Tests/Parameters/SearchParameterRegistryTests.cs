using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Parameters;

public class SearchParameterRegistryTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance);

    [Theory]
    [InlineData("Medication", "code", SearchParameterType.Token, "Medication.code")]
    [InlineData("Condition", "code", SearchParameterType.Token, "Condition.code")]
    [InlineData("AllergyIntolerance", "code", SearchParameterType.Token, "AllergyIntolerance.code | AllergyIntolerance.reaction.substance")]
    [InlineData("Patient", "birthdate", SearchParameterType.Date, "Patient.birthDate")]
    [InlineData("Medication", "_tag", SearchParameterType.Token, "Resource.meta.tag")]
    [InlineData("Bundle", "_profile", SearchParameterType.Uri, "Resource.meta.profile")]
    [InlineData("DeviceRequest", "code", SearchParameterType.Token, "(DeviceRequest.code as CodeableConcept)")]
    public void A_parameter_applies_to_each_of_its_types_with_the_branches_of_that_type(string type, string code, SearchParameterType parameterType, string expression)
    {
        var parameter = Registry.Find(type, code);

        Assert.NotNull(parameter);
        Assert.Equal((type, code, parameterType, expression), (parameter.ResourceType, parameter.Code, parameter.Type, parameter.Expression));
        Assert.True(parameter is { IsIndexed: true, HasRows: true, Id: > 0 });
        Assert.Equal(0, parameter.Id % 4);
    }

    [Theory]
    [InlineData("Medication", "cod")]
    [InlineData("Medication", "birthdate")]
    [InlineData("Medicine", "code")]
    [InlineData("Medication", "Code")]
    public void A_code_that_the_type_lacks_is_not_found(string type, string code) => Assert.Null(Registry.Find(type, code));

    [Fact]
    public void Every_parameter_of_every_type_has_an_id_of_its_own()
    {
        Assert.Equal(Registry.Indexed.Count, Registry.Indexed.Select(parameter => parameter.Id).Distinct().Count());
        Assert.Equal(Registry.Parameters.Count, Registry.Parameters.Select(parameter => parameter.ToString()).Distinct().Count());
        Assert.All(R4Schema.Instance.ResourceTypes, type => Assert.NotNull(Registry.Find(type, "_lastUpdated")));
        Assert.All(Registry.Indexed, parameter => Assert.True(parameter.Expression is not null || parameter.IsFullText));
    }

    [Fact]
    public void Every_published_parameter_is_known_for_each_base()
    {
        foreach (var definition in R4Schema.Instance.SearchParameters)
            foreach (var type in definition.Base.Where(R4Schema.Instance.IsResourceType))
                Assert.NotNull(Registry.Find(type, definition.Code));
    }

    [Theory]
    [InlineData("Patient", "_query", "is not supported")]
    public void What_can_not_be_searched_by_is_known_with_the_reason(string type, string code, string reason)
    {
        var parameter = Registry.Find(type, code)!;

        Assert.False(parameter.IsIndexed);
        Assert.Contains(reason, parameter.Unsupported, StringComparison.Ordinal);
        Assert.Equal(0, parameter.Id);
    }

    [Theory]
    [InlineData("PlanDefinition", "definition", true)]
    [InlineData("PlanDefinition", "depends-on", true)]
    [InlineData("Composition", "subject", false)]
    [InlineData("Provenance", "target", false)]
    [InlineData("Medication", "ingredient", false)]
    [InlineData("CarePlan", "instantiates-canonical", true)]
    public void References_that_may_be_canonical_are_told_from_the_others(string type, string code, bool canonical) =>
        Assert.Equal(canonical, Registry.Find(type, code)!.HasCanonicals);

    [Fact]
    public void A_custom_parameter_joins_and_takes_the_place_of_one_with_its_code()
    {
        var registry = SearchParameterRegistry.Build(R4Schema.Instance,
        [
            new SearchParameterDefinition("http://example.org/count", "action-count", "number", ["PlanDefinition"], "PlanDefinition.action.count()", [], [], null),
            new SearchParameterDefinition("http://example.org/name", "name", "string", ["PlanDefinition"], "PlanDefinition.subtitle", [], [], null),
        ]);

        Assert.Equal("http://example.org/count", registry.Find("PlanDefinition", "action-count")!.Url);
        Assert.Equal("PlanDefinition.subtitle", registry.Find("PlanDefinition", "name")!.Expression);
        Assert.Equal("ActivityDefinition.name", registry.Find("ActivityDefinition", "name")!.Expression);
        Assert.Null(Registry.Find("PlanDefinition", "action-count"));
        Assert.Equal(Registry.Parameters.Count + 1, registry.Parameters.Count);
    }

    [Fact]
    public void The_hash_changes_with_the_expression_only()
    {
        static SearchParameter Of(string expression, string description) => SearchParameterRegistry.Build(R4Schema.Instance,
            [new SearchParameterDefinition("http://example.org/p", "p", "string", ["PlanDefinition"], expression, [], [], description)]).Find("PlanDefinition", "p")!;

        Assert.Equal(Of("PlanDefinition.name", "one").DefinitionHash, Of("PlanDefinition.name", "two").DefinitionHash);
        Assert.NotEqual(Of("PlanDefinition.name", "one").DefinitionHash, Of("PlanDefinition.title", "one").DefinitionHash);
    }

    [Fact]
    public void Lasting_ids_take_the_place_of_the_first_ones()
    {
        var registry = Registry.WithIds([.. Registry.Indexed.Select((_, index) => (4_000 + (index * 4), index != 0))]);

        Assert.Equal(4_000, registry.Indexed[0].Id);
        Assert.False(registry.Indexed[0].IsIndexed);
        Assert.True(registry.Indexed[1].IsIndexed);
        Assert.Equal(Registry.Indexed.Select(parameter => parameter.ToString()), registry.Indexed.Select(parameter => parameter.ToString()));
    }
}
