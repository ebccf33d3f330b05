using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Tests;

/// <remarks>https://www.rfc-editor.org/rfc/rfc5261</remarks>
public sealed class XmlPatchTests
{
    private const string Patient = """{"resourceType":"Patient","active":true,"name":[{"family":"A","given":["x","y"]},{"family":"B"}],"multipleBirthInteger":2}""";

    [Theory]
    [InlineData("<replace sel=\"f:Patient/f:active/@value\">false</replace>", "\"active\":false")]
    [InlineData("<replace sel=\"Patient/name[2]/family/@value\">C</replace>", "{\"family\":\"C\"}")]
    [InlineData("<remove sel=\"/f:Patient/f:name[f:family/@value='A']/f:given[last()]\" ws=\"both\"/>", "\"given\":[\"x\"]")]
    [InlineData("<add sel=\"f:Patient/f:name[1]\" pos=\"after\"><name><text value=\"new\"/></name></add>", "{\"text\":\"new\"},{\"family\":\"B\"}")]
    [InlineData("<add sel=\"f:Patient/f:name[1]\" pos=\"before\"><gender value=\"male\"/></add><remove sel=\"f:Patient/f:gender\"/>", "\"active\":true,\"name\"")]
    [InlineData("<add sel=\"f:Patient\" pos=\"prepend\"><id value=\"p\"/></add>", "\"id\":\"p\"")]
    [InlineData("<add sel=\"f:Patient/f:name[1]\" type=\"@id\">n1</add>", "\"id\":\"n1\"")]
    [InlineData("<remove sel=\"f:Patient/comment()[1]\"/>", "\"active\":true")]
    public void Operations_of_a_diff_change_the_resource(string operations, string expected) => Assert.Contains(expected, Apply(operations), StringComparison.Ordinal);

    [Theory]
    [InlineData("<replace sel=\"f:Patient/f:gender/@value\">male</replace>", "patch[0] (replace f:Patient/f:gender/@value): it selects nothing.")]
    [InlineData("<replace xmlns=\"\" sel=\"Patient/active/@value\">false</replace>", "patch[0] (replace Patient/active/@value): it selects nothing: a name without prefix is in no namespace here; write f:name, or declare xmlns=\"http://hl7.org/fhir\" on the patch.")]
    [InlineData("<remove sel=\"f:Patient/f:name\"/>", "patch[0] (remove f:Patient/f:name): it selects 2 nodes; it has to select one, for instance with an index.")]
    [InlineData("<remove sel=\"//f:name[1]\"/>", "patch[0] (remove //f:name[1]): '//' is not taken in 'sel'; it goes from the root down, step by step.")]
    [InlineData("<remove sel=\"f:Patient/ancestor::f:x\"/>", "patch[0] (remove f:Patient/ancestor::f:x): 'ancestor::' is not taken in 'sel'; it goes from the root down, step by step.")]
    [InlineData("<remove sel=\"f:Patient[document('a')]\"/>", "patch[0] (remove f:Patient[document('a')]): the function 'document' is not taken in 'sel'.")]
    [InlineData("<remove sel=\"f:Patient/f:name[\"/>", "patch[0] (remove f:Patient/f:name[): 'sel' is no XPath, or uses a prefix that is not declared.")]
    [InlineData("<remove/>", "patch[0]: 'remove' has no attribute 'sel'.")]
    [InlineData("<change sel=\"f:Patient\"/>", "patch[0]: 'change' is no operation; there are add, replace and remove.")]
    [InlineData("<add sel=\"f:Patient/f:active\" type=\"@value\">x</add>", "patch[0] (add f:Patient/f:active): the attribute 'value' is there already; replace it.")]
    [InlineData("<remove sel=\"f:Patient\"/>", "patch[0] (remove f:Patient): the resource itself can't be removed by a patch.")]
    public void A_fault_names_the_operation_and_its_selector(string operations, string expected) => Assert.Equal(expected, Fault(operations).Issues[0].Diagnostics);

    [Fact]
    public void A_document_type_is_not_read() => Assert.Equal(
        IssueType.Structure,
        Assert.Throws<FhirException>(() => XmlPatch.Apply(Document, "<!DOCTYPE diff [<!ENTITY e \"x\">]><diff xmlns=\"http://hl7.org/fhir\"/>"u8.ToArray())).Issues[0].Type);

    [Fact]
    public void What_is_no_FHIR_XML_afterwards_is_refused_in_words()
    {
        var issue = Fault("<add sel=\"f:Patient\"><gender value=\"male\"/></add>").Issues[0];

        Assert.StartsWith("After the patch the XML is not that of a resource: ", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Equal((0, "Patient.gender"), (issue.Line, issue.Expression));
    }

    private static ResourceDocument Document => ResourceDocument.Parse(Encoding.UTF8.GetBytes(Patient));

    private static string Apply(string operations) =>
        Encoding.UTF8.GetString(XmlPatch.Apply(Document, Encoding.UTF8.GetBytes($"<diff xmlns=\"http://hl7.org/fhir\">{operations}</diff>")));

    private static FhirException Fault(string operations) => Assert.Throws<FhirException>(() => Apply(operations));
}
