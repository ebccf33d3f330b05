using System.Text;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Model.Tests.Elements;

/// <remarks>https://hl7.org/fhir/R4/http.html</remarks>
public sealed class SplicingTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 10, 15, 0, 123, TimeSpan.FromHours(2));

    private static ResourceDocument Document(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private const string V = "\"versionId\":\"7\"";
    private const string L = "\"lastUpdated\":\"2026-01-31T08:15:00.123Z\"";

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + V + "," + L + "}}")]
    [InlineData("""{ "active" : true , "resourceType" : "Patient" }""", "{ \"active\" : true , \"resourceType\" : \"Patient\",\"id\":\"n\",\"meta\":{" + V + "," + L + "} }")]
    [InlineData("""{"id":"old","resourceType":"Patient"}""", "{\"id\":\"n\",\"meta\":{" + V + "," + L + "},\"resourceType\":\"Patient\"}")]
    [InlineData("""{"resourceType":"Patient","id":"n","meta":{}}""", "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + V + "," + L + "}}")]
    [InlineData("""{"resourceType":"Patient","meta":{ "profile":["http://p"] }}""", "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + V + "," + L + ", \"profile\":[\"http://p\"] }}")]
    [InlineData(
        """{"resourceType":"Patient","id":"x","meta":{"lastUpdated":"2000-01-01T00:00:00Z","versionId":"1","source":"#a"},"multipleBirthInteger":1}""",
        "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + L + "," + V + ",\"source\":\"#a\"},\"multipleBirthInteger\":1}")]
    [InlineData("""{"resourceType":"Patient","meta":{"versionId":"1"}}""", "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + L + ",\"versionId\":\"7\"}}")]
    [InlineData("""{"resourceType":"Patient","meta":null}""", "{\"resourceType\":\"Patient\",\"id\":\"n\",\"meta\":{" + V + "," + L + "}}")]
    public void A_stamp_changes_id_version_and_time_and_no_other_byte(string json, string expected) =>
        Assert.Equal(expected, Text(ResourceStamp.Apply(Document(json), "n", "7", Time)));

    [Fact]
    public void A_stamped_resource_has_the_same_content()
    {
        var document = Document("""{"resourceType":"Patient","id":"n","name":[{"text":"a"}]}""");
        var stamped = ResourceDocument.Parse(ResourceStamp.Apply(document, "n", "7", Time));

        Assert.True(ContentEquality.Same(document, stamped));
        Assert.True(ContentEquality.Same(stamped, ResourceDocument.Parse(ResourceStamp.Apply(stamped, "n", "8", Time.AddDays(1)))));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","active":true,"gender":"male"}""", """{ "gender" : "\u006dale", "resourceType":"Patient","active":true }""", true)]
    [InlineData("""{"resourceType":"Patient","meta":{"versionId":"1","source":"#a"}}""", """{"resourceType":"Patient","meta":{"source":"#a","lastUpdated":"2000-01-01T00:00:00Z"}}""", true)]
    [InlineData("""{"resourceType":"Patient","meta":{"versionId":"1","source":"#a"}}""", """{"resourceType":"Patient","meta":{"versionId":"1"}}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{"text":"a"},{"text":"b"}]}""", """{"resourceType":"Patient","name":[{"text":"b"},{"text":"a"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":1}""", """{"resourceType":"Patient","multipleBirthInteger":1.0}""", false)]
    [InlineData("""{"resourceType":"Patient","active":true}""", """{"resourceType":"Patient","active":false}""", false)]
    [InlineData("""{"resourceType":"Patient","active":true}""", """{"resourceType":"Patient","_active":true}""", false)]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Patient","meta":{"versionId":"1"}}]}""", """{"resourceType":"Patient","contained":[{"resourceType":"Patient","meta":{"versionId":"2"}}]}""", false)]
    public void Content_is_compared_without_version_and_time(string left, string right, bool expected)
    {
        Assert.Equal(expected, ContentEquality.Same(Document(left), Document(right)));
        Assert.Equal(expected, ContentEquality.Same(Document(right), Document(left)));
    }

    [Fact]
    public void Links_of_a_transaction_are_replaced_where_the_specification_says_so()
    {
        const string urn = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520";
        const string json =
            "{\"resourceType\":\"Provenance\",\"implicitRules\":\"" + urn + "\",\"text\":{\"div\":\"<div xmlns=\\\"" + urn + "\\\"><a title='x' href=\\\"" + urn + "\\\">"
            + "x</a><img src='" + urn + "'/> href=" + urn + "</div>\"},\"policy\":[ \"" + urn + "\", \"http://p\"],"
            + "\"target\":[{\"reference\":\"" + urn + "\",\"display\":\"" + urn + "\"}],\"extension\":[{\"url\":\"http://e\",\"valueCanonical\":\"" + urn + "\"},{\"url\":\"http://e\",\"valueUuid\":\"" + urn + "\"}]}";
        const string expected =
            "{\"resourceType\":\"Provenance\",\"implicitRules\":\"Patient/1\",\"text\":{\"div\":\"<div xmlns=\\\"" + urn + "\\\"><a title='x' href=\\\"Patient/1\\\">"
            + "x</a><img src='Patient/1'/> href=" + urn + "</div>\"},\"policy\":[ \"Patient/1\", \"http://p\"],"
            + "\"target\":[{\"reference\":\"Patient/1\",\"display\":\"" + urn + "\"}],\"extension\":[{\"url\":\"http://e\",\"valueCanonical\":\"" + urn + "\"},{\"url\":\"http://e\",\"valueUuid\":\"Patient/1\"}]}";

        Assert.Equal(expected, Text(ReferenceRewrite.Apply(Document(json), new Dictionary<string, string> { [urn] = "Patient/1" }).Bytes));
    }

    [Fact]
    public void A_resource_without_such_links_comes_back_as_it_is()
    {
        var document = Document("""{"resourceType":"Patient","managingOrganization":{"reference":"Organization/1"}}""");

        Assert.Same(document, ReferenceRewrite.Apply(document, _ => null));
    }
}
