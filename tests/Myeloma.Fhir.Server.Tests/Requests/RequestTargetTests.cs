using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Requests;

/// <remarks>https://hl7.org/fhir/R4/http.html#summary</remarks>
public sealed class RequestTargetTests
{
    public static TheoryData<string, RequestTarget> Places => new()
    {
        { "", new(TargetKind.System) },
        { "/", new(TargetKind.System) },
        { "/metadata", new(TargetKind.Metadata) },
        { "/_history", new(TargetKind.SystemHistory) },
        { "/_search", new(TargetKind.SystemSearch) },
        { "/Patient", new(TargetKind.Type, "Patient") },
        { "Patient/", new(TargetKind.Type, "Patient") },
        { "/Patient/_search", new(TargetKind.TypeSearch, "Patient") },
        { "/Patient/_history", new(TargetKind.TypeHistory, "Patient") },
        { "/Patient/a.b-1", new(TargetKind.Instance, "Patient", "a.b-1") },
        { "/Patient/a%2D1", new(TargetKind.Instance, "Patient", "a-1") },
        { "/Patient/1/_history", new(TargetKind.InstanceHistory, "Patient", "1") },
        { "/Patient/1/_history/3", new(TargetKind.Version, "Patient", "1", 3) },
        { "/$convert", new(TargetKind.SystemOperation, Operation: "$convert") },
        { "/%24convert/", new(TargetKind.SystemOperation, Operation: "$convert") },
        { "/Patient/$match", new(TargetKind.TypeOperation, "Patient", Operation: "$match") },
        { "/Patient/1/$everything", new(TargetKind.InstanceOperation, "Patient", "1", Operation: "$everything") },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void A_place_of_the_specification_is_understood(string path, RequestTarget expected) =>
        Assert.Equal(expected, RequestTarget.Parse(path));

    [Theory]
    [InlineData("/patient", "'patient' is not a resource type of FHIR R4.")]
    [InlineData("/Resource/1", "'Resource' is not a resource type of FHIR R4.")]
    [InlineData("/metadata/1", "'metadata' is not a resource type of FHIR R4.")]
    [InlineData("//Patient", "'' is not a resource type of FHIR R4.")]
    [InlineData("/$convert/1", "There is nothing below the operation '$convert'.")]
    [InlineData("/Patient/$match/1", "There is nothing below the operation '$match'.")]
    [InlineData("/Patient/1/Observation", "There is nothing at 'Observation' below Patient/1; compartments are not offered.")]
    [InlineData("/Patient/1/_history/x", "Patient/1 has no version 'x'.")]
    [InlineData("/Patient/1/_history/-1", "Patient/1 has no version '-1'.")]
    public void Any_other_place_is_not_found(string path, string diagnostics) =>
        Assert.Equal(Issue.NotFound(diagnostics), Assert.Single(Assert.Throws<FhirException>(() => RequestTarget.Parse(path)).Issues));

    [Fact]
    public void A_broken_escape_in_a_path_is_invalid() =>
        Assert.Equal(IssueType.Invalid, Assert.Single(Assert.Throws<FhirException>(() => RequestTarget.Parse("/Patient/%zz")).Issues).Type);
}
