using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Patch.Tests;

/// <summary>The published patch tests, all of them.</summary>
public sealed class SuiteTests
{
    [ConformanceFact]
    public void Every_case_of_the_suite_gives_the_expected_result()
    {
        using var suite = JsonDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite("patch", "cases.json")));
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var test in suite.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = $"{test.GetProperty("kind")}/{test.GetProperty("name")}";
            for (var more = 2; !found.TryAdd(name, null); more++) name = $"{test.GetProperty("kind")}/{test.GetProperty("name")}-{more}";
            found[name] = Failure(test);
        }

        SuiteResults.Hold("patch", found);
        Assert.DoesNotContain(found.Values, failure => failure is not null);
    }

    private static string? Failure(JsonElement test)
    {
        try
        {
            var found = test.GetProperty("kind").GetString() switch
            {
                "json-patch" => JsonPatchFailure(test),
                "xml-patch" => XmlPatchFailure(test),
                _ => FhirPathPatchFailure(test.GetProperty("json"), test.GetProperty("xml")),
            };
            return test.TryGetProperty("error", out _) ? "a fault was expected" : found;
        }
        catch (FhirException fault)
        {
            return test.TryGetProperty("error", out _) ? null : fault.Message;
        }
    }

    private static string? JsonPatchFailure(JsonElement test)
    {
        var result = JsonPatch.Apply(Bytes(test.GetProperty("doc")), Bytes(test.GetProperty("patch")));
        if (!test.TryGetProperty("expected", out var expected)) return null;
        using var found = JsonDocument.Parse(result);
        return JsonElement.DeepEquals(expected, found.RootElement) ? null : found.RootElement.GetRawText();
    }

    private static string? XmlPatchFailure(JsonElement test)
    {
        var result = Encoding.UTF8.GetString(XmlPatch.Apply(Text(test, "target"), Text(test, "patch")));
        return Canonical(test.GetProperty("patched").GetString()!) == Canonical(result) ? null : result;
    }

    private static string? FhirPathPatchFailure(JsonElement json, JsonElement xml)
    {
        var fromJson = FhirPathPatch.Apply(ResourceDocument.Parse(Bytes(json.GetProperty("input"))), ResourceDocument.Parse(Bytes(json.GetProperty("diff"))));
        var expected = ResourceDocument.Parse(Bytes(json.GetProperty("output")));
        if (CanonicalXml(expected) != CanonicalXml(fromJson)) return Encoding.UTF8.GetString(fromJson.Bytes.Span);

        var fromXml = FhirPathPatch.Apply(FromXml(xml, "input"), FromXml(xml, "diff"));
        return CanonicalXml(FromXml(xml, "output")) == CanonicalXml(fromXml) ? null : "in XML: " + Encoding.UTF8.GetString(fromXml.Bytes.Span);
    }

    private static ResourceDocument FromXml(JsonElement xml, string name) => ResourceDocument.Parse(XmlReading.ToJson(Text(xml, name)));

    private static string CanonicalXml(ResourceDocument document) => Canonical(Encoding.UTF8.GetString(XmlWriting.ToXml(document)));

    /// <summary>Without white space between elements, declarations of namespaces and the choice of prefixes.</summary>
    private static string Canonical(string xml)
    {
        var text = new StringBuilder();
        Write(XDocument.Parse(xml).Root!, text);
        return text.ToString();
    }

    private static void Write(XElement element, StringBuilder text)
    {
        text.Append('<').Append(element.Name);
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).OrderBy(attribute => attribute.Name.ToString(), StringComparer.Ordinal))
            text.Append(' ').Append(attribute.Name).Append('=').Append(attribute.Value);
        text.Append('>');
        foreach (var node in element.Nodes())
        {
            if (node is XElement child) Write(child, text);
            else if (node is XText { Value: var value } && !string.IsNullOrWhiteSpace(value)) text.Append(value.Trim());
        }

        text.Append("</>");
    }

    private static ReadOnlyMemory<byte> Bytes(JsonElement json) => Encoding.UTF8.GetBytes(json.GetRawText());

    private static ReadOnlyMemory<byte> Text(JsonElement owner, string name) => Encoding.UTF8.GetBytes(owner.GetProperty(name).GetString()!);
}
