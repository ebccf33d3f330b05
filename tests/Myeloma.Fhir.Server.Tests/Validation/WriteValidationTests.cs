using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Validation;

/// <summary>What the policy makes of what the validator finds, without a server.</summary>
public sealed class WriteValidationTests
{
    private const string NoContact = """{"resourceType":"Patient","contact":[{"gender":"male"}]}""";

    private const string WrongType = """{"resourceType":"Patient","photo":[{"contentType":"no type"}]}""";

    [Theory]
    [InlineData(ValidationMode.Off, false, 0, 0)]
    [InlineData(ValidationMode.Off, true, 0, 0)]
    [InlineData(ValidationMode.Warn, false, 0, 0)]
    [InlineData(ValidationMode.Warn, true, 0, 1)]
    [InlineData(ValidationMode.Default, false, 0, 0)]
    [InlineData(ValidationMode.Default, true, 0, 1)]
    [InlineData(ValidationMode.Reject, false, 1, 0)]
    public async Task An_invariant_is_refused_where_every_error_is(ValidationMode mode, bool isSeen, int refusals, int remarks)
    {
        var verdict = await JudgeAsync(NoContact, new ValidationPolicy { Mode = mode }, isSeen);

        Assert.Equal((refusals, remarks), (verdict.Refusals.Count, verdict.Remarks.Count));
        Assert.All(verdict.Remarks, issue => Assert.Equal((IssueSeverity.Warning, IssueType.Invariant, "Patient.contact[0]"), (issue.Severity, issue.Type, issue.Expression)));
        Assert.All(verdict.Refusals, issue => Assert.Equal((IssueSeverity.Error, IssueType.Invariant, "Patient.contact[0]"), (issue.Severity, issue.Type, issue.Expression)));
    }

    [Theory]
    [InlineData(ValidationMode.Off, false, 0, 0)]
    [InlineData(ValidationMode.Warn, true, 0, 1)]
    [InlineData(ValidationMode.Default, false, 1, 0)]
    [InlineData(ValidationMode.Default, true, 1, 0)]
    [InlineData(ValidationMode.Reject, true, 1, 0)]
    public async Task A_code_outside_a_required_value_set_is_refused_by_default(ValidationMode mode, bool isSeen, int refusals, int remarks)
    {
        var verdict = await JudgeAsync(WrongType, new ValidationPolicy { Mode = mode }, isSeen);

        Assert.Equal((refusals, remarks), (verdict.Refusals.Count, verdict.Remarks.Count));
        Assert.All(verdict.Refusals, issue => Assert.Equal((IssueSeverity.Error, IssueType.CodeInvalid, "Patient.photo[0].contentType"), (issue.Severity, issue.Type, issue.Expression)));
    }

    [Fact]
    public async Task Required_bindings_of_profiles_that_a_resource_names_count_and_their_other_rules_are_only_told()
    {
        const string profile = """
            {"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",
             "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[
               {"id":"Patient.name","path":"Patient.name","min":1},
               {"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}]}}
            """;
        var verdict = await JudgeAsync(
            """{"resourceType":"Patient","meta":{"profile":["http://example.org/p"]},"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}}""",
            new ValidationPolicy(), isSeen: true, new Validator(new ValidatorSettings { Definitions = url => url == "http://example.org/p" ? Parse(profile) : null }));

        Assert.Equal("Patient.maritalStatus", Assert.Single(verdict.Refusals).Expression);
        Assert.Equal([(IssueSeverity.Warning, IssueType.Required)], verdict.Remarks.Select(issue => (issue.Severity, issue.Type)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", ValidationMode.Warn)]
    [InlineData("""{"resourceType":"Observation"}""", ValidationMode.Reject)]
    [InlineData("""{"resourceType":"Patient","meta":{"profile":["http://example.org/strict"]}}""", ValidationMode.Reject)]
    [InlineData("""{"resourceType":"Patient","meta":{"profile":["http://example.org/strict|3"]}}""", ValidationMode.Reject)]
    [InlineData("""{"resourceType":"Observation","meta":{"profile":["http://example.org/loose"]}}""", ValidationMode.Off)]
    [InlineData("""{"resourceType":"Observation","meta":{"profile":["http://example.org/loose","http://example.org/strict"]}}""", ValidationMode.Reject)]
    [InlineData("""{"resourceType":"Observation","meta":{"profile":["http://example.org/other"]}}""", ValidationMode.Reject)]
    public void The_profile_precedes_the_type_and_the_type_the_rest(string json, ValidationMode mode)
    {
        var policy = new ValidationPolicy
        {
            Mode = ValidationMode.Warn,
            ByType = new Dictionary<string, ValidationMode> { ["Observation"] = ValidationMode.Reject },
            ByProfile = new Dictionary<string, ValidationMode> { ["http://example.org/strict"] = ValidationMode.Reject, ["http://example.org/loose"] = ValidationMode.Off },
        };

        Assert.Equal(mode, policy.ModeOf(Parse(json)));
    }

    [Fact]
    public async Task A_validator_that_fails_refuses_and_the_log_says_why()
    {
        var reported = new List<string>();
        var broken = new Validator(new ValidatorSettings { Definitions = _ => throw new InvalidOperationException("broken") });
        var validation = new WriteValidation(_ => new(broken), new ValidationPolicy(), (text, fault) => reported.Add($"{text} {fault!.Message}"));

        var refused = await Assert.ThrowsAsync<FhirException>(
            async () => await validation.CheckAsync(Parse("""{"resourceType":"Patient","meta":{"profile":["http://example.org/p"]}}"""), false, CancellationToken.None));

        Assert.Equal(
            (IssueSeverity.Fatal, IssueType.Exception, "The Patient could not be validated, because something went wrong inside the server; nothing was stored."),
            (refused.Issues[0].Severity, refused.Issues[0].Type, refused.Issues[0].Diagnostics));
        Assert.Equal(["The validator failed on Patient; it was not stored. broken"], reported);
    }

    [Fact]
    public async Task What_can_t_be_checked_whole_is_refused_where_every_error_is()
    {
        const string unusable = """
            {"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",
             "baseDefinition":"http://example.org/nowhere","derivation":"constraint","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}}
            """;
        var validator = new Validator(new ValidatorSettings { Definitions = url => url == "http://example.org/p" ? Parse(unusable) : null });
        const string claims = """{"resourceType":"Patient","meta":{"profile":["http://example.org/p"]}}""";

        var strict = await JudgeAsync(claims, new ValidationPolicy { Mode = ValidationMode.Reject }, isSeen: false, validator);
        var usual = await JudgeAsync(claims, new ValidationPolicy(), isSeen: true, validator);

        Assert.Equal((IssueSeverity.Error, IssueType.BusinessRule, "profile-unusable"), (Assert.Single(strict.Refusals).Severity, strict.Refusals[0].Type, strict.Refusals[0].MessageId));
        Assert.Equal((0, "profile-unusable"), (usual.Refusals.Count, Assert.Single(usual.Remarks).MessageId));
    }

    private static readonly Validator Shared = new();

    private static async Task<WriteVerdict> JudgeAsync(string json, ValidationPolicy policy, bool isSeen, Validator? validator = null) =>
        await new WriteValidation(_ => new(validator ?? Shared), policy, (_, _) => { }).JudgeAsync(Parse(json), isSeen, null, CancellationToken.None);

    private static ResourceDocument Parse(string json) => ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json));
}
