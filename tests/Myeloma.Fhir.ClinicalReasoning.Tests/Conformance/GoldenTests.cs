using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Conformance;

/// <summary>The suite of applied definitions: cases that pass go on passing, and one that begins to is written down as passing.</summary>
public sealed class GoldenTests
{
    [ConformanceFact]
    public void The_cases_that_pass_are_those_written_down()
    {
        var found = GoldenCase.Names.ToDictionary(name => name, name => Failure(new GoldenCase(ConformanceFolder.Suite("apply", name))));
        SuiteResults.Hold("apply", found);
    }

    private static string? Failure(GoldenCase golden)
    {
        var found = new List<byte[]>();
        try
        {
            if (golden.IsPlan) found.AddRange([golden.ToCarePlan(), golden.ToBundle()]);
            else found.Add(golden.ToRequest());
        }
        catch (FhirException fault)
        {
            return fault.Message;
        }

        return found.Select(Unsound).FirstOrDefault(fault => fault is not null) ?? Difference(golden, found);
    }

    /// <summary>Whatever is expected, a result is a resource that R4 allows: but for elements that the definition itself states in a wrong form.</summary>
    private static string? Unsound(byte[] result) => StructuralCheck.Check(ResourceDocument.Parse(result))
        .Where(issue => issue.Severity == IssueSeverity.Error && !issue.Expression!.Contains(".timing", StringComparison.Ordinal))
        .Select(issue => $"{issue.Expression}: {issue.Diagnostics}").FirstOrDefault();

    private static string? Difference(GoldenCase golden, List<byte[]> found)
    {
        var expected = golden.Expected;
        if (expected.TryGetProperty("careplan", out var careplan))
            return Comparison.Difference(golden.Read(careplan.GetString()!), found[0]) ?? Comparison.Difference(golden.Read(expected.GetProperty("bundle").GetString()!), found[1]);
        if (expected.TryGetProperty("fhirpath", out var expressions)) return Unmet(found[0], expected.GetProperty("resourceType").GetString()!, expressions);
        return expected.TryGetProperty("illustration", out var illustration) ? Unlike(golden.Read(illustration.GetString()!), found[0]) : Checks.Unmet(golden, JsonNode.Parse(found[0])!);
    }

    private static string? Unmet(byte[] found, string type, JsonElement expressions)
    {
        var result = ResourceDocument.Parse(found);
        if (result.ResourceType != type) return $"a {result.ResourceType} instead of a {type}";
        return expressions.EnumerateArray().Select(expression => expression.GetString()!)
            .FirstOrDefault(expression => !FhirPathExpression.Parse(expression).Evaluate(result.Root).IsTrue);
    }

    /// <summary>An instance that was made by hand: the actions are the same, and so is what is requested.</summary>
    private static string? Unlike(JsonElement illustration, byte[] found)
    {
        var contained = JsonNode.Parse(found)!["contained"]!.AsArray();
        var group = contained[0]!.AsObject();
        var like = new JsonObject { ["resourceType"] = "RequestGroup", ["action"] = group["action"]!.DeepClone(), ["contained"] = new JsonArray([.. contained.Skip(1).Select(part => part!.DeepClone())]) };
        var expected = JsonNode.Parse(illustration.GetRawText())!.AsObject();
        foreach (var name in expected.Select(each => each.Key).Except(["resourceType", "action", "contained"]).ToList()) expected.Remove(name);
        foreach (var request in expected["contained"]!.AsArray()) request!["status"] = "draft";
        return Comparison.Difference(JsonDocument.Parse(expected.ToJsonString()).RootElement, Encoding.UTF8.GetBytes(like.ToJsonString()));
    }
}
