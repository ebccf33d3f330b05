using System.Text.RegularExpressions;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>What a person finds in the pages of a server that holds the seeds.</summary>
[Trait("Category", "Postgres")]
public sealed partial class PageTests(PageTests.SeededServer server) : IClassFixture<PageTests.SeededServer>
{
    [Fact]
    public async Task The_start_page_shows_every_combination_against_every_member_drug()
    {
        var (status, page) = await server.PageAsync("/");
        var grid = page[page.IndexOf("<table class=\"grid\"", StringComparison.Ordinal)..page.IndexOf("</table>", StringComparison.Ordinal)];

        Assert.Equal(200, status);
        Assert.Equal(18, Count(grid, "<th scope=\"row\">"));
        Assert.Equal(14, Count(grid, "<th scope=\"col\"><a href=\"/drugs/"));
        Assert.Equal(await server.MembershipsAsync(), Count(grid, "class=\"dot\""));
    }

    [Fact]
    public async Task Every_link_of_the_start_page_leads_to_a_page_that_shows_its_source()
    {
        var (_, start) = await server.PageAsync("/");
        var links = LocalLink().Matches(start).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.Equal(19 + 18 + 2, links.Count);
        foreach (var link in links)
        {
            var (status, page) = await server.PageAsync(link);
            Assert.Equal(200, status);
            Assert.Contains("<mark", page, StringComparison.Ordinal);
            Assert.DoesNotContain("names no source", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mark_holds_the_words_of_the_span_and_its_link_leads_to_them_in_the_document()
    {
        var (_, page) = await server.PageAsync("/regimens/carfilzomib-dexamethasone-isatuximab");
        var (_, document) = await server.PageAsync("/documents/cancer-ca-targeted-therapy-multiple-myeloma");

        Assert.Contains("<mark>if you have received at least one prior treatment</mark>", page, StringComparison.Ordinal);
        Assert.Contains("#c7701\"", page, StringComparison.Ordinal);
        Assert.Contains("<mark id=\"c7701\">if you have received at least one prior treatment</mark>", document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/regimens/none")]
    [InlineData("/drugs/none")]
    [InlineData("/documents/none")]
    [InlineData("/regimens/%3Cscript%3E")]
    public async Task What_is_not_there_is_answered_404_with_a_page(string path)
    {
        var (status, page) = await server.PageAsync(path);

        Assert.Equal(404, status);
        Assert.Contains("<h1>Not found</h1>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_in_a_resource_stays_text_in_the_page()
    {
        await server.PutAsync("""
            {"resourceType":"PlanDefinition","id":"page-markup","status":"draft","title":"<script>alert(1)</script>","description":"\"><img src=x onerror=alert(1)>",
             "identifier":[{"system":"http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation","value":"'><b>"}]}
            """);

        var (status, page) = await server.PageAsync("/regimens/page-markup");

        Assert.Equal(200, status);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_allow_no_script_and_no_foreign_frame()
    {
        using var response = await server.Running.Client.GetAsync(new Uri(server.Address, "/"));

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("href=\"(/(?:regimens|drugs|documents)/[^\"#]+)\"")]
    private static partial Regex LocalLink();

    /// <summary>A server with the seeds loaded.</summary>
    public sealed class SeededServer : IAsyncLifetime
    {
        public RunningServer Running { get; } = new();

        public Uri Address => new(Running.BaseUrl[..^"/fhir".Length]);

        public async Task InitializeAsync()
        {
            await Running.InitializeAsync();
            Assert.Equal(ExitCode.Ok, await CommandLine.RunAsync(["load", Path.Combine(RepositoryRoot.Folder, "seeds"), "--server", Running.BaseUrl]));
        }

        public Task DisposeAsync() => Running.DisposeAsync();

        public Task PutAsync(string resource) => Running.PutAsync(resource);

        public async Task<(int Status, string Page)> PageAsync(string path)
        {
            using var response = await Running.Client.GetAsync(new Uri(Address, path));
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        /// <summary>Members over all combinations, counted in the resources.</summary>
        public async Task<int> MembershipsAsync() => (await Running.GetAsync("/PlanDefinition?member-count=ge2&_count=100")).Entries
            .Sum(entry => entry.GetProperty("resource").GetProperty("action")[0].GetProperty("action").GetArrayLength());
    }
}
