using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests;

/// <summary>Damaged resources and damaged definitions: whatever can be parsed is answered with issues, never with another exception.</summary>
public sealed class MutationTests
{
    private const int Seed = 20_260_101;
    private const int MutantsOfEach = 30;

    [Fact]
    public void Damaged_resources_are_answered_with_issues()
    {
        var validator = new Validator();
        var random = new Random(Seed);

        foreach (var original in Originals())
        {
            for (var mutant = 0; mutant < MutantsOfEach; mutant++)
                if (Parse(Mutant(original, random)) is { } document) Assert.All(validator.Validate(document), issue => Assert.NotEmpty(issue.Diagnostics));
        }
    }

    [Fact]
    public void Damaged_definitions_are_answered_with_issues()
    {
        var random = new Random(Seed);
        var definitions = Originals().Where(original => Encoding.UTF8.GetString(original).Contains("\"StructureDefinition\"", StringComparison.Ordinal)).ToList();

        foreach (var original in definitions)
        {
            var extension = Parse(original)!.Root;
            var (url, type) = (extension.TextOf("url"), extension.TextOf("type") == "Extension" ? "extension" : null);
            var user = Sample.Resource($$$"""{"resourceType":"Patient","meta":{"profile":["{{{url}}}"]},"{{{type ?? "extension"}}}":[{"url":"{{{url}}}","extension":[{"url":"a","valueString":"b"}],"valueString":"c"}]}""");
            for (var mutant = 0; mutant < MutantsOfEach; mutant++)
            {
                if (Parse(Mutant(original, random)) is not { } definition) continue;
                var validator = new Validator(new ValidatorSettings { Definitions = canonical => canonical == url ? definition : null });
                Assert.NotEmpty(validator.Validate(user));
            }
        }
    }

    [Fact]
    public void Resources_that_all_refer_to_each_other_are_looked_at_once()
    {
        const int Count = 60;
        var profile = Sample.Profile("linked", "Patient", """{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["http://example.org/linked"]}]},{"path":"Patient.name","min":1}""");
        var links = string.Join(',', Enumerable.Range(0, Count).Select(to => $$$"""{"type":"seealso","other":{"reference":"Patient/{{{to}}}"}}"""));
        var entries = string.Join(',', Enumerable.Range(0, Count).Select(from => $$$"""
            {"fullUrl":"http://example.org/fhir/Patient/{{{from}}}","resource":{"resourceType":"Patient","id":"{{{from}}}","meta":{"profile":["http://example.org/linked"]},"name":[{"family":"A"}],"link":[{{{links}}}]}}
            """));

        Assert.Empty(Sample.Findings($$"""{"resourceType":"Bundle","type":"collection","entry":[{{entries}}]}""", [profile]));
    }

    /// <summary>Every tenth resource of the package.</summary>
    private static IEnumerable<byte[]> Originals() =>
        Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where((_, place) => place % 10 == 0).Select(File.ReadAllBytes);

    /// <summary>A few bytes replaced, removed or doubled.</summary>
    private static byte[] Mutant(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count - 20);
            var length = random.Next(1, 20);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(32, 127); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                default: Swap(bytes, random); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>One quoted word in place of another: the JSON mostly stays whole.</summary>
    private static void Swap(List<byte> bytes, Random random)
    {
        var (from, to) = (Word(bytes, random), Word(bytes, random));
        var word = bytes.GetRange(from.Start, from.Length);
        bytes.RemoveRange(to.Start, to.Length);
        bytes.InsertRange(to.Start, word);
    }

    private static (int Start, int Length) Word(List<byte> bytes, Random random)
    {
        var start = bytes.IndexOf((byte)'"', random.Next(bytes.Count / 2));
        var end = start < 0 ? -1 : bytes.IndexOf((byte)'"', start + 1);
        return end < 0 ? (0, 0) : (start, end - start + 1);
    }

    private static ResourceDocument? Parse(byte[] json)
    {
        try
        {
            return ResourceDocument.Parse(json);
        }
        catch (FhirException)
        {
            return null;
        }
    }
}
