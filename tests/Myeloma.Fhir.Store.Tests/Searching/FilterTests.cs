using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search_filter.html</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class FilterTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Patient","id":"f-1","meta":{"tag":[{"code":"filter"}]},"active":true,"name":[{"family":"Petersen","given":["Peter"]}],"birthDate":"2014-10-12"}""",
        """{"resourceType":"Patient","id":"f-2","meta":{"tag":[{"code":"filter"}]},"active":false,"name":[{"family":"Møller","given":["Ann Marie"]}],"birthDate":"1950-03","generalPractitioner":[{"reference":"Practitioner/f-d"}]}""",
        """{"resourceType":"Patient","id":"f-3","meta":{"tag":[{"code":"filter"}]}}""",
        """{"resourceType":"Observation","id":"f-o1","meta":{"tag":[{"code":"filter"}]},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1234-5"}]},"subject":{"reference":"Patient/f-1"},"effectivePeriod":{"start":"2020-01-01","end":"2020-06-30"},"valueQuantity":{"value":5.4,"system":"http://unitsofmeasure.org","code":"g"}}""",
        """{"resourceType":"Observation","id":"f-o2","meta":{"tag":[{"code":"filter"}]},"status":"final","code":{"text":"(other] thing"},"subject":{"reference":"Patient/f-2"},"effectiveDateTime":"2021-03-04"}""",
        """{"resourceType":"Group","id":"f-g1","meta":{"tag":[{"code":"filter"}]},"type":"person","actual":true,"characteristic":[{"code":{"coding":[{"code":"stage"}]},"valueCodeableConcept":{"coding":[{"code":"III"}]},"exclude":false},{"code":{"coding":[{"code":"sex"}]},"valueCodeableConcept":{"coding":[{"code":"F"}]},"exclude":false}]}""",
        """{"resourceType":"DocumentReference","id":"f-r","meta":{"tag":[{"code":"filter"}]},"status":"current","relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/f-old"}}],"content":[]}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Patient", "name co \"pet\"", "f-1")]
    [InlineData("Patient", "name co pet", "f-1")]
    [InlineData("Patient", "given eq \"peter\" and birthdate ge 2014-10-10", "f-1")]
    [InlineData("Patient", "given eq \"pete\"", "")]
    [InlineData("Patient", "given sw pete", "f-1")]
    [InlineData("Patient", "family ew SEN", "f-1")]
    [InlineData("Patient", "family ew møller", "f-2")]
    [InlineData("Patient", "given ne peter", "f-2")]
    [InlineData("Patient", "family gt n", "f-1")]
    [InlineData("Patient", "family le moller", "f-2")]
    [InlineData("Patient", "given eq \"ann marie\"", "f-2")]
    [InlineData("Patient", "birthdate pr false", "f-3")]
    [InlineData("Patient", "not(birthdate pr true)", "f-3")]
    [InlineData("Patient", "not (name co pet or birthdate lt 2000)", "f-3")]
    [InlineData("Patient", "active eq true or active eq false", "f-1 f-2")]
    [InlineData("Patient", "active ne true", "f-2")]
    [InlineData("Patient", "name co pet or name co ann and active eq false", "f-2")]
    [InlineData("Patient", "name co pet or (name co ann and active eq true)", "f-1")]
    [InlineData("Patient", "_id eq f-3", "f-3")]
    [InlineData("Patient", "birthdate po 1950", "f-2")]
    [InlineData("Patient", "birthdate co 1950-03-04", "f-2")]
    [InlineData("Patient", "birthdate co 1950", "")]
    [InlineData("Patient", "general-practitioner re Practitioner/f-d", "f-2")]
    [InlineData("Observation", "code eq http://loinc.org|1234-5", "f-o1")]
    [InlineData("Observation", "code eq loinc|1234-5", "f-o1")]
    [InlineData("Observation", "subject:Patient.name co \"pet\"", "f-o1")]
    [InlineData("Observation", "subject[active eq true].name co \"e\" and patient.birthdate gt 2000", "f-o1")]
    [InlineData("Observation", "patient[active eq false].given sw pet", "")]
    [InlineData("Observation", "date po 2020-06", "f-o1")]
    [InlineData("Observation", "date sa 2020-12-31", "f-o2")]
    [InlineData("Observation", "date eb 2020-12", "f-o1")]
    [InlineData("Observation", "value-quantity eq 5400|ucum|mg", "f-o1")]
    [InlineData("Observation", "value-quantity gt 6|ucum|g", "")]
    [InlineData("Observation", "value-quantity ap 5", "f-o1")]
    [InlineData("Observation", "code-value-quantity eq 1234-5$gt5", "f-o1")]
    [InlineData("Group", "characteristic[code eq stage].value eq III", "f-g1")]
    [InlineData("Group", "characteristic[code eq stage].value eq F", "")]
    [InlineData("Group", "characteristic[value eq F].code eq sex", "f-g1")]
    [InlineData("DocumentReference", "relatesTo[code eq replaces].target re DocumentReference/f-old", "f-r")]
    [InlineData("DocumentReference", "relatesTo[code eq appends].target re DocumentReference/f-old", "")]
    public async Task A_filter_finds(string type, string filter, string expected) =>
        Assert.Equal(expected, await fixture.FindAsync($"{type}?_tag=filter&_filter={Uri.EscapeDataString(filter)}"));

    [Theory]
    [InlineData("name co", IssueType.Value, "it ends where a value is expected")]
    [InlineData("name like x", IssueType.Value, "'like' is no operator")]
    [InlineData("(name co x", IssueType.Value, "it ends where ')' is expected")]
    [InlineData("name co x)", IssueType.Value, "before ')'")]
    [InlineData("name co \"x", IssueType.Value, "is not closed")]
    [InlineData("name co x and", IssueType.Value, "the name of a search parameter")]
    [InlineData("nam co x", IssueType.Invalid, "did you mean 'name'")]
    [InlineData("birthdate gt yesterday", IssueType.Value, "expected a date")]
    [InlineData("birthdate sw 2014", IssueType.NotSupported, "'sw' is not supported for 'birthdate', which is of type date")]
    [InlineData("gender in ValueSet", IssueType.Value, "expected the canonical url of a value set, url|version, or ValueSet/id")]
    [InlineData("gender ss male", IssueType.Value, "expected system|code")]
    [InlineData("gender co male", IssueType.NotSupported, "'co' is not supported for 'gender', which is of type token")]
    [InlineData("birthdate in http://x/vs", IssueType.NotSupported, "'in' is not supported for 'birthdate', which is of type date")]
    [InlineData("_id in http://x/vs", IssueType.NotSupported, "'in' is not supported for '_id', which is of type token")]
    [InlineData("name pr maybe", IssueType.Value, "true or false")]
    [InlineData("gender.name eq x", IssueType.Invalid, "only a reference can be followed")]
    public void What_is_wrong_with_a_filter_is_told(string filter, IssueType type, string words)
    {
        var issue = Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind($"Patient?_filter={Uri.EscapeDataString(filter)}")).Issues);

        Assert.Equal((type, "http._filter"), (issue.Type, issue.Expression));
        Assert.Contains(words, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_has_limits()
    {
        Assert.Throws<FhirException>(() => fixture.Bind($"Patient?_filter={new string('(', 1000)}name co x"));
        Assert.Throws<FhirException>(() => fixture.Bind($"Patient?_filter={string.Join(" or ", Enumerable.Repeat("name co x", 200))}"));
    }
}
