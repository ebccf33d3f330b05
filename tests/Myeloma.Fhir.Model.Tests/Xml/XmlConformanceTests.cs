using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>The published files, in both formats and both directions. https://hl7.org/fhir/R4/xml.html</summary>
public sealed class XmlConformanceTests
{
    public static TheoryData<string> Pairs() => Files("xmljson", "*.xml");

    public static TheoryData<string> Examples() => Files("examples", "*.json");

    [ConformanceTheory]
    [MemberData(nameof(Pairs))]
    public void Published_XML_becomes_the_published_JSON(string file)
    {
        var json = XmlReading.ToJson(File.ReadAllBytes(ConformanceFolder.Suite(file)));

        // The pairs were published at different times: text and dates differ.
        string[] leftOut = ["text", "date"];
        Assert.Equal(CanonicalJson.Of(File.ReadAllBytes(ConformanceFolder.Suite(Path.ChangeExtension(file, ".json"))), leftOut), CanonicalJson.Of(json, leftOut));
        Assert.Equal([], StructuralCheck.Check(ResourceDocument.Parse(json)).Select(issue => issue.Diagnostics));
    }

    [ConformanceTheory]
    [MemberData(nameof(Pairs))]
    public void Published_XML_comes_back_from_JSON_byte_for_byte_but_for_the_narrative(string file)
    {
        var xml = File.ReadAllBytes(ConformanceFolder.Suite(file));

        var written = XmlWriting.ToXml(ResourceDocument.Parse(XmlReading.ToJson(xml)));

        // Another parser compares, with attributes in any order.
        var expected = System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(xml), System.Xml.Linq.LoadOptions.PreserveWhitespace);
        var actual = System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(written), System.Xml.Linq.LoadOptions.PreserveWhitespace);
        Assert.Equal(expected.ToString(System.Xml.Linq.SaveOptions.DisableFormatting), actual.ToString(System.Xml.Linq.SaveOptions.DisableFormatting));
    }

    [ConformanceTheory]
    [MemberData(nameof(Examples))]
    public void An_example_written_as_XML_and_read_again_is_the_same_to_the_byte(string file)
    {
        var json = File.ReadAllBytes(ConformanceFolder.Suite(file));

        var xml = XmlWriting.ToXml(ResourceDocument.Parse(json));
        var back = XmlReading.ToJson(xml);

        Assert.Equal(CanonicalJson.Of(json), CanonicalJson.Of(back));
        Assert.Equal(xml, XmlWriting.ToXml(ResourceDocument.Parse(back)));
        Assert.Equal(back, XmlReading.ToJson(XmlWriting.ToXml(ResourceDocument.Parse(json), pretty: true)));
    }

    [ConformanceTheory]
    [MemberData(nameof(Examples))]
    public void A_fault_found_in_the_JSON_is_told_at_its_line_of_the_XML(string file)
    {
        var json = File.ReadAllBytes(ConformanceFolder.Suite(file));
        var xml = XmlWriting.ToXml(ResourceDocument.Parse(json), pretty: true);
        var conversion = XmlReading.Read(xml);
        var document = ResourceDocument.Parse(conversion.Json);

        var lines = Encoding.UTF8.GetString(xml).Split('\n');
        Walk(document.Root);

        void Walk(Element element)
        {
            foreach (var child in element.Children())
            {
                var (line, column) = document.PositionOf(child);
                var place = Assert.Single(conversion.InSource([Issues.Issue.Value("", null, line, column)]));
                var written = Encoding.UTF8.GetBytes(lines[place.Line - 1])[(place.Column - 1)..];
                if (child.Type.Name != "xhtml" && child.Property!.JsonName is not ("id" or "url"))
                    Assert.StartsWith("<" + child.Property.JsonName, Encoding.UTF8.GetString(written), StringComparison.Ordinal);
                Walk(child);
            }
        }
    }

    private static TheoryData<string> Files(string suite, string pattern)
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(ConformanceFolder.Suite(suite), pattern).Order(StringComparer.Ordinal))
            data.Add(Path.GetRelativePath(ConformanceFolder.Path!, file));
        return data;
    }
}
