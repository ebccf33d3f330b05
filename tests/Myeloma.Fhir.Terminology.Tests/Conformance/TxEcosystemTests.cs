using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.TestSupport;
using Xunit.Abstractions;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>The HL7 terminology ecosystem's tests, in their R4 form.</summary>
/// <remarks>https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/. The two tests of capabilities are the server's.</remarks>
public sealed class TxEcosystemTests(ITestOutputHelper output)
{
    private static readonly TerminologyCatalog Catalog = new(R4Schema.Instance);

    [ConformanceTheory]
    [InlineData("general", "tx")]
    [InlineData("tx.fhir.org", "tx-fhir-org")]
    public void Tests_pass_that_are_written_down_as_passing(string mode, string results)
    {
        var folder = ConformanceFolder.Suite("tx");
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var suite in Read(folder, "test-cases.json")["suites"]!.AsArray())
        {
            var setup = (suite!["setup"] as JsonArray ?? []).Select(file => LaterForms.ToR4(Read(folder, file!.ToString())).ToJsonString()).Select(Document).ToList();
            foreach (var test in suite["tests"]!.AsArray())
            {
                if ((test!["mode"] ?? suite["mode"] ?? "general").ToString() != mode || IsOfServer(test)) continue;
                var name = $"{suite["name"]}/{test["name"]}";
                for (var more = 2; !found.TryAdd(name, null); more++) name = $"{suite["name"]}/{test["name"]}-{more}";
                found[name] = Run(folder, test.AsObject(), setup);
            }
        }

        output.WriteLine($"{found.Values.Count(failure => failure is null)} of {found.Count} passed");
        SuiteResults.Hold(results, found, name => !name.StartsWith("metadata/", StringComparison.Ordinal));
    }

    /// <summary>Capabilities are asked over HTTP.</summary>
    private static bool IsOfServer(JsonNode test) => test["operation"]!.ToString() is "metadata" or "term-caps";

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
        "compare" => new ValueSetCompare(TerminologyLimits.Default).Answer(catalog, arguments),
        "lookup" => new Lookup(TerminologyLimits.Default).Answer(catalog, arguments),
        _ => throw new FhirException(Issue.NotSupported($"There is no operation '{operation}' of value sets.")),
    };

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json));

    private static JsonNode Read(string folder, string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file)), documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true })!;
}
