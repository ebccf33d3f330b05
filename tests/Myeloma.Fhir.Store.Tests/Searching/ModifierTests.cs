using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Every modifier on every type of parameter it applies to, and refused on the others.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#modifiers</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class ModifierTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """
        {"resourceType":"Observation","id":"full","meta":{"tag":[{"code":"modifiers"}]},"status":"final",
         "identifier":[{"type":{"coding":[{"system":"http://t","code":"MR"}],"text":"Medical record"},"system":"urn:x","value":"446053"}],
         "code":{"coding":[{"system":"http://c","code":"1","display":"Serum protein"}],"text":"Protein"},
         "subject":{"reference":"Patient/p1","identifier":{"system":"urn:p","value":"one"}},
         "effectiveDateTime":"2024-05-03","valueQuantity":{"value":5,"unit":"g"},"valueString":"x"}
        """,
        """
        {"resourceType":"Observation","id":"bare","meta":{"tag":[{"code":"modifiers"}]},"status":"final",
         "identifier":[{"type":{"coding":[{"system":"http://t","code":"SS"}]},"value":"446053"}],"code":{"text":"Urine"}}
        """,
        """{"resourceType":"ValueSet","id":"vs","meta":{"tag":[{"code":"modifiers"}]},"url":"http://a.org/fhir/ValueSet/x","version":"1.2.0","status":"active","name":"Alpha Numeric"}""",
        """{"resourceType":"ValueSet","id":"vs-bare","meta":{"tag":[{"code":"modifiers"}]},"status":"draft"}""",
        """{"resourceType":"RiskAssessment","id":"risk","meta":{"tag":[{"code":"modifiers"}]},"status":"final","subject":{"reference":"Patient/p1"},"prediction":[{"probabilityDecimal":0.8}]}""",
        """{"resourceType":"RiskAssessment","id":"risk-bare","meta":{"tag":[{"code":"modifiers"}]},"status":"final","subject":{"reference":"Group/p1"}}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Observation?code:missing=false", "bare full")]
    [InlineData("Observation?subject:missing=true", "bare")]
    [InlineData("Observation?subject:missing=false", "full")]
    [InlineData("Observation?date:missing=true", "bare")]
    [InlineData("Observation?value-quantity:missing=true", "bare")]
    [InlineData("Observation?code-value-quantity:missing=true", "bare")]
    [InlineData("ValueSet?url:missing=true", "vs-bare")]
    [InlineData("ValueSet?name:missing=true", "vs-bare")]
    [InlineData("RiskAssessment?probability:missing=true", "risk-bare")]
    [InlineData("ValueSet?name=alpha", "vs")]
    [InlineData("ValueSet?name=numeric", "")]
    [InlineData("ValueSet?name:contains=numeric", "vs")]
    [InlineData("ValueSet?name:exact=Alpha Numeric", "vs")]
    [InlineData("ValueSet?name:exact=alpha numeric", "")]
    [InlineData("Observation?code:text=serum", "full")]
    [InlineData("Observation?code:text=protein", "full")]
    [InlineData("Observation?code:not=http://c|1", "bare")]
    [InlineData("Observation?identifier=446053", "bare full")]
    [InlineData("Observation?identifier:of-type=http://t|MR|446053", "full")]
    [InlineData("Observation?identifier:of-type=http://t|MR|446053,http://t|SS|446053", "bare full")]
    [InlineData("Observation?identifier:of-type=http://u|MR|446053", "")]
    [InlineData("Observation?identifier:text=medical", "full")]
    [InlineData("Observation?subject:Patient=p1", "full")]
    [InlineData("Observation?subject:Group=p1", "")]
    [InlineData("Observation?subject:identifier=urn:p|one", "full")]
    [InlineData("RiskAssessment?subject:Group=p1", "risk-bare")]
    [InlineData("ValueSet?url:below=http://a.org/fhir", "vs")]
    [InlineData("ValueSet?url:above=http://a.org/fhir/ValueSet/x/y", "vs")]
    [InlineData("ValueSet?url:below=http://a.org/fh", "")]
    public async Task A_modifier_changes_what_is_found(string query, string expected) =>
        Assert.Equal(expected, await fixture.FindAsync($"{query}&_tag=modifiers"));

    [Theory]
    [InlineData("Observation", "code", "exact contains of-type identifier Patient")]
    [InlineData("Observation", "_id", "exact contains of-type identifier in not-in above below text")]
    [InlineData("Observation", "subject", "exact contains text of-type above in not-in")]
    [InlineData("Observation", "date", "exact contains text not above below in not-in of-type identifier")]
    [InlineData("Observation", "value-quantity", "exact contains text not above below in not-in of-type identifier")]
    [InlineData("Observation", "code-value-quantity", "exact contains text not above below in not-in of-type identifier")]
    [InlineData("ValueSet", "name", "not above below in not-in of-type identifier")]
    [InlineData("ValueSet", "url", "exact contains text in not-in of-type identifier")]
    [InlineData("RiskAssessment", "probability", "exact contains text not above below in not-in of-type identifier")]
    public void Elsewhere_a_modifier_is_refused_by_its_name(string type, string code, string modifiers)
    {
        foreach (var modifier in modifiers.Split(' '))
        {
            var issue = Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind($"{type}?{code}:{modifier}=1|2|3")).Issues);
            Assert.Equal((IssueType.NotSupported, $"http.{code}:{modifier}"), (issue.Type, issue.Expression));
            Assert.Contains($"':{modifier}'", issue.Diagnostics, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Observation?identifier:of-type=446053")]
    [InlineData("Observation?identifier:of-type=http://t||446053")]
    [InlineData("Observation?subject:missing=maybe")]
    public void A_value_that_does_not_go_with_the_modifier_is_refused(string query) =>
        Assert.Equal(IssueType.Value, Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind(query)).Issues).Type);
}
