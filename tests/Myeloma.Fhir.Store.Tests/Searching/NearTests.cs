using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Places by their distance.</summary>
/// <remarks>https://hl7.org/fhir/R4/location.html#positional</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class NearTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        Place("ann-arbor", "42.25", "-83.69"),
        Place("detroit", "42.33", "-83.05"),
        Place("fiji-east", "-17.7", "-179.9"),
        Place("fiji-west", "-17.7", "178.9"),
        Place("pole-here", "89.9", "0"),
        Place("pole-there", "89.9", "180"),
        """{"resourceType":"Location","id":"nowhere","meta":{"tag":[{"code":"near"}]}}""",
        """{"resourceType":"HealthcareService","id":"clinic","meta":{"tag":[{"code":"near"}]},"location":[{"reference":"Location/ann-arbor"}]}""",
    ];

    private static string Place(string id, string latitude, string longitude) =>
        $$$"""{"resourceType":"Location","id":"{{{id}}}","meta":{"tag":[{"code":"near"}]},"position":{"latitude":{{{latitude}}},"longitude":{{{longitude}}}}}""";

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Location?near=42.25|-83.69", "ann-arbor")]
    [InlineData("Location?near=42.25|-83.69|53", "ann-arbor")]
    [InlineData("Location?near=42.25|-83.69|54", "ann-arbor detroit")]
    [InlineData("Location?near=42.25|-83.69|53000|m", "ann-arbor")]
    [InlineData("Location?near=42.25|-83.69|34|[mi_i]", "ann-arbor detroit")]
    [InlineData("Location?near=42.25|-83.69|0", "ann-arbor")]
    [InlineData("Location?near=42.25|-83.69|1|km,42.33|-83.05|1|km", "ann-arbor detroit")]
    [InlineData("Location?near=-17.7|179.9|150", "fiji-east fiji-west")]
    [InlineData("Location?near=-17.7|-179.9|150", "fiji-east fiji-west")]
    [InlineData("Location?near=-17.7|-179.9|120", "fiji-east")]
    [InlineData("Location?near=89.95|90|20", "pole-here pole-there")]
    [InlineData("Location?near=0|0|30000", "ann-arbor detroit fiji-east fiji-west pole-here pole-there")]
    [InlineData("Location?near=0|0|10", "")]
    [InlineData("Location?near:missing=true", "nowhere")]
    [InlineData("HealthcareService?location.near=42.2|-83.7|10", "clinic")]
    [InlineData("HealthcareService?location.near=42.33|-83.05|10", "")]
    public async Task Places_are_found_within_a_distance(string query, string expected) =>
        Assert.Equal(expected, await fixture.FindAsync($"{query}&_tag=near"));

    [Theory]
    [InlineData("Location?_sort=near", "'near' finds places, which have no order.")]
    [InlineData("Location?near:exact=1|2", "The modifier ':exact' is not supported for search parameter 'near' of type special.")]
    public void What_makes_no_sense_of_places_is_refused(string query, string words)
    {
        var issue = Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind(query)).Issues);
        Assert.Equal((IssueType.NotSupported, words), (issue.Type, issue.Diagnostics));
    }
}
