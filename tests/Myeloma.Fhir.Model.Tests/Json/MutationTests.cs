using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Model.Tests.Json;

/// <summary>Damaged examples: bytes changed, dropped, doubled, swapped; the same ones in every run.</summary>
public sealed class MutationTests
{
    private const int LargestExample = 4_000;

    private static readonly byte[][] Fragments =
    [
        .. new[] { "null", "[]", "{}", "[null]", "\"\"", "1e999999", "-0", "true", "\"\\ud83d\\ude00\"", "\"_id\":", "\"resourceType\":\"Patient\",", "\"extension\":[{}],", ",", "\"", "\\", "}", "]", "\u00e4" }
            .Select(Encoding.UTF8.GetBytes),
    ];

    [ConformanceFact]
    public void A_damaged_example_is_read_or_refused_and_never_breaks_the_reader()
    {
        var examples = Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Where(bytes => bytes.Length <= LargestExample).ToArray();
        var random = new Random(20260131);
        var read = 0;
        Mutants.Run(Mutants.Json, mutant =>
        {
            var bytes = Mutate(examples[random.Next(examples.Length)], random);
            try
            {
                var document = ResourceDocument.Parse(bytes);
                read++;
                foreach (var issue in StructuralCheck.Check(document)) Assert.True(issue is { Line: > 0, Column: > 0, Expression.Length: > 0, MessageId: not null });
                Walk(document.Root);
                Rework(document);
            }
            catch (FhirException refusal)
            {
                Assert.NotEmpty(refusal.Issues);
            }
            catch (Exception other) when (other is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Mutant {mutant}: {other}\n{Encoding.UTF8.GetString(bytes)}");
            }
        });

        Assert.InRange(read, Mutants.Json / 10, Mutants.Json);
    }

    private static void Walk(Element element)
    {
        Assert.StartsWith(element.Document.ResourceType, element.Document.ExpressionOf(element), StringComparison.Ordinal);
        _ = element.Text;
        foreach (var child in element.Children()) Walk(child);
    }

    /// <summary>What is written from a damaged resource can be read again.</summary>
    private static void Rework(ResourceDocument document)
    {
        var stamped = ResourceDocument.Parse(ResourceStamp.Apply(document, "a", "1", DateTimeOffset.UnixEpoch));
        Assert.Equal("a", stamped.Id);
        ResourceDocument.Parse(SummaryView.Summary(stamped));
        ResourceDocument.Parse(SummaryView.TextOnly(stamped));
        ResourceDocument.Parse(ElementsView.Apply(stamped, ["name", "status"]));
        var pretty = ResourceDocument.Parse(PrettyJson.Format(document.Bytes.Span));
        Assert.True(ContentEquality.Same(document, pretty));
        ReferenceRewrite.Apply(document, link => link.Length > 20 ? "x" : null);
    }

    private static byte[] Mutate(byte[] example, Random random)
    {
        var bytes = example.ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                case 4:
                    ReplaceValue(bytes, at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    bytes[at] = (byte)"{}[]\",:\\_0e"[random.Next(11)];
                    break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'{');
        }

        return [.. bytes];
    }

    /// <summary>Puts another value behind the next colon, so that many mutants stay JSON and reach the checks.</summary>
    private static void ReplaceValue(List<byte> bytes, int from, byte[] value)
    {
        var colon = bytes.IndexOf((byte)':', from);
        if (colon < 0) return;
        var end = bytes.FindIndex(colon + 1, letter => letter is (byte)',' or (byte)'}' or (byte)']');
        if (end < 0) return;
        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, value);
    }
}
