using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <remarks>https://hl7.org/fhir/R4/xml.html</remarks>
public sealed class XmlReadingTests
{
    private static string Json(string content, string root = "Patient") => Encoding.UTF8.GetString(XmlReading.ToJson(Document(content, root)));

    private static byte[] Document(string content, string root = "Patient") => Encoding.UTF8.GetBytes($"<{root} xmlns=\"http://hl7.org/fhir\">{content}</{root}>");

    private static IReadOnlyList<Issue> Refusal(string content, string root = "Patient") =>
        Assert.Throws<FhirException>(() => XmlReading.ToJson(Document(content, root))).Issues;

    private static IEnumerable<string> Faults(string content, string root = "Patient") => Refusal(content, root).Select(issue => $"{issue.MessageId} {issue.Expression}");

    [Theory]
    [InlineData("<active value=\"true\"/>", "\"active\":true")]
    [InlineData("<birthDate value=\"1970\"/>", "\"birthDate\":\"1970\"")]
    [InlineData("<multipleBirthInteger value=\"2\"/>", "\"multipleBirthInteger\":2")]
    [InlineData("<name><given value=\"a\"/><given value=\"b\"/></name>", "\"name\":[{\"given\":[\"a\",\"b\"]}]")]
    [InlineData("<id value=\"p\"/><name id=\"n\"><family value=\"x\"/></name>", "\"id\":\"p\",\"name\":[{\"id\":\"n\",\"family\":\"x\"}]")]
    [InlineData("<!-- a --><active value=\"true\"/><?b c?>", "\"active\":true")]
    [InlineData("<name><text value=\"&lt;&#10;&quot;\\&#x1F600;\"/></name>", "\"name\":[{\"text\":\"<\\n\\\"\\\\\U0001F600\"}]")]
    [InlineData("<name><text value=\" a  b \"/></name>", "\"name\":[{\"text\":\" a  b \"}]")]
    public void Elements_become_properties(string xml, string json) => Assert.Equal("{\"resourceType\":\"Patient\"," + json + "}", Json(xml));

    [Theory]
    [InlineData("<birthDate id=\"b\" value=\"1970\"/>", "\"birthDate\":\"1970\",\"_birthDate\":{\"id\":\"b\"}")]
    [InlineData("<birthDate><extension url=\"u\"><valueCode value=\"c\"/></extension></birthDate>", "\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}")]
    [InlineData("<birthDate value=\"1970\"> </birthDate>", "\"birthDate\":\"1970\"")]
    public void Id_and_extensions_of_a_primitive_stand_beside_it(string xml, string json) => Assert.Equal("{\"resourceType\":\"Patient\"," + json + "}", Json(xml));

    [Theory]
    [InlineData("<given value=\"a\"/><given value=\"b\" id=\"i\"/><given value=\"c\"/>", "\"given\":[\"a\",\"b\",\"c\"],\"_given\":[null,{\"id\":\"i\"},null]")]
    [InlineData("<given><extension url=\"u\"/></given><given value=\"b\"/>", "\"given\":[null,\"b\"],\"_given\":[{\"extension\":[{\"url\":\"u\"}]},null]")]
    [InlineData("<given><extension url=\"u\"/></given>", "\"_given\":[{\"extension\":[{\"url\":\"u\"}]}]")]
    [InlineData("<given value=\"a\"> </given><given value=\"b\"/>", "\"given\":[\"a\",\"b\"]")]
    [InlineData("<family value=\"f\"/><given id=\"g\"><extension url=\"u\"/></given><suffix value=\"s\"/>", "\"family\":\"f\",\"_given\":[{\"id\":\"g\",\"extension\":[{\"url\":\"u\"}]}],\"suffix\":[\"s\"]")]
    public void Items_without_value_or_extension_are_null(string xml, string json) =>
        Assert.Equal("{\"resourceType\":\"Patient\",\"name\":[{" + json + "}]}", Json($"<name>{xml}</name>"));

    [Theory]
    [InlineData("1.50")]
    [InlineData("-0.00")]
    [InlineData("100")]
    [InlineData("1.0E-5")]
    [InlineData("12345678901234567890.12345678901234567890")]
    public void A_decimal_keeps_its_digits(string value) =>
        Assert.Equal("{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":" + value + "}}", Json($"<valueQuantity><value value=\"{value}\"/></valueQuantity>", "Observation"));

    [Fact]
    public void The_url_of_an_extension_stands_where_the_specification_has_it() =>
        Assert.Equal("{\"resourceType\":\"Patient\",\"extension\":[{\"id\":\"e\",\"extension\":[{\"url\":\"b\",\"valueCode\":\"c\"}],\"url\":\"a\"}]}",
            Json("<extension url=\"a\" id=\"e\"><extension url=\"b\"><valueCode value=\"c\"/></extension></extension>"));

    [Fact]
    public void Resources_stand_inside_resources() =>
        Assert.Equal(
            "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Basic\",\"id\":\"a\"},{\"resourceType\":\"List\"}]}}]}",
            Json("<entry><resource><Patient><contained><Basic><id value=\"a\"/></Basic></contained><contained><List/></contained></Patient></resource></entry>", "Bundle"));

    [Theory]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"> a<br /><b>c</b>\n</div>", "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"> a<br/><b>c</b>\\n</div>")]
    [InlineData("<div xmlns='http://www.w3.org/1999/xhtml' class='x\"y'>&#160;&amp;&lt;&gt;&quot;<![CDATA[<&]]></div>", "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\" class=\\\"x&quot;y\\\">\u00a0&amp;&lt;&gt;\\\"&lt;&amp;</div>")]
    [InlineData("<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\"><!-- kept --><h:a name=\"n\"></h:a></h:div>", "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><!-- kept --><a name=\\\"n\\\"></a></div>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"de\"/>", "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\" xml:lang=\\\"de\\\"/>")]
    public void The_narrative_is_kept_as_text(string div, string json) =>
        Assert.Equal("{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"" + json + "\"}}", Json($"<text><status value=\"generated\"/>{div}</text>"));

    [Theory]
    [InlineData("<div>a</div>", "wrong-namespace Patient.text.div")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"><x xmlns=\"urn:x\"/></div>", "invalid-xhtml Patient.text.div")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"><?php x?></div>", "invalid-xhtml Patient.text.div")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:x=\"urn:x\" x:y=\"z\"/>", "invalid-xhtml Patient.text.div")]
    public void What_is_no_XHTML_is_refused(string div, string fault) => Assert.Equal([fault], Faults($"<text>{div}</text>"));

    [Fact]
    public void Schema_locations_and_prefixes_make_no_difference() =>
        Assert.Equal("{\"resourceType\":\"Patient\",\"active\":true}", Encoding.UTF8.GetString(XmlReading.ToJson(
            "<f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://hl7.org/fhir a.xsd\"><f:active value=\"true\"/></f:Patient>"u8.ToArray())));

    [Theory]
    [InlineData("<frobnicate value=\"1\"/>", "unknown-element Patient.frobnicate")]
    [InlineData("<name><given value=\"a\"/><kind/></name>", "unknown-element Patient.name[0].kind")]
    [InlineData("<active value=\"true\" other=\"1\"/>", "unknown-attribute Patient.active")]
    [InlineData("<name value=\"x\"><text value=\"t\"/></name>", "unknown-attribute Patient.name[0]")]
    [InlineData("<name><id value=\"x\"/></name>", "unknown-element Patient.name[0].id")]
    [InlineData("<contained id=\"x\"><Basic/></contained>", "unknown-attribute Patient.contained[0]")]
    [InlineData("<contained><Basic id=\"x\"/></contained>", "unknown-attribute Patient.contained[0]")]
    [InlineData("<active xmlns=\"urn:x\" value=\"true\"/>", "wrong-namespace Patient.active")]
    [InlineData("<include xmlns=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>", "wrong-namespace Patient.include")]
    [InlineData("<gender value=\"male\"/><active value=\"true\"/>", "element-order Patient.active")]
    [InlineData("<name/><gender value=\"male\"/><name/>", "element-order Patient.name")]
    [InlineData("<gender value=\"male\"/><gender value=\"male\"/>", "too-many-items Patient.gender")]
    [InlineData("<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"2020\"/>", "choice-twice Patient.deceased")]
    [InlineData("true", "text-not-allowed Patient")]
    [InlineData("<active>true</active>", "text-not-allowed Patient.active;empty-element Patient.active")]
    [InlineData("<active/>", "empty-element Patient.active")]
    [InlineData("<active value=\"1\"/>", "invalid-boolean Patient.active")]
    [InlineData("<active value=\"\"/>", "invalid-boolean Patient.active")]
    [InlineData("<multipleBirthInteger value=\"01\"/>", "invalid-integer Patient.multipleBirth")]
    [InlineData("<contained/>", "resource-type Patient.contained[0]")]
    [InlineData("<contained><Basic/><Basic/></contained>", "too-many-items Patient.contained[0]")]
    [InlineData("<contained><Basics/></contained>", "resource-type Patient.contained[0]")]
    [InlineData("<contained><DomainResource/></contained>", "resource-type Patient.contained[0]")]
    public void What_JSON_can_not_hold_is_refused_with_its_expression(string xml, string faults) => Assert.Equal(faults.Split(';'), Faults(xml));

    [Fact]
    public void All_faults_are_told_together_with_their_places()
    {
        var issues = Refusal("\n<active value=\"yes\"/>\n  <nam>\u00e4<x/></nam>\r\n<gender value=\"male\" \u00e4\u00e4='1' b='2'/>\r<name><family value=\"x\"/><text value=\"t\"/></name>");

        Assert.Equal(
            [
                "2:1 Patient.active 'yes' is no boolean: it is true or false.",
                "3:3 Patient.nam 'nam' is not an element of Patient; did you mean 'name'?",
                "4:22 Patient.gender The attribute '\u00e4\u00e4' has no meaning here.",
                "4:31 Patient.gender The attribute 'b' has no meaning here.",
                "5:1 Patient.name 'name' stands too late; XML keeps the order of the specification, where it comes before 'gender'.",
                "5:26 Patient.name[0].text 'text' stands too late; XML keeps the order of the specification, where it comes before 'family'.",
            ],
            issues.Select(issue => $"{issue.Line}:{issue.Column} {issue.Expression} {issue.Diagnostics}"));
    }

    [Fact]
    public void Faults_before_the_end_of_well_formed_XML_are_told_too() =>
        Assert.Equal(["unknown-element Patient.x", "not-well-formed Patient.name[0]"], Faults("<x/><name></nam>"));

    [Theory]
    [InlineData("<Patient/>", "<Patient> is in no namespace; it belongs into http://hl7.org/fhir.")]
    [InlineData("<Patients xmlns=\"http://hl7.org/fhir\"/>", "'Patients' is not a resource type of FHIR R4.")]
    [InlineData("<HumanName xmlns=\"http://hl7.org/fhir\"/>", "'HumanName' is not a resource type of FHIR R4.")]
    public void A_root_that_is_no_resource_is_refused(string xml, string words) =>
        Assert.Equal([words], Assert.Throws<FhirException>(() => XmlReading.ToJson(Encoding.UTF8.GetBytes(xml))).Issues.Select(issue => issue.Diagnostics));

    [Fact]
    public void What_fits_is_checked_beside_what_JSON_can_not_hold()
    {
        var conversion = XmlReading.ReadWhatFits(Document("\n<nam/>\n<gender value='x' y='1'/>\n<contact/>"));

        var issues = conversion.InSource(StructuralCheck.Check(ResourceDocument.Parse(conversion.Json)));

        Assert.Equal(
            ["2:1 unknown-element Patient.nam", "3:1 code-not-in-value-set Patient.gender", "3:19 unknown-attribute Patient.gender", "4:1 empty-object Patient.contact[0]"],
            issues.Select(issue => $"{issue.Line}:{issue.Column} {issue.MessageId} {issue.Expression}"));
    }

    [Theory]
    [InlineData("<gender value='male'/><gender value='male'/>", "too-many-items Patient.gender")]
    [InlineData("<nam/><active value='yes'/>", "unknown-element Patient.nam;invalid-boolean Patient.active")]
    [InlineData("<nam/><name></nam>", "unknown-element Patient.nam;not-well-formed Patient.name[0]")]
    public void Where_nothing_sound_is_left_the_faults_stand_alone(string xml, string faults) =>
        Assert.Equal(faults.Split(';'), Assert.Throws<FhirException>(() => XmlReading.ReadWhatFits(Document(xml))).Issues.Select(issue => $"{issue.MessageId} {issue.Expression}"));

    [Fact]
    public void Issues_of_the_structural_check_are_taken_back_to_the_XML()
    {
        var conversion = XmlReading.Read(Document("\n<name>\n <given value='a'/>\n  <given value=''/>\n</name>\n<gender value='x'/>\n<contact/>"));

        var issues = conversion.InSource(StructuralCheck.Check(ResourceDocument.Parse(conversion.Json)));

        Assert.Equal(
            ["4:3 Patient.name[0].given[1]", "6:1 Patient.gender", "7:1 Patient.contact[0]"],
            issues.Select(issue => $"{issue.Line}:{issue.Column} {issue.Expression}"));
    }
}
