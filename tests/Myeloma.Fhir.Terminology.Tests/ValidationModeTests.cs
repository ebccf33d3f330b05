using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>How much of a code <c>$validate-code</c> checks: <c>valueSetMode</c>, <c>mode</c> and the booleans beside them, and what names no version.</summary>
public sealed class ValidationModeTests
{
    private const string System = "http://example.org/modes";

    private static readonly ResourceDocument[] Resources =
    [
        Document($$"""{"resourceType":"CodeSystem","url":"{{System}}","version":"1","status":"active","content":"complete","concept":[{"code":"in","display":"In"},{"code":"out","display":"Out"}]}"""),
        Document($$"""{"resourceType":"ValueSet","url":"http://example.org/modes-set","version":"1","status":"active","compose":{"include":[{"system":"{{System}}","concept":[{"code":"in"}]}]} }"""),
        Document("""{"resourceType":"ValueSet","url":"http://example.org/grams","status":"active","compose":{"include":[{"system":"http://unitsofmeasure.org","filter":[{"property":"canonical","op":"=","value":"g"}]}]}}"""),
    ];

    [Theory]
    [InlineData("in", "In", "", true, "")]
    [InlineData("in", "Wrong", "", false, "invalid-display")]
    [InlineData("in", "Wrong", "valueSetMode=ALL_CHECKS", false, "invalid-display")]
    [InlineData("in", "Wrong", "valueSetMode=CHECK_MEMBERSHIP_ONLY", true, "")]
    [InlineData("in", "Wrong", "valueSetMode=CHECK_MEMERSHIP_ONLY", true, "")]
    [InlineData("in", "Wrong", "mode=CHECK_MEMBERSHIP_ONLY", true, "")]
    [InlineData("in", "Wrong", "valueset-membership-only=true", true, "")]
    [InlineData("in", "Wrong", "mode=lenient-display-validation", true, "invalid-display")]
    [InlineData("in", "Wrong", "valueSetMode=NO_MEMBERSHIP_CHECK", false, "invalid-display")]
    [InlineData("in", "Wrong", "valueSetMode=NO_MEMBERSHIP_CHECK&lenient-display-validation=true", true, "invalid-display")]
    [InlineData("out", "Out", "", false, "not-in-vs")]
    [InlineData("out", "Out", "valueSetMode=CHECK_MEMBERSHIP_ONLY", false, "not-in-vs")]
    [InlineData("out", "Out", "valueSetMode=NO_MEMBERSHIP_CHECK", true, "")]
    [InlineData("out", "Out", "mode=NO_MEMBERSHIP_CHECK", true, "")]
    [InlineData("none", "None", "", false, "invalid-code not-in-vs")]
    [InlineData("none", "None", "valueSetMode=CHECK_MEMBERSHIP_ONLY", false, "not-in-vs")]
    [InlineData("none", "None", "valueSetMode=NO_MEMBERSHIP_CHECK", false, "invalid-code")]
    public void The_mode_tells_what_is_checked(string code, string display, string parameters, bool result, string issues)
    {
        var answer = Ask($"url=http://example.org/modes-set&system={System}&code={code}&display={display}&{parameters}");

        Assert.Equal(result, answer.Single(each => each!["name"]!.ToString() == "result")!["valueBoolean"]!.GetValue<bool>());
        Assert.Equal(issues, string.Join(' ', (answer.FirstOrDefault(each => each!["name"]!.ToString() == "issues")?["resource"]!["issue"]!.AsArray() ?? [])
            .Select(issue => issue!["details"]!["coding"]![0]!["code"]!.ToString()).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("valueSetMode=SOME", "The parameter 'valueSetMode' is ALL_CHECKS, CHECK_MEMBERSHIP_ONLY or NO_MEMBERSHIP_CHECK, not 'SOME'.")]
    [InlineData("valueSetMode=lenient-display-validation", "The parameter 'valueSetMode' is ALL_CHECKS, CHECK_MEMBERSHIP_ONLY or NO_MEMBERSHIP_CHECK, not 'lenient-display-validation'.")]
    [InlineData("mode=strict", "The parameter 'mode' is ALL_CHECKS, CHECK_MEMBERSHIP_ONLY, NO_MEMBERSHIP_CHECK or lenient-display-validation, not 'strict'.")]
    [InlineData("valueSetMode=NO_MEMBERSHIP_CHECK&valueset-membership-only=true", "Membership can't be both all that is checked and left out; 'valueset-membership-only', 'valueSetMode' and 'mode' contradict each other.")]
    [InlineData("default-to-latest-version=false", "What names no version means the latest one here, so that 'default-to-latest-version' can't be false; name versions with 'system-version' and 'default-valueset-version', or demand them with 'check-system-version' and 'check-valueset-version'.")]
    public void What_can_not_be_done_is_refused(string parameters, string wording)
    {
        var fault = Assert.Throws<FhirException>(() => Ask($"url=http://example.org/modes-set&system={System}&code=in&{parameters}"));

        Assert.Equal(wording, Assert.Single(fault.Issues).Diagnostics);
    }

    [Theory]
    [InlineData("kg", true, null)]
    [InlineData("mL", false, "Code mL has canonical form m3, not g as required; The provided code 'http://unitsofmeasure.org#mL' was not found in the value set 'http://example.org/grams'")]
    public void A_unit_that_can_not_be_converted_is_told_with_its_canonical_form(string code, bool result, string? message)
    {
        var answer = Ask($"url=http://example.org/grams&system=http://unitsofmeasure.org&code={code}&default-to-latest-version=true");

        Assert.Equal(result, answer.Single(each => each!["name"]!.ToString() == "result")!["valueBoolean"]!.GetValue<bool>());
        Assert.Equal(message, answer.FirstOrDefault(each => each!["name"]!.ToString() == "message")?["valueString"]!.ToString());
    }

    private static JsonArray Ask(string query) => JsonNode.Parse(new ValidateCode(TerminologyLimits.Default).ValueSet(
        new TerminologyCatalog(R4Schema.Instance).With(Resources),
        new TerminologyArguments(query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=', 2)).Select(each => new TerminologyArgument(each[0], each[1], null)))))!["parameter"]!.AsArray();

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));
}
