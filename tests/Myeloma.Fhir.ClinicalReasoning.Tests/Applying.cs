using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Applies definitions written as JSON to the patient <c>Patient/1</c>, at noon of 1 March 2026.</summary>
internal static class Applying
{
    public static readonly ApplyRequest Request = new() { Subject = "Patient/1", Now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) };

    public static Element Parsed(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json)).Root;

    /// <summary>A plan <c>http://example.org/plan</c> with these actions.</summary>
    public static Element Plan(string actions, string more = "") =>
        Parsed($$"""{"resourceType":"PlanDefinition","url":"http://example.org/plan","status":"active",{{more}}"action":[{{actions}}]}""");

    public static ApplySources Knowing(params string[] definitions) => new()
    {
        Definitions = url => [.. definitions.Select(json => Parsed(json).Document).Where(document => document.Root.TextOf("url") == url)],
    };

    /// <summary>The CarePlan, after a look at its structure.</summary>
    public static JsonObject CarePlan(Element plan, ApplyRequest? request = null, ApplySources? sources = null) =>
        Sound(new PlanDefinitionApply(sources ?? ApplySources.None).ToCarePlan(plan, request ?? Request));

    public static JsonObject Bundle(Element plan, ApplyRequest? request = null, ApplySources? sources = null) =>
        Sound(new PlanDefinitionApply(sources ?? ApplySources.None).ToBundle(plan, request ?? Request));

    public static JsonObject Activity(string json, ApplyRequest? request = null, ApplySources? sources = null) =>
        Sound(new ActivityDefinitionApply(sources ?? ApplySources.None).Apply(Parsed(json), request ?? Request));

    public static JsonObject Contained(JsonObject carePlan, string id) => carePlan["contained"]!.AsArray().Select(part => part!.AsObject()).Single(part => part["id"]!.ToString() == id);

    /// <summary>Ids of what the CarePlan contains, in order.</summary>
    public static IEnumerable<string> Ids(JsonObject carePlan) => carePlan["contained"]!.AsArray().Select(part => part!["id"]!.ToString());

    /// <summary>Severity, code, expression and diagnostics of each issue; empty when there is no outcome.</summary>
    public static IEnumerable<string> Issues(JsonObject result) => (result["contained"] as JsonArray ?? [])
        .Where(part => part!["resourceType"]!.ToString() == "OperationOutcome")
        .SelectMany(part => part!["issue"]!.AsArray())
        .Select(issue => $"{issue!["severity"]} {issue["code"]} {issue["expression"]![0]}: {issue["diagnostics"]}");

    private static JsonObject Sound(byte[] result)
    {
        Assert.Equal([], StructuralCheck.Check(ResourceDocument.Parse(result)).Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));
        return JsonNode.Parse(result)!.AsObject();
    }
}
