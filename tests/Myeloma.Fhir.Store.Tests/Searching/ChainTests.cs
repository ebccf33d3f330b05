using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has, https://hl7.org/fhir/R4/search.html#list</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class ChainTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Organization","id":"ward","name":"Haematology"}""",
        """{"resourceType":"Practitioner","id":"doc","name":[{"family":"Durie"}]}""",
        """{"resourceType":"Patient","id":"ch-anna","name":[{"family":"Anders"}],"gender":"female","managingOrganization":{"reference":"Organization/ward"},"generalPractitioner":[{"reference":"Practitioner/doc"}]}""",
        """{"resourceType":"Patient","id":"ch-bert","name":[{"family":"Berg"}],"gender":"male"}""",
        """{"resourceType":"Observation","id":"ch-o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"m-protein"}]},"subject":{"reference":"Patient/ch-anna"},"performer":[{"reference":"Practitioner/doc"}]}""",
        """{"resourceType":"Observation","id":"ch-o2","status":"final","code":{"coding":[{"code":"calcium"}]},"subject":{"reference":"Patient/ch-bert"}}""",
        """{"resourceType":"Observation","id":"ch-o3","status":"final","code":{"coding":[{"code":"m-protein"}]},"subject":{"reference":"http://server.test/fhir/Patient/ch-bert"}}""",
        """{"resourceType":"Encounter","id":"ch-e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/ch-anna"}}""",
        """{"resourceType":"Group","id":"ch-g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/ch-bert"}}]}""",
        """{"resourceType":"List","id":"ch-list","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/ch-anna"}},{"item":{"reference":"Observation/ch-o2"}}]}""",
        """{"resourceType":"ActivityDefinition","id":"ch-a1","url":"http://x/chain-activity","version":"1.9.0","status":"retired","name":"Old"}""",
        """{"resourceType":"ActivityDefinition","id":"ch-a2","url":"http://x/chain-activity","version":"1.10.0","status":"active","name":"New"}""",
        """{"resourceType":"PlanDefinition","id":"ch-p1","status":"active","action":[{"definitionCanonical":"http://x/chain-activity"}]}""",
        """{"resourceType":"PlanDefinition","id":"ch-p2","status":"active","action":[{"definitionCanonical":"http://x/chain-activity|1.9.0"}]}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Observation?subject:Patient.name=anders", "ch-o1")]
    [InlineData("Observation?patient.name=berg", "ch-o2 ch-o3")]
    [InlineData("Observation?subject:Patient.organization.name=haema", "ch-o1")]
    [InlineData("Observation?subject:Patient.organization.name:exact=haema", "")]
    [InlineData("Observation?patient.general-practitioner:Practitioner.family=durie", "ch-o1")]
    [InlineData("Observation?patient._id=ch-bert&code=calcium", "ch-o2")]
    [InlineData("Observation?patient.gender:not=male&code=m-protein", "ch-o1")]
    [InlineData("PlanDefinition?definition:ActivityDefinition.name=new", "ch-p1")]
    [InlineData("PlanDefinition?definition:ActivityDefinition.name=old", "ch-p2")]
    [InlineData("PlanDefinition?definition.version=1.9.0", "ch-p2")]
    [InlineData("PlanDefinition?definition:ActivityDefinition.status=active,retired&_id=ch-p1,ch-p2", "ch-p1 ch-p2")]
    public async Task A_chain_is_followed_to_any_depth_and_by_canonicals(string query, string expected) => Assert.Equal(expected, await fixture.FindAsync(query));

    [Theory]
    [InlineData("Patient?_has:Observation:patient:code=m-protein", "ch-anna ch-bert")]
    [InlineData("Patient?_has:Observation:patient:code=http://loinc.org|m-protein", "ch-anna")]
    [InlineData("Patient?_has:Observation:patient:code=calcium&_has:Observation:patient:code=m-protein", "ch-bert")]
    [InlineData("Patient?_has:Observation:patient:code=m-protein&name=anders", "ch-anna")]
    [InlineData("Patient?_has:Observation:subject:performer:Practitioner.name=durie", "ch-anna")]
    [InlineData("Patient?_has:Group:member:_id=ch-g", "ch-bert")]
    [InlineData("Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=m-protein", "doc")]
    [InlineData("Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=calcium", "")]
    [InlineData("Organization?_has:Patient:organization:name=anders", "ward")]
    [InlineData("Encounter?subject:Patient._has:Observation:patient:code=m-protein", "ch-e1")]
    [InlineData("Encounter?patient._has:Group:member:type=person", "")]
    [InlineData("ActivityDefinition?_has:PlanDefinition:definition:_id=ch-p1", "ch-a2")]
    [InlineData("ActivityDefinition?_has:PlanDefinition:definition:_id=ch-p2", "ch-a1")]
    [InlineData("Patient?_list=ch-list", "ch-anna")]
    [InlineData("Observation?_list=ch-list", "ch-o2")]
    [InlineData("Observation?_list=no-such-list", "")]
    [InlineData("?_list=ch-list", "ch-anna ch-o2")]
    [InlineData("?_has:Observation:subject:code=calcium", "ch-bert")]
    public async Task What_is_referred_to_is_found_by_what_refers_to_it(string query, string expected) => Assert.Equal(expected, await fixture.FindAsync(query));

    [Theory]
    [InlineData("Patient?_has:Observation:code=x", IssueType.Value)]
    [InlineData("Patient?_has:Observation:code:status=x", IssueType.Invalid)]
    [InlineData("Patient?_has:Observation:encounter:status=x", IssueType.Invalid)]
    [InlineData("Patient?_has:Observatio:patient:status=x", IssueType.Invalid)]
    [InlineData("Patient?_has:Observation:patient:nothing=x", IssueType.Invalid)]
    [InlineData("Patient?_has:Observation:patient:subject:Patient._has:Observation:patient:subject:Patient._has:Observation:patient:code=x", IssueType.TooCostly)]
    [InlineData("Patient?_list=$current-allergies", IssueType.NotSupported)]
    [InlineData("Patient?_list=a/b", IssueType.Value)]
    [InlineData("Observation?code.display=x", IssueType.Invalid)]
    public void What_leads_nowhere_is_refused(string query, IssueType type) =>
        Assert.Equal(type, Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind(query)).Issues).Type);
}
