using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>Whatever comes in, the answer is an issue with a place, and nothing outside the document is ever read.</summary>
public sealed class XmlHostileTests
{
    private const string Open = "<Patient xmlns=\"http://hl7.org/fhir\">";
    private const string Close = "</Patient>";

    private static Issue Refusal(byte[] bytes, ParseLimits? limits = null) =>
        Assert.Single(Assert.Throws<FhirException>(() => XmlReading.ToJson(bytes, limits)).Issues);

    private static Issue Refusal(string xml, ParseLimits? limits = null) => Refusal(Encoding.UTF8.GetBytes(xml), limits);

    [Theory]
    [InlineData("<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>" + Open + "<name><text value=\"&c;\"/></name>" + Close)]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + Open + "<name><text value=\"&a;\"/></name>" + Close)]
    [InlineData("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">" + Open + Close)]
    [InlineData("<!DOCTYPE Patient>" + Open + Close)]
    [InlineData("<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p;]>" + Open + Close)]
    public void A_document_type_is_refused(string xml)
    {
        var issue = Refusal(xml);

        Assert.Equal((IssueType.Structure, "document-type"), (issue.Type, issue.MessageId));
        Assert.StartsWith("A document type declaration is not allowed in FHIR XML. (line ", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("   ", 1, 1)]
    [InlineData("{}", 1, 1)]
    [InlineData(Open, 1, 38)]
    [InlineData(Open + Close + "x", 1, 48)]
    [InlineData(Open + Close + Open + Close, 1, 49)]
    [InlineData(Open + "\n<active value=\"true\" value=\"true\"/>" + Close, 2, 22)]
    [InlineData(Open + "\n<active value=\"&nbsp;\"/>" + Close, 2, 17)]
    [InlineData(Open + "\n<active value=\"a<b\"/>" + Close, 2, 17)]
    [InlineData(Open + "\n<active value=\"&#1;\"/>" + Close, 2, 18)]
    [InlineData(Open + "\n<active value=\"&#xD800;\"/>" + Close, 2, 19)]
    [InlineData(Open + "\n\u00e4 <x:y/>" + Close, 2, 5)]
    [InlineData(Open + "<a></b>" + Close, 1, 43)]
    [InlineData("<?xml version=\"1.1\"?>" + Open + Close, 1, 16)]
    [InlineData(" <?xml version=\"1.0\"?>" + Open + Close, 1, 4)]
    public void What_is_no_XML_is_refused_where_it_breaks(string xml, int line, int column)
    {
        var issues = Assert.Throws<FhirException>(() => XmlReading.ToJson(Encoding.UTF8.GetBytes(xml))).Issues;

        Assert.Equal((IssueType.Structure, "not-well-formed", line, column), (issues[^1].Type, issues[^1].MessageId, issues[^1].Line, issues[^1].Column));
    }

    [Theory]
    [InlineData("<name>")]
    [InlineData("<extension url=\"u\">")]
    [InlineData("<contained><Patient>")]
    [InlineData("<unknown>")]
    [InlineData("<name><unknown>")]
    public void Depth_without_end_is_refused_by_its_limit(string unit)
    {
        var issues = Assert.Throws<FhirException>(() => XmlReading.ToJson(Encoding.UTF8.GetBytes(Open + string.Concat(Enumerable.Repeat(unit, 100_000))))).Issues;

        Assert.Equal(IssueType.TooLong, issues[^1].Type);
        Assert.StartsWith("The document nests deeper than 64 levels. (line 1, column ", issues[^1].Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "<name/>", "")]
    [InlineData("", "<!-- c -->", "")]
    [InlineData("<unknown>", "<a/>", "</unknown>")]
    public void Time_has_a_limit_that_is_told(string before, string unit, string after)
    {
        var xml = Open + before + string.Concat(Enumerable.Repeat(unit, 10_000)) + after + Close;
        var issue = Refusal(xml, ParseLimits.Default with { MaxTime = TimeSpan.Zero });

        Assert.Equal(IssueType.TooCostly, issue.Type);
        Assert.StartsWith("Reading the document takes longer than 0 seconds, the limit (setting MaxParseSeconds); send it in parts. (line 1, column ", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_narrative_without_end_is_refused_by_its_limit()
    {
        var issues = Assert.Throws<FhirException>(() => XmlReading.ToJson(Encoding.UTF8.GetBytes(
            Open + "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">" + string.Concat(Enumerable.Repeat("<p>", 100_000)) + string.Concat(Enumerable.Repeat("</p>", 100_000)) + "</div></text>" + Close))).Issues;

        Assert.Equal("This is no xhtml: it nests deeper than 200 elements.", Assert.Single(issues).Diagnostics);
    }

    [Fact]
    public void The_depth_is_that_of_the_JSON()
    {
        static byte[] Nested(int extensions) => Encoding.UTF8.GetBytes(
            Open + string.Concat(Enumerable.Repeat("<extension url=\"u\">", extensions)) + string.Concat(Enumerable.Repeat("</extension>", extensions)) + Close);

        // An object for the resource, an array and an object for each extension.
        var limits = ParseLimits.Default with { MaxDepth = 21 };
        Assert.NotNull(ResourceDocument.Parse(XmlReading.ToJson(Nested(10), limits), limits: limits));
        Assert.Equal(IssueType.TooLong, Refusal(Nested(11), limits).Type);
    }

    [Fact]
    public void Size_values_and_strings_have_limits_that_are_told()
    {
        var limits = new ParseLimits(MaxBytes: 200, MaxDepth: 8, MaxNodes: 6, MaxStringBytes: 30);

        Assert.Equal("The document has 201 bytes; at most 200 are accepted.", Refusal(new byte[201], limits).Diagnostics);
        Assert.StartsWith("The document holds more than 6 values. (line 1, column ", Refusal(Open + string.Concat(Enumerable.Repeat("<name/>", 10)) + Close, limits).Diagnostics, StringComparison.Ordinal);
        Assert.StartsWith("A string has 31 bytes; at most 30 are accepted. (line 1, column ", Refusal(Open + "<birthDate value=\"1234567890123456789012345678901\"/>" + Close, limits).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_values_and_long_lists_are_read_in_time_that_grows_with_them()
    {
        var text = new string('x', 20_000_000);
        var items = string.Concat(Enumerable.Repeat("<given value=\"x\"> </given>", 300_000));

        Assert.Equal(text.Length, ResourceDocument.Parse(XmlReading.ToJson(Encoding.UTF8.GetBytes(Open + $"<name><text value=\"{text}\"/>{items}</name>" + Close))).Root.Child("name")!.Value.TextOf("text")!.Length);
    }

    [Theory]
    [InlineData("<active {0} value=\"true\"/>", "xmlns:a{0}='u'")]
    [InlineData("<!-- ' --><text><?x \"?><div xmlns=\"http://www.w3.org/1999/xhtml\" {0}><![CDATA[\"<a b='c]]></div></text>", "a{0}='>'")]
    public void Attributes_without_end_are_refused_before_they_are_compared(string xml, string attribute)
    {
        byte[] With(int count) => Encoding.UTF8.GetBytes(Open + xml.Replace("{0}", string.Join(' ', Enumerable.Range(0, count).Select(number => attribute.Replace("{0}", $"{number}", StringComparison.Ordinal))), StringComparison.Ordinal) + Close);

        Assert.NotEmpty(XmlReading.ToJson(With(900)));
        Assert.StartsWith("An element has more than 1000 attributes. (line 1, column ", Refusal(With(1_000_000)).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_beyond_the_hundredth_end_the_reading()
    {
        var issues = Assert.Throws<FhirException>(() => XmlReading.ToJson(Encoding.UTF8.GetBytes(Open + string.Concat(Enumerable.Repeat("<x/>", 100_000)) + Close))).Issues;

        Assert.Equal((StructuralCheck.DefaultMaxIssues, "too-many-issues"), (issues.Count, issues[^1].MessageId));
    }

    public static TheoryData<string, byte[]> Encodings()
    {
        const string body = Open + "<name><text value=\"\u00e4\u20ac\U0001F600\"/></name>" + Close;
        return new()
        {
            { "UTF-8", Encoding.UTF8.GetBytes(body) },
            { "UTF-8, declared", Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>" + body) },
            { "UTF-8, marked", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("<?xml version='1.0' encoding='UTF-8'?>" + body)] },
            { "UTF-16 LE, marked", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<?xml version='1.0' encoding='UTF-16'?>" + body)] },
            { "UTF-16 BE, marked", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("<?xml version='1.0' encoding='UTF-16'?>" + body)] },
            { "UTF-16 LE, marked, not declared", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(body)] },
            { "UTF-16 LE, declared", Encoding.Unicode.GetBytes("<?xml version='1.0' encoding='UTF-16LE'?>" + body) },
            { "UTF-16 BE, declared", Encoding.BigEndianUnicode.GetBytes("<?xml version='1.0' encoding='utf-16be'?>" + body) },
        };
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void UTF8_and_UTF16_are_read(string _, byte[] xml) =>
        Assert.Equal("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\u00e4\u20ac\U0001F600\"}]}", Encoding.UTF8.GetString(XmlReading.ToJson(xml)));

    [Theory]
    [InlineData("ISO-8859-1")]
    [InlineData("windows-1252")]
    [InlineData("UTF-7")]
    [InlineData("UTF-16")]
    [InlineData("IBM037")]
    [InlineData("x-unheard-of")]
    public void Another_encoding_is_refused(string encoding)
    {
        var issue = Refusal($"<?xml version=\"1.0\" encoding=\"{encoding}\"?>" + Open + Close);

        Assert.Equal("encoding", issue.MessageId);
        Assert.Equal($"The document declares the encoding '{encoding}' and is UTF-8; FHIR XML is UTF-8, and UTF-16 is read as well.", issue.Diagnostics);
    }

    [Fact]
    public void Bytes_that_are_in_no_encoding_are_refused()
    {
        Assert.Equal((2, 2), Refusal([.. "<x>\na"u8, 0xC3, 0x28]) is var issue ? (issue.Line, issue.Column) : default);
        Assert.StartsWith("The document is not valid UTF-16 at byte ", Refusal([0xFF, 0xFE, 0x3C, 0x00, 0x00, 0xD8, 0x3C, 0x00]).Diagnostics, StringComparison.Ordinal);
        Assert.StartsWith("The document is not valid UTF-16 at byte ", Refusal([0xFE, 0xFF, 0x3C]).Diagnostics, StringComparison.Ordinal);
        Assert.Equal("not-well-formed", Refusal([0x00, 0x00, 0x00, 0x3C]).MessageId);
    }

    [Fact]
    public void A_document_cut_anywhere_is_refused()
    {
        var whole = Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>" + Open + "<text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>&amp;</div></text><name><given id=\"x\" value=\"\u00e4\"/></name>" + Close);

        Assert.NotNull(XmlReading.ToJson(whole));
        for (var length = 0; length < whole.Length; length++) Assert.NotEmpty(Assert.Throws<FhirException>(() => XmlReading.ToJson(whole.AsMemory(0, length))).Issues);
    }
}
