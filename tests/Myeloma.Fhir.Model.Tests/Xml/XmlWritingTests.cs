using System.Buffers;
using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <remarks>https://hl7.org/fhir/R4/xml.html</remarks>
public sealed class XmlWritingTests
{
    private const string Start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"";

    private static ResourceDocument Patient(string properties) =>
        ResourceDocument.Parse(Encoding.UTF8.GetBytes(properties.Length == 0 ? "{\"resourceType\":\"Patient\"}" : "{" + properties + ",\"resourceType\":\"Patient\"}"));

    private static string Xml(string properties) => Encoding.UTF8.GetString(XmlWriting.ToXml(Patient(properties)));

    private static IEnumerable<string> Faults(string properties) =>
        Assert.Throws<FhirException>(() => XmlWriting.ToXml(Patient(properties))).Issues.Select(issue => $"{issue.MessageId} {issue.Expression}");

    [Theory]
    [InlineData("", "/>")]
    [InlineData("\"gender\":\"male\",\"active\":true,\"id\":\"p\"", "><id value=\"p\"/><active value=\"true\"/><gender value=\"male\"/></Patient>")]
    [InlineData("\"name\":[{\"given\":[\"a\",\"b\"],\"id\":\"n\"}]", "><name id=\"n\"><given value=\"a\"/><given value=\"b\"/></name></Patient>")]
    [InlineData("\"name\":[{\"_given\":[null,{\"id\":\"i\",\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}],\"given\":[\"a\",null]}]", "><name><given value=\"a\"/><given id=\"i\"><extension url=\"u\"><valueCode value=\"c\"/></extension></given></name></Patient>")]
    [InlineData("\"_birthDate\":{\"id\":\"b\"},\"birthDate\":\"1970\"", "><birthDate id=\"b\" value=\"1970\"/></Patient>")]
    [InlineData("\"contained\":[{\"resourceType\":\"Basic\",\"id\":\"a\"},{\"resourceType\":\"List\"}]", "><contained><Basic><id value=\"a\"/></Basic></contained><contained><List/></contained></Patient>")]
    [InlineData("\"extension\":[{\"valueDecimal\":1.50,\"url\":\"u\"}]", "><extension url=\"u\"><valueDecimal value=\"1.50\"/></extension></Patient>")]
    public void Properties_become_elements_in_the_order_of_the_specification(string json, string xml) => Assert.Equal(Start + xml, Xml(json));

    [Fact]
    public void Characters_with_a_meaning_in_XML_are_references() =>
        Assert.Equal(Start + "><name><text value=\"&amp;&lt;>&quot;'&#13;&#10;&#9;\\\u00e4\U0001F600\"/></name></Patient>", Xml("\"name\":[{\"text\":\"&<>\\\"'\\r\\n\\t\\\\\\u00e4\\ud83d\\ude00\"}]"));

    [Theory]
    [InlineData("<div xmlns='http://www.w3.org/1999/xhtml'>a &#160;<br /></div>")]
    [InlineData("<div>a &#160;<br/></div>")]
    [InlineData(" <div>a \u00a0<br></br></div>\\n")]
    public void The_narrative_is_XML_within_the_XML(string div) =>
        Assert.Equal(Start + "><text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a \u00a0<br/></div></text></Patient>",
            Xml("\"text\":{\"div\":\"" + div + "\",\"status\":\"generated\"}").Replace("<br></br>", "<br/>", StringComparison.Ordinal));

    [Theory]
    [InlineData("<div>a")]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("<p>a</p>")]
    [InlineData("<div/><div/>")]
    [InlineData("<div/>a")]
    [InlineData("<div>&nbsp;</div>")]
    [InlineData("<div><o:p/></div>")]
    [InlineData("<div><a b='1' b='2'/></div>")]
    [InlineData("<div><x xmlns='urn:x'/></div>")]
    [InlineData("<!DOCTYPE div [<!ENTITY a 'b'>]><div>&a;</div>")]
    [InlineData("<div>\\u0001</div>")]
    [InlineData("<div>&#1;</div>")]
    public void A_narrative_that_is_no_XHTML_is_refused(string div) => Assert.Equal(["invalid-xhtml Patient.text.div"], Faults("\"text\":{\"div\":\"" + div + "\"}"));

    [Fact]
    public void A_narrative_with_attributes_without_end_is_refused() =>
        Assert.Equal(["invalid-xhtml Patient.text.div"], Faults("\"text\":{\"div\":\"<div " + string.Concat(Enumerable.Range(0, 100_000).Select(number => $" a{number}=''")) + "/>\"}"));

    [Theory]
    [InlineData("\"name\":[{\"text\":\"a\\u0001\"}]", "not-in-xml Patient.name[0].text")]
    [InlineData("\"name\":[{\"text\":\"\\uffff\"}]", "not-in-xml Patient.name[0].text")]
    [InlineData("\"name\":[{\"text\":\"\ufffe\"}]", "not-in-xml Patient.name[0].text")]
    [InlineData("\"frob\":1", "unknown-property Patient.frob")]
    [InlineData("\"name\":{\"text\":\"a\"}", "array-expected Patient.name")]
    [InlineData("\"name\":[1]", "wrong-json-type Patient.name[0]")]
    [InlineData("\"name\":[{\"given\":[null]}]", "null-not-allowed Patient.name[0].given[0]")]
    [InlineData("\"active\":{}", "wrong-json-type Patient.active")]
    [InlineData("\"active\":[true]", "wrong-json-type Patient.active")]
    [InlineData("\"_name\":[{}]", "companion-of-complex Patient.name")]
    [InlineData("\"extension\":[{\"_url\":{\"id\":\"x\"},\"url\":\"u\"}]", "companion-of-attribute Patient.extension[0].url")]
    [InlineData("\"contained\":[{}]", "resource-type Patient.contained[0]")]
    [InlineData("\"deceasedBoolean\":true,\"deceasedDateTime\":\"2020\"", "choice-twice Patient.deceased")]
    [InlineData("\"name\":[{\"given\":[\"a\"],\"_given\":[{\"id\":\"x\"},{\"id\":\"y\"}]}]", "companion-length Patient.name[0].given")]
    public void What_XML_can_not_hold_is_refused_with_its_expression(string json, string fault) => Assert.Equal([fault], Faults(json));

    [Theory]
    [InlineData("\ufffd")]
    [InlineData("\ufeff")]
    [InlineData("\u007f\u0085\u2028")]
    [InlineData(" a\r\nb\tc ")]
    public void Unusual_characters_that_XML_holds_come_back(string text)
    {
        var document = Patient("\"name\":[{\"text\":" + System.Text.Json.JsonSerializer.Serialize(text) + "}]");

        Assert.Equal(text, ResourceDocument.Parse(XmlReading.ToJson(XmlWriting.ToXml(document))).Root.Child("name")!.Value.TextOf("text"));
    }

    [Fact]
    public void All_faults_are_told_together_and_nothing_is_written()
    {
        var document = Patient("\"x\":1,\"name\":[{\"y\":2,\"text\":\"\\u0000\"}]");
        var target = new ArrayBufferWriter<byte>();

        var issues = Assert.Throws<FhirException>(() => XmlWriting.Write(document, target)).Issues;

        Assert.Equal(["Patient.x", "Patient.name[0].y", "Patient.name[0].text"], issues.Select(issue => issue.Expression));
        Assert.Equal(0, target.WrittenCount);
    }

    [Fact]
    public void Pretty_XML_has_a_line_for_each_element()
    {
        var document = Patient("\"text\":{\"div\":\"<div> a</div>\"},\"contained\":[{\"resourceType\":\"List\",\"id\":\"l\"}]");
        using var target = new MemoryStream();

        XmlWriting.Write(document, target, pretty: true);

        Assert.Equal(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Patient xmlns="http://hl7.org/fhir">
              <text>
                <div xmlns="http://www.w3.org/1999/xhtml"> a</div>
              </text>
              <contained>
                <List>
                  <id value="l"/>
                </List>
              </contained>
            </Patient>
            """, Encoding.UTF8.GetString(target.ToArray()));
    }
}
