using System.Net;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>The page to try expressions, as a browser without script uses it.</summary>
[Trait("Category", "Postgres")]
public sealed class FhirPathPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task An_empty_page_asks_for_an_expression()
    {
        var page = await GetAsync("");

        Assert.Contains("<form class=\"tool\" method=\"post\" action=\"/fhirpath\">", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/fhirpath\">FHIRPath</a>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Not evaluated", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"result\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_of_this_server_is_evaluated_over_and_the_form_stays_filled_in()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"page","name":[{"family":"Example","given":["Ann","Bea"]}]}""");

        var page = await GetAsync("?reference=Patient/page&expression=" + Uri.EscapeDataString("trace('seen', family) | name.given"));

        Assert.Contains("value=\"Patient/page\"", page, StringComparison.Ordinal);
        Assert.Contains("<h2 id=\"result\">Result <span class=\"soft\">3 items</span></h2>", page, StringComparison.Ordinal);
        Assert.Contains("""<tr><td>1</td><td class="code">Patient.name[0].given[0]</td><td class="code">string</td><td class="code value">Ann</td></tr>""", page, StringComparison.Ordinal);
        Assert.Contains("Trace <span class=\"code\">seen</span>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"<b>\"}]}")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"&lt;b>\"/></name></Patient>")]
    public async Task A_pasted_resource_in_either_format_is_evaluated_over_and_stays_text(string resource)
    {
        var page = await PostAsync(("expression", "family"), ("context", "name"), ("resource", resource));

        Assert.Contains("<h3 class=\"code\">Patient.name[0]</h3>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"code value\">&lt;b&gt;</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_shown_with_a_caret_below_the_character()
    {
        var page = await PostAsync(("expression", "name\n  .given.frst()"), ("resource", ""));

        Assert.Contains("Not evaluated", page, StringComparison.Ordinal);
        Assert.Contains("<pre class=\"caret\">  .given.frst()\n         ^</pre>", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_types_alone_forbid_is_shown_beside_the_result_or_refused()
    {
        const string patient = """{"resourceType":"Patient"}""";

        var lenient = await PostAsync(("expression", "name.familly"), ("resource", patient));
        var strict = await PostAsync(("expression", "name.familly"), ("resource", patient), ("strict", "on"));

        Assert.Contains("By the types alone", lenient, StringComparison.Ordinal);
        Assert.Contains("<pre class=\"caret\">name.familly\n     ^</pre>", WebUtility.HtmlDecode(lenient), StringComparison.Ordinal);
        Assert.Contains("id=\"result\"", lenient, StringComparison.Ordinal);
        Assert.Contains("Not evaluated", strict, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"result\"", strict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resource", "{\"resourceType\":", "The document is not JSON here")]
    [InlineData("reference", "Patient/never-used", "Patient/never-used is not known here.")]
    [InlineData("reference", "nowhere", "is no reference to a resource of this server")]
    public async Task What_can_t_be_read_is_said_beside_the_form(string field, string value, string fault)
    {
        var page = await PostAsync(("expression", "id"), (field, value));

        Assert.Contains("Not evaluated", page, StringComparison.Ordinal);
        Assert.Contains(fault, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    private Uri Address(string query) => new(server.BaseUrl[..^"/fhir".Length] + "/fhirpath" + query);

    private async Task<string> GetAsync(string query)
    {
        using var response = await server.Client.GetAsync(Address(query));
        return await ReadAsync(response);
    }

    private async Task<string> PostAsync(params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await server.Client.PostAsync(Address(""), form);
        return await ReadAsync(response);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return await response.Content.ReadAsStringAsync();
    }
}
