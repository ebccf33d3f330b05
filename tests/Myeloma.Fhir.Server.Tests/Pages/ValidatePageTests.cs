using System.Net;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>The page to validate resources, as a browser without script uses it.</summary>
[Trait("Category", "Postgres")]
public sealed class ValidatePageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Broken = "{\r\n  \"resourceType\": \"Patient\",\r\n  \"gender\": \"man\"\r\n}";

    [Fact]
    public async Task An_empty_page_asks_for_a_resource()
    {
        var page = await GetAsync("");

        Assert.Contains("<form class=\"tool\" method=\"post\" action=\"/validate\">", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/validate\">Validate</a>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"result\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finding_has_its_line_and_stands_below_it_in_the_text()
    {
        var page = await PostAsync(("resource", Broken));

        Assert.Contains("<h2 id=\"result\">Not valid <span class=\"soft\">1 error, 0 warnings</span></h2>", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#line-3\">3:13</a>", page, StringComparison.Ordinal);
        Assert.Contains("<br><span class=\"code\">Patient.gender</span></td>", page, StringComparison.Ordinal);
        Assert.Matches("(?s)<li id=\"line-3\" value=\"3\"><code>  &quot;gender&quot;: &quot;man&quot;</code><p class=\"finding error\">&#x27;man&#x27; is not in the value set", page);
    }

    [Fact]
    public async Task Xml_is_shown_with_its_own_lines()
    {
        var page = await PostAsync(("resource", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <gender value=\"man\"/>\n</Patient>"));

        Assert.Contains("<a href=\"#line-2\">2:3</a>", page, StringComparison.Ordinal);
        Assert.Contains("<code>  &lt;gender value=&quot;man&quot;/&gt;</code>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Parameters\",\"parameter\":[{\"valueString\":\"x\"}]}", "1:43", "Parameters.parameter[0]")]
    [InlineData("{\"resourceType\":\"Patient\",,}", "1:27", "")]
    public async Task Text_that_is_a_request_itself_or_no_resource_is_validated_like_any(string text, string place, string expression)
    {
        var page = await PostAsync(("resource", text));

        Assert.Contains($">{place}</a>", page, StringComparison.Ordinal);
        Assert.Contains(expression, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_of_this_server_is_held_against_a_profile()
    {
        await server.PutAsync("""{"resourceType":"Medication","id":"page","code":{"text":"x"}}""");

        var plain = await GetAsync("?reference=Medication/page");
        var held = await GetAsync("?reference=Medication/page&profile=" + Uri.EscapeDataString("http://myeloma-fhir.org/fhir/StructureDefinition/drug"));

        Assert.Contains(">Valid <span", plain, StringComparison.Ordinal);
        Assert.Contains(">Not valid <span", held, StringComparison.Ordinal);
        Assert.Contains("http://myeloma-fhir.org/fhir/StructureDefinition/drug", held, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?reference=Medication/nowhere", "Medication/nowhere is not known here.")]
    [InlineData("?reference=Medication", "'Medication' names no resource of this server")]
    [InlineData("?reference=Medication/page&resource=x", "There are two resources to validate")]
    public async Task What_can_not_be_validated_is_said(string query, string words)
    {
        var page = WebUtility.HtmlDecode(await GetAsync(query));

        Assert.Contains("Not validated", page, StringComparison.Ordinal);
        Assert.Contains(words, page, StringComparison.Ordinal);
    }

    private async Task<string> GetAsync(string query)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(Address(query));
    }

    private async Task<string> PostAsync(params (string Name, string Value)[] fields)
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await client.PostAsync(Address(""), form);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private Uri Address(string query) => new(new Uri(server.BaseUrl), "/validate" + query);
}
