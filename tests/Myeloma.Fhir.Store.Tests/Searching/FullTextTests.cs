using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#content</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class FullTextTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Condition","id":"w-1","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Metastases in the <b>bone</b>s &amp; m&#246;glich</p><p>liver</p></div>"},"subject":{"reference":"Patient/x","display":"Anders Ångström"},"code":{"text":"Plasma-cell myeloma"}}""",
        """{"resourceType":"Condition","id":"w-2","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Bone metastases</div>"},"subject":{"reference":"Patient/x"},"note":[{"text":"no involvement of the liver"},{"text":"cell of plasma"}]}""",
        """{"resourceType":"Condition","id":"w-3","subject":{"reference":"Patient/x"},"code":{"text":"多発性骨髄腫"},"note":[{"text":"plasma"},{"text":"cell"}]}""",
        """{"resourceType":"Binary","id":"w-b","contentType":"plasma"}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("_text=metastases", "w-1 w-2")]
    [InlineData("_text=BONE", "w-2")]
    [InlineData("_text=bone*", "w-1 w-2")]
    [InlineData("_text=(bone OR liver) and metastases", "w-1 w-2")]
    [InlineData("_text=liver,bone", "w-1 w-2")]
    [InlineData("_text=metastases not liver", "w-2")]
    [InlineData("_text=metastases -liver", "w-2")]
    [InlineData("_text=\"bone metastases\"", "w-2")]
    [InlineData("_text=moglich", "w-1")]
    [InlineData("_text=plasma", "")]
    [InlineData("_text:missing=true&code:missing=false", "w-3")]
    [InlineData("_content=plasma", "w-1 w-2 w-3")]
    [InlineData("_content=plasma-cell", "w-1")]
    [InlineData("_content=\"plasma cell\"", "w-1")]
    [InlineData("_content=angstrom metastases", "w-1")]
    [InlineData("_content=骨髄", "w-3")]
    [InlineData("_content=髄骨", "")]
    [InlineData("_content=liver&_text=bone", "w-2")]
    [InlineData("_content=liver or 骨髄", "w-1 w-2 w-3")]
    [InlineData("_filter=_content co \"liver\" and _text co bone", "w-2")]
    public async Task Words_are_found(string query, string expected) => Assert.Equal(expected, await fixture.FindAsync($"Condition?{query}"));

    [Fact]
    public async Task Words_are_found_over_all_types_behind_references_and_in_the_current_version_only()
    {
        Assert.Equal("w-1 w-2 w-3 w-b", await fixture.FindAsync("?_content=plasma&_id=w-1,w-2,w-3,w-b"));
        Assert.Equal("w-1 w-2", await fixture.FindAsync("?_text=metastases"));
        await fixture.PutAsync(
            """{"resourceType":"Patient","id":"w-p","name":[{"text":"quicksilver"}]}""",
            """{"resourceType":"Basic","id":"w-r","code":{"text":"old"},"subject":{"reference":"Patient/w-p"}}""",
            """{"resourceType":"Basic","id":"w-r","code":{"text":"new"},"subject":{"reference":"Patient/w-p"}}""");
        Assert.Equal("w-r", await fixture.FindAsync("Basic?patient._content=quicksilver"));
        Assert.Equal("", await fixture.FindAsync("Basic?_content=old&_id=w-r"));
        Assert.Equal("w-r", await fixture.FindAsync("Basic?_content=new&_id=w-r"));
    }

    [Fact]
    public async Task A_text_of_any_length_is_stored_and_its_beginning_found()
    {
        var words = string.Join(' ', Enumerable.Range(0, 60_000).Select(at => $"w{at}x"));
        var ideographs = new string([.. Enumerable.Range(0, 20_000).Select(at => (char)('一' + at))]);
        var resources = new[] { words, ideographs, new string('q', 300_000) }
            .Select((text, at) => $$"""{"resourceType":"Basic","id":"w-long-{{at}}","code":{"text":"{{text}}"} }""").ToArray();

        // By COPY in one transaction, and one by one.
        await fixture.Store.WriteAsync([.. resources.Concat(Enumerable.Range(0, 20).Select(at => $$"""{"resourceType":"Basic","id":"w-more-{{at}}","code":{"text":"bulk {{at}}"} }"""))
            .Select(json => Documents.Parse(json)).Select(document => new WriteOperation.Update(new ResourceKey("Basic", document.Id!), document))], default);
        Assert.Equal("w-long-0", await fixture.FindAsync("Basic?_content=w10000x"));
        Assert.Equal("w-more-7", await fixture.FindAsync("Basic?_content=\"bulk 7\""));
        await fixture.PutAsync(resources);

        Assert.Equal("w-long-0", await fixture.FindAsync("Basic?_content=\"w0x w1x\""));
        Assert.Equal("w-long-1", await fixture.FindAsync("Basic?_content=一丁"));
        Assert.Equal("w-long-2", await fixture.FindAsync("Basic?_content=qqq*"));
    }

    [Theory]
    [InlineData("_text=(bone", IssueType.Value, "not closed")]
    [InlineData("_text=bone)", IssueType.Value, "without a '('")]
    [InlineData("_text=\"bone", IssueType.Value, "not closed")]
    [InlineData("_text=bone and", IssueType.Value, "a word is missing")]
    [InlineData("_content=!!!", IssueType.Value, "no letter or digit")]
    [InlineData("_content:exact=x", IssueType.NotSupported, "':exact'")]
    [InlineData("_sort=_content", IssueType.NotSupported, "no order")]
    public void What_is_no_expression_is_refused(string query, IssueType type, string words)
    {
        var issue = Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind($"Condition?{query}")).Issues);

        Assert.Equal(type, issue.Type);
        Assert.Contains(words, issue.Diagnostics, StringComparison.Ordinal);
    }
}
