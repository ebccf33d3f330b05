using System.Text.Json;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Validation.Tests.Snapshots;

/// <remarks>https://hl7.org/fhir/R4/profiling.html#snapshot</remarks>
public sealed class SnapshotGenerationTests
{
    [Fact]
    public void Slices_follow_what_they_slice_with_ids_that_name_them()
    {
        var ids = Ids("Observation", """
            {"path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"}},
            {"path":"Observation.component","sliceName":"a","min":1},
            {"path":"Observation.component.code","min":1},
            {"path":"Observation.component","sliceName":"b"}
            """);

        var first = ids.IndexOf("Observation.component:a");
        Assert.Equal("Observation.component.referenceRange", ids[first - 1]);
        Assert.Equal(
            ["id", "extension", "modifierExtension", "code", "value[x]", "dataAbsentReason", "interpretation", "referenceRange"],
            ids.Skip(first + 1).Take(8).Select(id => id["Observation.component:a.".Length..]));
        Assert.Equal("Observation.component:b", ids[first + 9]);
    }

    [Fact]
    public void A_reslice_follows_its_slice_and_bears_both_names()
    {
        var ids = Ids("Patient", """
            {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"path":"Patient.identifier","sliceName":"a","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
            {"path":"Patient.identifier","sliceName":"a/first"},
            {"path":"Patient.identifier.use","min":1},
            {"path":"Patient.identifier","sliceName":"b"}
            """);

        Assert.Equal(
            ["Patient.identifier", "Patient.identifier:a", "Patient.identifier:a/first", "Patient.identifier:a/first.id"],
            ids.Where(id => id.StartsWith("Patient.identifier", StringComparison.Ordinal)).Take(4));
        Assert.Contains("Patient.identifier:a/first.use", ids);
        Assert.True(ids.IndexOf("Patient.identifier:a/first.use") < ids.IndexOf("Patient.identifier:b"));
    }

    [Fact]
    public void The_short_name_of_a_choice_is_an_open_slice_of_that_type()
    {
        var elements = Elements("Observation", """{"path":"Observation.valueQuantity","short":"how much"},{"path":"Observation.valueQuantity.code","min":1}""");

        var choice = elements["Observation.value[x]"];
        Assert.Equal("""{"discriminator":[{"type":"type","path":"$this"}],"ordered":false,"rules":"open"}""", choice.GetProperty("slicing").GetRawText());
        Assert.Equal(11, choice.GetProperty("type").GetArrayLength());
        var slice = elements["Observation.value[x]:valueQuantity"];
        Assert.Equal(
            ("Observation.value[x]", "valueQuantity", "how much", """[{"code":"Quantity"}]"""),
            (slice.GetProperty("path").GetString(), slice.GetProperty("sliceName").GetString(), slice.GetProperty("short").GetString(), slice.GetProperty("type").GetRawText()));
        Assert.Equal(
            ("""{"path":"Quantity.code","min":0,"max":"1"}""", 1),
            (elements["Observation.value[x]:valueQuantity.code"].GetProperty("base").GetRawText(), elements["Observation.value[x]:valueQuantity.code"].GetProperty("min").GetInt32()));
    }

    [Fact]
    public void A_content_reference_is_written_out_where_the_differential_goes_below_it()
    {
        var elements = Elements("Observation", """{"path":"Observation.component.referenceRange.text","min":1}""");

        Assert.Equal("""[{"code":"BackboneElement"}]""", elements["Observation.component.referenceRange"].GetProperty("type").GetRawText());
        Assert.False(elements["Observation.component.referenceRange"].TryGetProperty("contentReference", out _));
        Assert.Equal(1, elements["Observation.component.referenceRange.text"].GetProperty("min").GetInt32());
        Assert.Equal("Observation.referenceRange.text", elements["Observation.component.referenceRange.text"].GetProperty("base").GetProperty("path").GetString());
        Assert.Equal(0, elements["Observation.referenceRange.text"].GetProperty("min").GetInt32());
    }

    [Fact]
    public void Ids_lead_to_slices_of_the_base_that_the_differential_does_not_name_again()
    {
        var parent = Sample.Profile("parent", "Observation", """
            {"path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"}},{"path":"Observation.component","sliceName":"a"},{"path":"Observation.component","sliceName":"b"}
            """);
        var child = Sample.Profile("child", "Observation", """{"id":"Observation.component:a.interpretation","path":"Observation.component.interpretation","min":1}""", "http://example.org/parent");

        var elements = Made(child, parent);

        Assert.Equal(
            (0, 1, 0),
            (Min(elements["Observation.component.interpretation"]), Min(elements["Observation.component:a.interpretation"]), Min(elements["Observation.component:b.interpretation"])));
    }

    [Fact]
    public void A_base_with_a_snapshot_is_taken_over_with_its_words()
    {
        const string parent = """
            {"resourceType":"StructureDefinition","url":"http://example.org/parent","name":"Parent","status":"active","kind":"resource","abstract":false,"type":"Basic",
             "snapshot":{"element":[{"id":"Basic","path":"Basic","min":0,"max":"*"},
               {"id":"Basic.code","path":"Basic.code","short":"the kind","definition":"Says which.","min":1,"max":"1","type":[{"code":"CodeableConcept"}]}]}}
            """;

        var elements = Made(Sample.Profile("child", "Basic", """{"path":"Basic.code","comment":"added"}""", "http://example.org/parent"), parent);

        Assert.Equal(
            """{"id":"Basic.code","path":"Basic.code","short":"the kind","definition":"Says which.","comment":"added","min":1,"max":"1","type":[{"code":"CodeableConcept"}]}""",
            elements["Basic.code"].GetRawText());
    }

    [Theory]
    [InlineData("""{"path":"Patient.nam"}""", "error invalid StructureDefinition.differential.element[0].path")]
    [InlineData("""{"path":"Group.name"}""", "error invalid StructureDefinition.differential.element[0].path")]
    [InlineData("""{"path":"Patient.name","sliceName":"a"}""", "error invalid StructureDefinition.differential.element[0].sliceName")]
    [InlineData("""{"path":"Patient.gender","max":"2"}""", "error business-rule StructureDefinition.differential.element[0].max")]
    [InlineData("""{"path":"Patient.link.other","min":0}""", "error business-rule StructureDefinition.differential.element[0].min")]
    [InlineData("""{"path":"Patient.name","min":3,"max":"2"}""", "error business-rule StructureDefinition.differential.element[0].min")]
    [InlineData("""{"path":"Patient.birthDate","type":[{"code":"dateTime"}]}""", "error business-rule StructureDefinition.differential.element[0].type[0].code")]
    [InlineData("""{"path":"Patient.gender","binding":{"strength":"preferred"}}""", "error business-rule StructureDefinition.differential.element[0].binding.strength")]
    [InlineData("""{"path":"Patient.deceased[x].extension","max":"0"}""", "error invalid StructureDefinition.differential.element[0].path")]
    public void What_the_base_does_not_allow_is_told_at_the_element(string element, string expected)
    {
        var exception = Assert.Throws<FhirException>(() => SnapshotGeneration.Generate(Sample.Resource(Sample.Profile("p", "Patient", element)), _ => null));

        Assert.Equal([expected], exception.Issues.Select(issue => $"{issue.Severity.Code()} {issue.Type.Code()} {issue.Expression}"));
    }

    [Fact]
    public void All_faults_are_told_together_in_words_to_act_on()
    {
        var exception = Assert.Throws<FhirException>(() => SnapshotGeneration.Generate(
            Sample.Resource(Sample.Profile("p", "Patient", """{"path":"Patient.gender","max":"2"},{"path":"Patient.active","type":[{"code":"code"}]}""")), _ => null));

        Assert.Equal(
            ["max is 2, the base allows 1; a profile may only allow less.", "The type 'code' is none of those of the base: boolean."],
            exception.Issues.Select(issue => issue.Diagnostics));
    }

    [Theory]
    [InlineData("http://example.org/nowhere", IssueType.NotFound)]
    [InlineData("http://example.org/p", IssueType.Invalid)]
    [InlineData("http://example.org/q", IssueType.Invalid)]
    public void A_base_that_is_unknown_or_derived_from_the_profile_is_a_fault(string baseDefinition, IssueType type)
    {
        var profile = Sample.Resource(Sample.Profile("p", "Patient", """{"path":"Patient"}""", baseDefinition));
        var derived = Sample.Resource(Sample.Profile("q", "Patient", """{"path":"Patient"}""", "http://example.org/p"));

        var exception = Assert.Throws<FhirException>(() => SnapshotGeneration.Generate(profile, Sample.Source([profile, derived])));

        var issue = Assert.Single(exception.Issues);
        Assert.Equal((type, "StructureDefinition.baseDefinition"), (issue.Type, issue.Expression));
    }

    /// <summary>Each step slices what holds the slices of the step below it, so that every step doubles the elements.</summary>
    [Fact]
    public void Slices_of_slices_end_at_the_limit()
    {
        var elements = new List<string>();
        for (var depth = 40; depth > 0; depth--)
        {
            var path = "Patient" + string.Concat(Enumerable.Repeat(".extension", depth));
            elements.Add($$"""{"path":"{{path}}","min":0},{"path":"{{path}}","sliceName":"s{{depth}}"}""");
        }

        var exception = Assert.Throws<FhirException>(() => SnapshotGeneration.Generate(Sample.Resource(Sample.Profile("p", "Patient", string.Join(',', elements))), _ => null));

        Assert.Equal(IssueType.TooCostly, Assert.Single(exception.Issues).Type);
    }

    private static int Min(JsonElement element) => element.GetProperty("min").GetInt32();

    private static List<string> Ids(string type, string differential) => [.. Elements(type, differential).Keys];

    private static Dictionary<string, JsonElement> Elements(string type, string differential) => Made(Sample.Profile("p", type, differential));

    /// <summary>By id, in their order.</summary>
    private static Dictionary<string, JsonElement> Made(string profile, params string[] definitions)
    {
        using var json = JsonDocument.Parse(SnapshotGeneration.Generate(Sample.Resource(profile), Sample.Source(definitions.Select(Sample.Resource))));
        return json.RootElement.GetProperty("snapshot").GetProperty("element").EnumerateArray().ToDictionary(element => element.GetProperty("id").GetString()!, element => element.Clone());
    }
}
