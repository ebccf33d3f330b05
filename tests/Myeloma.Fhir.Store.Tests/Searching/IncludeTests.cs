using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#include</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class IncludeTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Organization","id":"in-house","partOf":{"reference":"Organization/in-trust"}}""",
        """{"resourceType":"Organization","id":"in-trust"}""",
        """{"resourceType":"Patient","id":"in-p","managingOrganization":{"reference":"Organization/in-house"}}""",
        """{"resourceType":"Observation","id":"in-o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/in-p"},"performer":[{"reference":"Organization/in-trust"}],"hasMember":[{"reference":"Observation/in-o2"}]}""",
        """{"resourceType":"Observation","id":"in-o2","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/in-p"}}""",
        """{"resourceType":"Condition","id":"in-c","subject":{"reference":"Patient/in-p"},"evidence":[{"detail":[{"reference":"Observation/in-o"}]}]}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Observation?_id=in-o&_include=Observation:patient", "Patient/in-p")]
    [InlineData("Observation?_id=in-o&_include=Observation:performer:Patient", "")]
    [InlineData("Observation?_id=in-o&_include=Observation:*", "Observation/in-o2 Organization/in-trust Patient/in-p")]
    [InlineData("Observation?_id=in-o&_include=*", "Observation/in-o2 Organization/in-trust Patient/in-p")]
    [InlineData("Observation?_id=in-o&_include=Observation:patient&_include:iterate=Patient:organization", "Organization/in-house Patient/in-p")]
    [InlineData("Observation?_id=in-o2&_include:iterate=*", "Organization/in-house Organization/in-trust Patient/in-p")]
    [InlineData("Patient?_id=in-p&_revinclude=Observation:patient", "Observation/in-o Observation/in-o2")]
    [InlineData("Patient?_id=in-p&_revinclude=*", "Condition/in-c Observation/in-o Observation/in-o2")]
    [InlineData("Patient?_id=in-p&_revinclude=Condition:*&_include=*", "Condition/in-c Organization/in-house")]
    [InlineData("Organization?_id=in-trust&_revinclude:iterate=Organization:partof&_revinclude:iterate=Patient:organization", "Organization/in-house Patient/in-p")]
    [InlineData("?_type=Patient,Condition&_id=in-p,in-c&_include=*", "Observation/in-o Organization/in-house")]
    public async Task What_is_referred_to_or_refers_comes_along(string query, string expected) =>
        Assert.Equal(expected, string.Join(' ', (await fixture.Store.SearchAsync(fixture.Bind(query), default)).Includes.Select(version => version.Key.ToString()).Order(StringComparer.Ordinal)));
}
