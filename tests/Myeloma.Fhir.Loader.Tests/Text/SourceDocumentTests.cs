using System.Text;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Loader.Tests.Text;

public class SourceDocumentTests
{
    [Xunit.Fact]
    public void Text_keeps_its_line_ends_and_its_hash_is_of_the_bytes()
    {
        var document = SourceDocument.Parse("folder/name.txt", "a\r\nb"u8);

        Assert.Equal("name.txt", document.FileName);
        Assert.Equal("a\r\nb", document.Text);
        Assert.Equal(4, document.ByteLength);
        Assert.Equal(64, document.Sha256.Length);
        Assert.Null(document.Origin);
    }

    [Theory]
    [InlineData(new byte[0], "name.txt is empty.")]
    [InlineData(new byte[] { 32, 13, 10, 9 }, "name.txt is empty.")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, "name.txt is empty.")]
    [InlineData(new byte[] { 97, 0xC3, 0x28 }, "name.txt is not UTF-8 text: byte 1 cannot be read. Save it as UTF-8.")]
    [InlineData(new byte[] { 97, 0, 98 }, "name.txt is not a text document: it holds a control character at position 1.")]
    [InlineData(new byte[] { 0x25, 0x50, 0x44, 0x46, 0x1B }, "name.txt is not a text document: it holds a control character at position 4.")]
    public void Bytes_that_are_no_text_are_refused_with_the_reason(byte[] bytes, string diagnostics)
    {
        var problem = Assert.Throws<FhirException>(() => SourceDocument.Parse("name.txt", bytes));

        var issue = Assert.Single(problem.Issues);
        Assert.Equal(IssueType.Invalid, issue.Type);
        Assert.Equal(diagnostics, issue.Diagnostics);
    }

    [Xunit.Fact]
    public void A_document_over_the_limit_is_refused_and_one_at_the_limit_is_read()
    {
        var bytes = Encoding.UTF8.GetBytes(new string('a', 100));

        var problem = Assert.Throws<FhirException>(() => SourceDocument.Parse("name.txt", bytes, maxBytes: 99));

        Assert.Equal("name.txt has 100 bytes; the limit is 99.", Assert.Single(problem.Issues).Diagnostics);
        Assert.Equal(100, SourceDocument.Parse("name.txt", bytes, maxBytes: 100).Text.Length);
    }
}
