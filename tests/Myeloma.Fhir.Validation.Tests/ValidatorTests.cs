using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Tests;

public sealed class ValidatorTests
{
    [Fact]
    public void A_sound_resource_has_no_issues() =>
        Assert.Empty(Sample.Findings("""{"resourceType":"Patient","name":[{"family":"Example"}],"birthDate":"1970-01-01"}"""));

    [Fact]
    public void Issues_of_structure_invariants_and_profiles_come_together_in_the_order_of_the_document()
    {
        var issues = new Validator().Validate(Sample.Resource("""
            {
              "resourceType": "Patient",
              "meta": {"profile": ["http://example.org/unknown"]},
              "contact": [{"gender": "male"}],
              "birthDate": "1970-13-01"
            }
            """));

        Assert.Equal(
            [
                "warning profile-unknown Patient.meta.profile[0]",
                "error pat-1 Patient.contact[0]",
                "error invalid-date Patient.birthDate",
            ],
            Sample.Shown(issues));
        Assert.Equal([(3, 24), (4, 15), (5, 16)], issues.Select(issue => (issue.Line, issue.Column)));
        Assert.Equal("SHALL at least contain a contact's details or a reference to an organization (pat-1 of http://hl7.org/fhir/StructureDefinition/Patient): not met here.", issues[1].Diagnostics);
        Assert.Equal(IssueType.Invariant, issues[1].Type);
    }

    [Fact]
    public void A_profile_that_was_asked_for_and_is_not_known_is_an_error() =>
        Assert.Equal(
            ["error profile-unknown Patient"],
            Sample.Findings("""{"resourceType":"Patient"}""", new ValidationOptions { Profiles = ["http://example.org/unknown"] }));

    [Fact]
    public void Base_definitions_may_be_asked_for_as_profiles()
    {
        const string Patient = """{"resourceType":"Patient"}""";

        Assert.Empty(Sample.Findings(Patient, new ValidationOptions { Profiles = ["http://hl7.org/fhir/StructureDefinition/Patient"] }));
        Assert.Equal(["error profile-type Patient"], Sample.Findings(Patient, new ValidationOptions { Profiles = ["http://hl7.org/fhir/StructureDefinition/Group"] }));
    }

    [Fact]
    public void Past_the_limit_the_last_issue_says_that_others_are_left_out()
    {
        var contacts = string.Join(',', Enumerable.Repeat("""{"gender":"male"}""", 20));

        var found = Sample.Findings($$"""{"resourceType":"Patient","contact":[{{contacts}}]}""", new ValidationOptions { MaxIssues = 5 });

        Assert.Equal(5, found.Length);
        Assert.Equal("error pat-1 Patient.contact[0]", found[0]);
        Assert.Equal("error too-many-issues ", found[^1]);
    }

    [Fact]
    public void Recommendations_are_told_on_demand()
    {
        const string Patient = """{"resourceType":"Patient"}""";

        Assert.Equal(["warning dom-6 Patient"], Sample.Findings(Patient, new ValidationOptions { BestPractice = true }));
        Assert.Empty(Sample.Findings(Patient));
    }

    [Fact]
    public void A_cancelled_validation_ends() =>
        Assert.Throws<OperationCanceledException>(() => Sample.Findings("""{"resourceType":"Patient"}""", new ValidationOptions { CancellationToken = new CancellationToken(true) }));

    [Fact]
    public void One_validator_gives_all_threads_the_same_answers()
    {
        var validator = Sample.With(Sample.Profile("named", "Patient", """{"path":"Patient"},{"path":"Patient.name","min":1}"""));
        var patient = Sample.Resource("""{"resourceType":"Patient","meta":{"profile":["http://example.org/named"]},"contact":[{"gender":"male"}]}""");
        string[] expected = ["error profile-min Patient", "error pat-1 Patient.contact[0]"];

        var answers = new string[200][];
        Parallel.For(0, answers.Length, index => answers[index] = Sample.Shown(validator.Validate(patient)));

        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }
}
