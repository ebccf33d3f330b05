using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Tests.Elements;

/// <remarks>https://hl7.org/fhir/R4/datatypes.html#primitive</remarks>
public sealed class PrimitiveFormatTests
{
    private static string? Fault(PrimitiveKind kind, string text) => PrimitiveFormat.Fault(kind, Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData(PrimitiveKind.Boolean, "true")]
    [InlineData(PrimitiveKind.Integer, "0", "-1", "2147483647", "-2147483648")]
    [InlineData(PrimitiveKind.UnsignedInt, "0", "2147483647")]
    [InlineData(PrimitiveKind.PositiveInt, "1", "2147483647")]
    [InlineData(PrimitiveKind.Decimal, "0", "-0.00", "1.50", "1e2", "1.0E-245", "0.1234567890123456789", "1e+0308")]
    [InlineData(PrimitiveKind.Date, "2000", "0001", "2000-12", "2000-02-29", "9999-12-31")]
    [InlineData(PrimitiveKind.DateTime, "2000", "2000-02", "2000-02-29", "2000-02-29T23:59:60Z", "2000-01-01T00:00:00.123456789+14:00", "2000-01-01T00:00:00-13:59")]
    [InlineData(PrimitiveKind.Instant, "2000-01-01T00:00:00Z", "2015-02-07T13:28:17.239+02:00")]
    [InlineData(PrimitiveKind.Time, "00:00:00", "23:59:59.5")]
    [InlineData(PrimitiveKind.Id, "a", "A-1.b", "0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData(PrimitiveKind.Oid, "urn:oid:1.2.3", "urn:oid:2.16.840.1.113883")]
    [InlineData(PrimitiveKind.Uuid, "urn:uuid:c757873d-ec9a-4326-a141-556f43239520")]
    [InlineData(PrimitiveKind.Uri, "http://a/b?c#d", "urn:x", "relative", "ä")]
    [InlineData(PrimitiveKind.Url, "mailto:a@b.c")]
    [InlineData(PrimitiveKind.Canonical, "http://a|1.0#x")]
    [InlineData(PrimitiveKind.Code, "a", "a b", "a b c", "ü")]
    [InlineData(PrimitiveKind.Base64Binary, "QQ==", "QUI=", "QUJD", "QU JD\n", "QUJDQQ==")]
    [InlineData(PrimitiveKind.String, "a", " ", "a\tb\r\nc", "😀", "\u00a0")]
    [InlineData(PrimitiveKind.Markdown, "# a\n\nb")]
    [InlineData(PrimitiveKind.Xhtml, "<div/>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='x'>a &lt; b &#160;<br/></p><!-- c --></div>", " <div>a</div>\n", "<div><a href=\"http://x/?a=1&amp;b=2\">x</a></div>")]
    public void A_legal_value_is_taken(PrimitiveKind kind, params string[] values) =>
        Assert.All(values, value => Assert.Null(Fault(kind, value)));

    [Theory]
    [InlineData(PrimitiveKind.Boolean, "True", "1")]
    [InlineData(PrimitiveKind.Integer, "-0", "01", "1.0", "1e2", "2147483648", "-2147483649", "99999999999", "-", "")]
    [InlineData(PrimitiveKind.UnsignedInt, "-1", "2147483648")]
    [InlineData(PrimitiveKind.PositiveInt, "0", "-1")]
    [InlineData(PrimitiveKind.Decimal, "1e999999", "1e309", "-1e-309", "1e99999999999999999999", "NaN", "01", ".5", "5.", "")]
    [InlineData(PrimitiveKind.Date, "", "200", "0000", "2000-1", "2000-13", "2000-00", "2001-02-29", "1900-02-29", "2000-01-01T00:00:00Z", "2000-01-01 ", "2000-01-", "20000")]
    [InlineData(PrimitiveKind.DateTime, "2000-01-01T00:00:00", "2000-01-01T00:00Z", "2000-01-01T24:00:00Z", "2000-01-01T00:00:00.Z", "2000-01-01T00:00:00+14:01", "2000-01-01T00:00:00z", "2000-01T00:00:00Z", "2000T00:00:00Z", "2000-01-01T", "2000-01-01 00:00:00Z")]
    [InlineData(PrimitiveKind.Instant, "2000", "2000-01-01", "2000-01-01T00:00:00", "2000-01T00:00:00Z")]
    [InlineData(PrimitiveKind.Time, "24:00:00", "00:00", "00:00:00Z", "00:60:00", "00:00:61", "0:00:00", "00:00:00.")]
    [InlineData(PrimitiveKind.Id, "", "a b", "a_b", "a/b", "ä", "01234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData(PrimitiveKind.Oid, "1.2.3", "urn:oid:3.1", "urn:oid:1", "urn:oid:1.02", "urn:oid:1..2", "urn:oid:1.2.", "urn:oid:")]
    [InlineData(PrimitiveKind.Uuid, "c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "urn:uuid:c757873dec9a4326a141556f43239520")]
    [InlineData(PrimitiveKind.Uri, "", "a b", " a", "a\n", "a\u007f")]
    [InlineData(PrimitiveKind.Code, "", " a", "a ", "a  b", "a\tb", " ")]
    [InlineData(PrimitiveKind.Base64Binary, "", "A", "QQ=", "QQ===", "Q=Q=", "QQ==QQ==", "QQ-_", "====", " ")]
    [InlineData(PrimitiveKind.String, "", "a\0b", "a\u001f")]
    [InlineData(
        PrimitiveKind.Xhtml, "", "text", "<p>a</p>", "<div>", "<div><p></div>", "<div></div><div></div>", "<div></div>x", "<div>&nbsp;</div>", "<div>a & b</div>",
        "<div><script>x</script></div>", "<div><SCRIPT/></div>", "<div onclick=\"x\">a</div>", "<div><a href=\"javascript:x\">a</a></div>",
        "<div><a href=\"&#106;avascript:x\">a</a></div>", "<div><a href=\" java\nscript:x\">a</a></div>", "<!DOCTYPE div><div/>", "<div><!DOCTYPE x></div>", "<div><?php x?></div>",
        "<div><![CDATA[x]]></div>", "<div a=b>x</div>", "<div a>x</div>", "<div a=\"b\"c=\"d\"/>", "<div a=\"<\"/>", "<div", "<div><!-- x</div>", "<div/><!-- x", "<divx/>", "<div></div", "<div><1/></div>", "<div><")]
    public void An_illegal_value_is_refused_with_a_reason(PrimitiveKind kind, params string[] values) =>
        Assert.All(values, value => Assert.True(Fault(kind, value) is { Length: > 0 }, $"{kind} '{value}' was taken."));

    [Fact]
    public void A_script_hidden_behind_many_references_is_found()
    {
        var hidden = "j" + string.Concat(Enumerable.Repeat("&#9;", 500)) + "avascript:alert(1)";

        Assert.Equal("the attribute 'href' runs a script.", Fault(PrimitiveKind.Xhtml, $"<div><a href=\"{hidden}\">x</a></div>"));
        Assert.Null(Fault(PrimitiveKind.Xhtml, $"<div><img src=\"data:image/png;base64,{new string('A', 4000)}\" alt=\"x\"/></div>"));
    }

    [Theory]
    [InlineData("<p>Text<br/>in <b>bold</b>, <i>italic</i>, <tt>tt</tt>, <big>big</big>, <small>small</small>, <sub>sub</sub>, <sup>sup</sup></p><hr noshade=\"noshade\"/>")]
    [InlineData("<blockquote cite=\"http://a\"><q>q</q></blockquote><pre xml:space=\"preserve\">x</pre><address>a</address><bdo dir=\"rtl\" xml:lang=\"he\">b</bdo>")]
    [InlineData("<em/><strong/><dfn/><code/><samp/><kbd/><var/><cite/><abbr title=\"x\">x</abbr><acronym/><span style=\"color: red\" class=\"c\" id=\"i\" lang=\"de\">x</span>")]
    [InlineData("<ul type=\"disc\"><li>a</li></ul><ol start=\"2\"><li value=\"2\">a</li></ol><dl><dt>a</dt><dd>b</dd></dl>")]
    [InlineData("<table border=\"1\" summary=\"s\"><caption>c</caption><colgroup span=\"2\"><col width=\"1\"/></colgroup><thead><tr valign=\"top\"><th scope=\"col\" colspan=\"2\">h</th></tr></thead><tfoot/><tbody><tr><td rowspan=\"2\" charoff=\"1\">d</td></tr></tbody></table>")]
    [InlineData("<a name=\"n\"> </a><a href=\"#n\" rel=\"x\">l</a><img src=\"#p\" alt=\"p\" usemap=\"#m\"/><map name=\"m\"><area shape=\"rect\" coords=\"0,0,1,1\" href=\"#n\" alt=\"a\"/></map>")]
    public void A_narrative_holds_the_basic_formatting_of_HTML(string content) =>
        Assert.Null(Fault(PrimitiveKind.Xhtml, $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>"));

    [Theory]
    [InlineData("head")] [InlineData("body")] [InlineData("base")] [InlineData("link")] [InlineData("form")] [InlineData("input")] [InlineData("frame")]
    [InlineData("iframe")] [InlineData("object")] [InlineData("style")] [InlineData("ins")] [InlineData("del")] [InlineData("font")] [InlineData("center")]
    [InlineData("u")] [InlineData("video")] [InlineData("section")] [InlineData("x:p")] [InlineData("TD")] [InlineData("blink")]
    public void No_other_element_is_in_a_narrative(string name) => Assert.Equal(
        $"<{name}> is not allowed in a narrative, which holds text formatting, lists, tables, links and images of HTML 4.0, in lower case and nothing deprecated.",
        Fault(PrimitiveKind.Xhtml, $"<div><p>a</p><{name}>x</{name}></div>"));

    [Theory]
    [InlineData("<p href=\"#x\">a</p>", "the attribute 'href' is not allowed on <p> in a narrative.")]
    [InlineData("<a target=\"_blank\">a</a>", "the attribute 'target' is not allowed on <a> in a narrative.")]
    [InlineData("<a xlink:href=\"http://a\">a</a>", "the attribute 'xlink:href' is not allowed on <a> in a narrative.")]
    [InlineData("<p xmlns:x=\"http://a\">a</p>", "the attribute 'xmlns:x' is not allowed on <p> in a narrative.")]
    [InlineData("<p CLASS=\"x\">a</p>", "the attribute 'CLASS' is not allowed on <p> in a narrative.")]
    [InlineData("<td data-a-long-name-of-somebody=\"x\">a</td>", "the attribute 'data-a-long-name-of-somebody' is not allowed on <td> in a narrative.")]
    [InlineData("<p OnMouseOver=\"x\">a</p>", "the event handler 'OnMouseOver' is not allowed.")]
    [InlineData("<p xmlns=\"http://www.w3.org/2000/svg\">a</p>", "the namespace of <p> is http://www.w3.org/1999/xhtml, not 'http://www.w3.org/2000/svg'.")]
    public void No_other_attribute_is_in_a_narrative(string content, string fault) => Assert.Equal(fault, Fault(PrimitiveKind.Xhtml, $"<div>{content}</div>"));

    [Fact]
    public void A_sound_narrative_is_checked_without_allocating()
    {
        var text = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><table class=\"g\"><tr><td colspan=\"2\"><a href=\"#a\">a</a></td></tr></table></div>"u8.ToArray();
        PrimitiveFormat.Fault(PrimitiveKind.Xhtml, text);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(PrimitiveFormat.Fault(PrimitiveKind.Xhtml, text));

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
