using System.Text;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Model.Tests.Elements;

/// <remarks>https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements</remarks>
public sealed class SummaryViewTests
{
    private const string Tag = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}""";

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private const string Observation = """
        {"resourceType":"Observation","id":"o1","text":{"status":"generated","div":"<div>x</div>"},"extension":[{"url":"http://e"}],"status":"final",
         "code":{"text":"c"},"valueQuantity":{"value":1.50,"unit":"kg"},"note":[{"text":"n"}],
         "component":[{"code":{"text":"k"},"referenceRange":[{"text":"r"}],"valueString":"v"}]}
        """;

    [Fact]
    public void Summary_keeps_marked_elements_at_every_level_as_written() =>
        Assert.Equal(
            "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"meta\":{\"tag\":[" + Tag + "]},\"status\":\"final\",\"code\":{\"text\":\"c\"},"
            + "\"valueQuantity\":{\"value\":1.50,\"unit\":\"kg\"},\"component\":[{\"code\":{\"text\":\"k\"},\"valueString\":\"v\"}]}",
            Text(SummaryView.Summary(Document(Observation))));

    [Fact]
    public void Text_keeps_the_narrative_and_what_is_mandatory() =>
        Assert.Equal(
            "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"meta\":{\"tag\":[" + Tag + "]},\"text\":{\"status\":\"generated\",\"div\":\"<div>x</div>\"},"
            + "\"status\":\"final\",\"code\":{\"text\":\"c\"}}",
            Text(SummaryView.TextOnly(Document(Observation))));

    [Fact]
    public void Data_drops_the_narrative_only()
    {
        var data = Document(Text(SummaryView.DataOnly(Document(Observation))));

        Assert.Equal(
            ["id", "meta", "extension", "status", "code", "value", "note", "component"],
            data.Root.Children().ToList().Select(child => child.Name));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","meta":{},"active":true}""", """{"resourceType":"Patient","meta":{"tag":[TAG]},"active":true}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"versionId":"3"},"active":true}""", """{"resourceType":"Patient","meta":{"versionId":"3","tag":[TAG]},"active":true}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"tag":[{"code":"a"}]}}""", """{"resourceType":"Patient","meta":{"tag":[{"code":"a"},TAG]}}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"tag":[TAG]}}""", """{"resourceType":"Patient","meta":{"tag":[TAG]}}""")]
    [InlineData("""{"resourceType":"Patient"}""", """{"resourceType":"Patient","meta":{"tag":[TAG]}}""")]
    [InlineData("""{"id":"a","resourceType":"Patient"}""", """{"id":"a","meta":{"tag":[TAG]},"resourceType":"Patient"}""")]
    public void The_tag_is_there_once(string json, string expected) =>
        Assert.Equal(expected.Replace("TAG", Tag, StringComparison.Ordinal), Text(SummaryView.Summary(Document(json.Replace("TAG", Tag, StringComparison.Ordinal)))));

    [Fact]
    public void Named_elements_come_with_companions_mandatory_ones_and_modifiers() =>
        Assert.Equal(
            "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"tag\":[" + Tag + "]},\"active\":true,\"birthDate\":\"2000\",\"_birthDate\":{\"id\":\"b\"}}",
            Text(ElementsView.Apply(
                Document("""{"resourceType":"Patient","id":"p","active":true,"name":[{"text":"n"}],"birthDate":"2000","_birthDate":{"id":"b"},"gender":"male"}"""),
                ["birthDate", "unheardOf"])));

    [Fact]
    public void A_named_choice_is_kept_whatever_its_type() =>
        Assert.Contains("\"valueQuantity\":{\"value\":1.50", Text(ElementsView.Apply(Document(Observation), ["value"])), StringComparison.Ordinal);
}
