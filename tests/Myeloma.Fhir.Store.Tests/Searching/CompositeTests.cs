using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#composite</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class CompositeTests(ResourceFixture fixture)
{
    [Fact]
    public async Task A_type_and_a_value_of_context_have_to_stand_in_one_element()
    {
        static string Context(string type, string value) =>
            $$"""{"code":{"system":"http://t","code":"{{type}}"},"valueCodeableConcept":{"coding":[{"system":"http://v","code":"{{value}}"}]} }""";
        await fixture.PutAsync(
            $$"""{"resourceType":"PlanDefinition","id":"both","useContext":[{{Context("focus", "myeloma")}},{{Context("age", "adult")}}]}""",
            $$"""{"resourceType":"PlanDefinition","id":"crossed","useContext":[{{Context("focus", "adult")}},{{Context("age", "myeloma")}}]}""",
            """{"resourceType":"PlanDefinition","id":"range","useContext":[{"code":{"system":"http://t","code":"age"},"valueRange":{"low":{"value":18,"unit":"a","system":"http://unitsofmeasure.org","code":"a"}}}]}""");

        Assert.Equal("both", await fixture.FindAsync("PlanDefinition?context-type-value=focus$myeloma"));
        Assert.Equal("both", await fixture.FindAsync("PlanDefinition?context-type-value=http://t|focus$http://v|myeloma"));
        Assert.Equal("", await fixture.FindAsync("PlanDefinition?context-type-value=http://t|focus$http://w|myeloma"));
        Assert.Equal("both crossed", await fixture.FindAsync("PlanDefinition?context-type-value=focus$myeloma,http://t|$http://v|adult"));
        Assert.Equal("both", await fixture.FindAsync("PlanDefinition?context-type-value=focus$myeloma&context-type-value=age$adult"));
        Assert.Equal("range", await fixture.FindAsync("PlanDefinition?context-type-quantity=age$gt60|http://unitsofmeasure.org|a"));
        Assert.Equal("range", await fixture.FindAsync("PlanDefinition?context-type-quantity=age$ge240|http://unitsofmeasure.org|mo"));
        Assert.Equal("", await fixture.FindAsync("PlanDefinition?context-type-quantity=focus$gt60"));
        Assert.Equal("range", await fixture.FindAsync("PlanDefinition?context-type-value:missing=true&context-type-quantity:missing=false"));
        Assert.Equal("crossed range", await fixture.FindAsync("PlanDefinition?_id=both,crossed,range&_id:not=both"));
    }

    [Fact]
    public async Task Every_kind_of_value_of_an_observation_goes_with_its_code()
    {
        static string Observation(string id, string code, string value, string component = "") =>
            $$"""{"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"{{code}}"}]},{{value}}{{component}}}""";
        await fixture.PutAsync(
            Observation("c-quantity", "c-1", "\"valueQuantity\":{\"value\":12,\"system\":\"http://unitsofmeasure.org\",\"code\":\"g/dL\"}"),
            Observation("c-string", "c-1", "\"valueString\":\"Bence Jones\""),
            Observation("c-date", "c-1", "\"valueDateTime\":\"2024-05-03\""),
            Observation("c-period", "c-1", "\"valuePeriod\":{\"start\":\"2024-05-01\",\"end\":\"2024-05-31\"}"),
            Observation("c-concept", "c-1", "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"pos\"}]}"),
            Observation("c-parts", "c-2", "\"component\":[{\"code\":{\"coding\":[{\"code\":\"c-1\"}]},\"valueQuantity\":{\"value\":120}},{\"code\":{\"coding\":[{\"code\":\"c-3\"}]},\"valueQuantity\":{\"value\":80}}]"));

        Assert.Equal("c-quantity", await fixture.FindAsync("Observation?code-value-quantity=http://loinc.org|c-1$lt13|http://unitsofmeasure.org|g/dL"));
        Assert.Equal("c-quantity", await fixture.FindAsync("Observation?code-value-quantity=c-1$120|http://unitsofmeasure.org|g/L"));
        Assert.Equal("c-string", await fixture.FindAsync("Observation?code-value-string=c-1$bence"));
        Assert.Equal("c-date c-period", await fixture.FindAsync("Observation?code-value-date=c-1$2024-05"));
        Assert.Equal("c-concept", await fixture.FindAsync("Observation?code-value-concept=c-1$pos"));
        Assert.Equal("c-parts c-quantity", await fixture.FindAsync("Observation?combo-code-value-quantity=c-1$gt0"));
        Assert.Equal("c-parts", await fixture.FindAsync("Observation?component-code-value-quantity=c-3$lt100"));
        Assert.Equal("", await fixture.FindAsync("Observation?component-code-value-quantity=c-3$gt100"));
    }

    [Fact]
    public async Task Three_components_a_reference_first_and_values_of_the_whole_resource()
    {
        await fixture.PutAsync(
            """{"resourceType":"MolecularSequence","id":"sequence","coordinateSystem":0,"referenceSeq":{"chromosome":{"coding":[{"code":"14"}]},"windowStart":100,"windowEnd":200},"variant":[{"start":128,"end":130},{"start":150,"end":180}]}""",
            """{"resourceType":"DocumentReference","id":"newer","status":"current","relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/older"}},{"code":"appends","target":{"reference":"DocumentReference/other"}}],"content":[]}""");

        Assert.Equal("sequence", await fixture.FindAsync("MolecularSequence?chromosome-variant-coordinate=14$ge128$le130"));
        Assert.Equal("", await fixture.FindAsync("MolecularSequence?chromosome-variant-coordinate=14$ge140$le130"));
        Assert.Equal("sequence", await fixture.FindAsync("MolecularSequence?chromosome-window-coordinate=14$100$200"));
        Assert.Equal("newer", await fixture.FindAsync("DocumentReference?relationship=DocumentReference/older$replaces"));
        Assert.Equal("", await fixture.FindAsync("DocumentReference?relationship=DocumentReference/older$appends"));
    }

    [Fact]
    public void Every_composite_parameter_of_R4_is_searched_by() =>
        Assert.DoesNotContain(fixture.Registry.Parameters, parameter => parameter.Type == SearchParameterType.Composite && !parameter.IsIndexed);

    [Theory]
    [InlineData("PlanDefinition?context-type-value=focus", IssueType.Value)]
    [InlineData("PlanDefinition?context-type-value=focus$", IssueType.Value)]
    [InlineData("PlanDefinition?context-type-value=a$b$c", IssueType.Value)]
    [InlineData("Observation?code-value-quantity=a$many", IssueType.Value)]
    [InlineData("Observation?code-value-quantity:not=a$1", IssueType.NotSupported)]
    [InlineData("Observation?_sort=code-value-quantity", IssueType.NotSupported)]
    public void What_is_no_pair_is_refused(string query, IssueType type) =>
        Assert.Equal(type, Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind(query)).Issues).Type);
}
