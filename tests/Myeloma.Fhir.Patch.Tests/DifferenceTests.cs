using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Patch.Tests;

/// <summary>A difference is right when its patch turns the one resource into the other, and good when it is small.</summary>
public sealed class DifferenceTests
{
    /// <summary>More operations than the tests' resources ever need, and the time of a busy machine.</summary>
    private static readonly PatchLimits Ample = PatchLimits.Default with { MaxOperations = 100_000, MaxTime = TimeSpan.FromMinutes(5) };

    [ConformanceFact]
    public void Between_two_examples_of_a_type_the_difference_applied_to_the_one_gives_the_other()
    {
        const int largest = 12_000;
        var failures = new List<string>();
        var pairs = 0;
        foreach (var type in Examples().Where(example => example.Bytes.Length < largest).GroupBy(example => example.ResourceType))
        {
            var all = type.ToList();
            for (var index = 0; index < all.Count; index++)
            {
                pairs++;
                if (Failure(all[index], all[(index + 1) % all.Count]) is { } failure) failures.Add(failure);
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Take(10)));
        Assert.InRange(pairs, 200, int.MaxValue);
    }

    [ConformanceFact]
    public void Random_changes_of_examples_are_found_and_put_back()
    {
        const int largest = 30_000;
        var random = new Random(20261121);
        var failures = new List<string>();
        foreach (var example in Examples().Where(example => example.Bytes.Length < largest))
        {
            var changed = RandomChange.Of(example, random);
            if (Failure(example, changed) is { } forth) failures.Add(forth);
            if (Failure(changed, example) is { } back) failures.Add(back);
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Take(10)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970-01"}""", """{"resourceType":"Patient","birthDate":"1970-02"}""", "replace Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","active":true}""", """{"resourceType":"Patient"}""", "delete Patient.active")]
    [InlineData("""{"resourceType":"Patient"}""", """{"resourceType":"Patient","active":true}""", "add Patient active")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true}""", """{"resourceType":"Patient","deceasedDateTime":"2020"}""", "replace Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b","c","d"]}]}""", """{"resourceType":"Patient","name":[{"given":["b","c","d","a"]}]}""", "move Patient.name[0].given 0 3")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"]}]}""", """{"resourceType":"Patient","name":[{"given":["a","x","b"]}]}""", "insert Patient.name[0].given 1")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"]}]}""", """{"resourceType":"Patient","name":[{"given":["b"]}]}""", "delete Patient.name[0].given[0]")]
    [InlineData(
        """{"resourceType":"Patient","contact":[{"name":{"family":"A"},"gender":"male"},{"name":{"family":"B"},"gender":"female"}]}""",
        """{"resourceType":"Patient","contact":[{"name":{"family":"A"},"gender":"male"},{"name":{"family":"C"},"gender":"female"}]}""",
        "replace Patient.contact[1].name.family")]
    [InlineData(
        """{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"http://example.org/a","valueCode":"x"}]}}""",
        """{"resourceType":"Patient","birthDate":"1970"}""", "replace Patient.birthDate")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"a long name of an organization, which is not to be written again","active":true}]}""",
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"a long name of an organization, which is not to be written again","active":false}]}""",
        "replace Patient.contained[0].active")]
    public void A_small_change_is_one_operation(string from, string to, string operation)
    {
        var parameters = ResourceDifference.Between(Document(from), Document(to));

        Assert.Equal([operation], Operations(parameters));
        Assert.Null(Failure(Document(from), Document(to)));
    }

    [Fact]
    public void Nothing_differs_gives_Parameters_without_operations_and_so_do_other_stamps()
    {
        var from = Document("""{"resourceType":"Patient","id":"1","meta":{"versionId":"1","lastUpdated":"2020-01-01T00:00:00Z"}}""");
        var to = Document("""{ "id": "1", "meta": {"versionId":"2"}, "resourceType": "Patient" }""");

        Assert.Equal("""{"resourceType":"Parameters"}""", Encoding.UTF8.GetString(ResourceDifference.Between(from, to)));
        Assert.Equal(["replace Patient.meta"], Operations(ResourceDifference.Between(from, to, withStamps: true)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null,"b"],"_given":[null,{"extension":[{"url":"http://e.org","valueCode":"x"}]},null]}]}""", """{"resourceType":"Patient","name":[{"given":["b","a"]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"]}]}""", """{"resourceType":"Patient","name":[{"given":[null,"a"],"_given":[{"id":"g","extension":[{"url":"http://e.org","valueDecimal":1.00}]},null]}]}""")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"}}""", """{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://e.org","extension":[{"url":"n","valueQuantity":{"value":1.10}}]}]}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.0}}""", """{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.00}}""")]
    public void Companions_nulls_and_written_precision_come_out_as_they_are(string from, string to)
    {
        Assert.Null(Failure(Document(from), Document(to)));
        Assert.Null(Failure(Document(to), Document(from)));
    }

    private static string? Failure(ResourceDocument from, ResourceDocument to)
    {
        var parameters = ResourceDocument.Parse(ResourceDifference.Between(from, to, withStamps: true));
        try
        {
            var faults = StructuralCheck.Check(parameters);
            if (faults.Count > 0) return $"{from.ResourceType}/{from.Id} to {to.Id}: {faults[0].Expression} {faults[0].Diagnostics}";
            var made = FhirPathPatch.Apply(from, parameters, Ample);
            return ContentEquality.Same(made, to) ? null : $"{from.ResourceType}/{from.Id} to {to.Id}: {Encoding.UTF8.GetString(parameters.Bytes.Span)[..Math.Min(1500, parameters.Bytes.Length)]}";
        }
        catch (Myeloma.Fhir.Model.Issues.FhirException fault)
        {
            return $"{from.ResourceType}/{from.Id} to {to.Id}: {fault.Message}";
        }
    }

    private static List<string> Operations(byte[] parameters) =>
        [.. ResourceDocument.Parse(parameters).Root.Children("parameter").ToList().Select(parameter =>
            string.Join(' ', parameter.Children("part").ToList().Where(part => part.TextOf("name") != "value").Select(part => part.TextOf("value"))))];

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Those that are sound: a difference knows only what R4 knows.</summary>
    private static IEnumerable<ResourceDocument> Examples() => Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Where(path => Path.GetFileName(path) != "cases.json").Select(path => ResourceDocument.Parse(File.ReadAllBytes(path)))
        .Where(document => StructuralCheck.Check(document).Count == 0);
}
