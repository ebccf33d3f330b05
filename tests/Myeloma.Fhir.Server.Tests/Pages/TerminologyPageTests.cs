using System.Net;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>Code systems, value sets and concept maps as a browser without script sees them, at their own URL.</summary>
[Trait("Category", "Postgres")]
public sealed class TerminologyPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    [Fact]
    public async Task A_code_system_is_read_and_asked()
    {
        await server.PutAsync("""
            {"resourceType":"CodeSystem","id":"page","url":"http://example.org/fhir/CodeSystem/page","version":"3","title":"A <b>system</b>","status":"active","content":"complete",
             "concept":[{"code":"up","display":"Above","concept":[{"code":"down","display":"Below & under"}]}]}
            """);

        var page = await GetAsync("/CodeSystem/page?try=subsumes&codeA=up&codeB=down");

        Assert.Contains("A &lt;b&gt;system&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("""<td class="code">– down</td><td>Below &amp; under</td>""", WithoutEntities(page), StringComparison.Ordinal);
        Assert.Contains("""<td class="code">outcome</td><td class="code value">subsumes</td>""", page, StringComparison.Ordinal);
        Assert.Contains("value=\"up\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/fhir/CodeSystem/page?_format=json&amp;_pretty=true\"", page, StringComparison.Ordinal);
        Assert.Contains("Unknown code", await GetAsync("/CodeSystem/page?try=validate-code&code=side"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_set_shows_a_page_of_its_codes_and_what_a_filter_finds()
    {
        await server.PutAsync("""
            {"resourceType":"ValueSet","id":"page","url":"http://example.org/fhir/ValueSet/page","title":"Acts","status":"active","compose":{"include":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActClass"}]}}
            """);

        var first = await GetAsync("/ValueSet/page");
        var filtered = await GetAsync("/ValueSet/page?try=expand&filter=clinical+tr");
        var asked = await GetAsync("/ValueSet/page?try=validate-code&code=OBS");

        Assert.Contains("All of <span class=\"code\">http://terminology.hl7.org/CodeSystem/v3-ActClass</span>", first, StringComparison.Ordinal);
        Assert.Contains("offset=50#codes\">Next</a>", first, StringComparison.Ordinal);
        Assert.DoesNotContain("Previous", first, StringComparison.Ordinal);
        Assert.Contains("Previous", await GetAsync("/ValueSet/page?try=expand&offset=50"), StringComparison.Ordinal);
        Assert.Contains("clinical trial", filtered, StringComparison.Ordinal);
        Assert.DoesNotContain("Next", filtered, StringComparison.Ordinal);
        Assert.Contains("""<td class="code">result</td><td class="code value">true</td>""", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_concept_map_translates_there_and_back()
    {
        var there = await GetAsync("/ConceptMap/to-rxnorm?try=translate&code=acetylsalicylic-acid&system=http://myeloma-fhir.org/fhir/CodeSystem/drug");
        var back = await GetAsync("/ConceptMap/to-rxnorm?try=translate&code=1191&system=http://www.nlm.nih.gov/research/umls/rxnorm&reverse=true");

        Assert.Contains("""<td class="code">match.concept</td><td class="code value">1191 aspirin (http://www.nlm.nih.gov/research/umls/rxnorm)</td>""", there, StringComparison.Ordinal);
        Assert.Contains("""<td class="code value">acetylsalicylic-acid""", back, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ConceptMap/to-rxnorm", "application/fhir+json", "application/fhir+json")]
    [InlineData("/ConceptMap/to-rxnorm", "application/fhir+json, text/html", "application/fhir+json")]
    [InlineData("/ConceptMap/to-rxnorm", "*/*", "application/fhir+json")]
    [InlineData("/ConceptMap/to-rxnorm?_format=json", Browser, "application/json")]
    [InlineData("/ConceptMap/to-rxnorm?_pretty=true", Browser, "application/json")]
    [InlineData("/ConceptMap?_count=1", Browser, "application/json")]
    [InlineData("/ConceptMap/to-rxnorm", "text/html", "text/html")]
    [InlineData("/ConceptMap/to-rxnorm", Browser, "text/html")]
    public async Task Who_does_not_ask_for_a_page_gets_the_resource(string path, string accept, string mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.BaseUrl + path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        if (mediaType == "text/html") Assert.Equal(mediaType, response.Content.Headers.ContentType!.MediaType);
        else Assert.EndsWith("json", response.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task A_resource_that_is_not_there_is_a_page_that_says_so()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.BaseUrl + "/ValueSet/never");
        request.Headers.TryAddWithoutValidation("Accept", Browser);
        using var response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    private static string WithoutEntities(string page) => page.Replace("&#x2013;", "–", StringComparison.Ordinal);

    private async Task<string> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.BaseUrl + path);
        request.Headers.TryAddWithoutValidation("Accept", Browser);
        using var response = await server.Client.SendAsync(request);
        var page = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains("form-action 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        return page;
    }
}
