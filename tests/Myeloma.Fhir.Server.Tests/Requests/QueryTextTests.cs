using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Requests;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("?", "")]
    [InlineData("?a=1&b=2", "a=1;b=2")]
    [InlineData("a=1&a=2&&", "a=1;a=2")]
    [InlineData("a", "a=")]
    [InlineData("a=", "a=")]
    [InlineData("=x", "=x")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("a=x+y%2Bz", "a=x y+z")]
    [InlineData("code=http://x|1%7C2", "code=http://x|1|2")]
    [InlineData("n=%C3%A9é", "n=éé")]
    [InlineData("%61%3Anot=%F0%9F%98%80", "a:not=😀")]
    public void Pairs_come_decoded_in_their_order(string query, string expected) =>
        Assert.Equal(expected, string.Join(';', QueryText.Parse(query).Select(pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%C3")]
    [InlineData("a=%00")]
    [InlineData("a=%FF%FE")]
    [InlineData("%E0%80=1")]
    public void Broken_escapes_are_refused(string query) =>
        Assert.Equal(IssueType.Invalid, Assert.Single(Assert.Throws<FhirException>(() => QueryText.Parse(query)).Issues).Type);
}
