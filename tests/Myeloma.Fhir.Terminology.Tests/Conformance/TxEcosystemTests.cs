using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.TestSupport;
using Xunit.Abstractions;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>The HL7 terminology ecosystem's tests, mode general, in their R4 form. What passes is written down in tx-baseline.txt and never falls.</summary>
/// <remarks>https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/. The two tests of capabilities are the server's.</remarks>
public sealed class TxEcosystemTests(ITestOutputHelper output)
{
    private static readonly TerminologyCatalog Catalog = new(R4Schema.Instance);

    [ConformanceFact]
    public void Every_test_that_passed_once_passes()
    {
        var folder = ConformanceFolder.Suite("tx");
        var passed = new List<string>();
        var failed = new List<string>();
        foreach (var suite in Read(folder, "test-cases.json")["suites"]!.AsArray())
        {
            if (suite!["mode"]?.ToString() is { } mode && mode != "general") continue;
            var setup = (suite["setup"] as JsonArray ?? []).Select(file => LaterForms.ToR4(Read(folder, file!.ToString())).ToJsonString()).Select(Document).ToList();
            var occurrences = new Dictionary<string, int>();
            foreach (var test in suite["tests"]!.AsArray())
            {
                if (test!["mode"] is not null || test["operation"]!.ToString() is "metadata" or "term-caps") continue;
                var name = $"{suite["name"]}/{test["name"]}";
                occurrences[name] = occurrences.GetValueOrDefault(name) + 1;
                if (occurrences[name] > 1) name += $"-{occurrences[name]}";
                if (Run(folder, test.AsObject(), setup) is { } difference)
                {
                    failed.Add(name);
                    output.WriteLine($"{name}: {difference}");
                }
                else
                {
                    passed.Add(name);
                }
            }
        }

        output.WriteLine($"{passed.Count} passed, {failed.Count} failed");
        if (Environment.GetEnvironmentVariable("MYELOMA_WRITE_BASELINE") is { } file) File.WriteAllLines(Path.Combine(file, "tx-baseline.txt"), passed.Order(StringComparer.Ordinal));
        var baseline = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "tx-baseline.txt"));
        Assert.Empty(baseline.Except(passed));
        Assert.Equal(baseline.Length, passed.Count);
    }

    private static string? Run(string folder, JsonObject test, List<ResourceDocument> setup)
    {
        var request = LaterForms.ToR4(Read(folder, test["request"]!.ToString())).AsObject();
        var profile = Read(folder, test["profile"]?.ToString() ?? "parameters-default.json");
        foreach (var parameter in profile["parameter"]!.AsArray()) request["parameter"]!.AsArray().Add(parameter!.DeepClone());
        var arguments = TerminologyArguments.Of(Document(request.ToJsonString()).Root, test["Accept-Language"]?.ToString());
        JsonObject answer;
        var isFault = false;
        try
        {
            answer = JsonNode.Parse(Answer(test["operation"]!.ToString(), Catalog.With(setup), arguments))!.AsObject();
        }
        catch (FhirException fault)
        {
            answer = JsonNode.Parse(OperationOutcome.ToJson(fault.Issues))!.AsObject();
            isFault = true;
        }

        if (test["http-code"]?.ToString() is { } code && code == "4xx" != isFault) return $"status {code} expected: {answer.ToJsonString()[..Math.Min(300, answer.ToJsonString().Length)]}";
        answer = AnswerOrder.Of(LaterForms.ToR5(answer), isAnswer: true);
        var messages = Read(folder, "messages-tx.fhir.org.json")[test["response"]!.ToString()] as JsonObject;
        string? first = null;
        foreach (var response in new[] { test["response"], test["response2"] })
        {
            if (response is null || !File.Exists(Path.Combine(folder, response.ToString()))) continue;
            var expected = AnswerOrder.Of(Read(folder, response.ToString()).AsObject(), isAnswer: false);
            if (new AnswerComparison(messages).Difference(expected["resourceType"]!.ToString(), expected, answer) is not { } difference) return null;
            first ??= difference;
        }

        return first;
    }

    private static byte[] Answer(string operation, TerminologyCatalog catalog, TerminologyArguments arguments) => operation switch
    {
        "expand" => new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(catalog, arguments),
        "validate-code" => new ValidateCode(TerminologyLimits.Default).ValueSet(catalog, arguments),
        "cs-validate-code" => new ValidateCode(TerminologyLimits.Default).CodeSystem(catalog, arguments),
        "batch-validate" => new ValidateCode(TerminologyLimits.Default).Batch(catalog, arguments, isValueSet: true),
        "lookup" => new Lookup(TerminologyLimits.Default).Answer(catalog, arguments),
        _ => throw new InvalidOperationException($"unknown operation {operation}"),
    };

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json));

    private static JsonNode Read(string folder, string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file)), documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true })!;
}
