using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#read</remarks>
[Trait("Category", "Postgres")]
public sealed class ReadTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task A_resource_comes_back_with_the_bytes_it_was_sent_with()
    {
        const string body = """{"resourceType":"Observation", "id":"precise", "status":"final","code":{"text":"é \u00e9"},"valueQuantity":{"value":1.00}}""";
        await server.PutAsync(body);

        var answer = await server.GetAsync("/Observation/precise");

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/fhir+json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("W/\"1\"", answer.Header("ETag"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-cache", answer.Header("Cache-Control"));
        var updated = answer.Json.GetProperty("meta").GetProperty("lastUpdated").GetDateTimeOffset();
        Assert.Equal(updated.ToString("R", CultureInfo.InvariantCulture), answer.Header("Last-Modified"));
        Assert.Equal("1", answer.Json.GetProperty("meta").GetProperty("versionId").GetString());
        Assert.EndsWith(""" "status":"final","code":{"text":"é \u00e9"},"valueQuantity":{"value":1.00}}""", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_was_never_used_answers_404_and_names_it()
    {
        var answer = await server.GetAsync("/Patient/never-used");

        Assert.Equal(404, answer.Status);
        Assert.Equal(["error not-found: Patient/never-used is not known here."], answer.Issues);
    }

    [Fact]
    public async Task A_deleted_resource_answers_410_and_its_versions_stay()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"gone","active":true}""");
        var deletion = await server.SendAsync("DELETE", "/Patient/gone");

        var current = await server.GetAsync("/Patient/gone");
        var first = await server.GetAsync("/Patient/gone/_history/1");
        var second = await server.GetAsync("/Patient/gone/_history/2");
        var third = await server.GetAsync("/Patient/gone/_history/3");

        Assert.Equal((204, "W/\"2\"", ""), (deletion.Status, deletion.Header("ETag"), deletion.Body));
        Assert.Equal(410, current.Status);
        Assert.Matches("^error deleted: Patient/gone was deleted at 2[0-9T:.-]+Z\\.$", Assert.Single(current.Issues));
        Assert.Equal((200, "W/\"1\""), (first.Status, first.Header("ETag")));
        Assert.Equal(410, second.Status);
        Assert.Matches("^error deleted: Version 2 of Patient/gone is its deletion", Assert.Single(second.Issues));
        Assert.Equal(404, third.Status);
        Assert.Equal(["error not-found: Patient/gone has no version 3 here."], third.Issues);
    }

    [Fact]
    public async Task HEAD_gives_the_headers_of_GET_and_no_body()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"head"}""");

        var get = await server.GetAsync("/Patient/head");
        var head = await server.SendAsync("HEAD", "/Patient/head");

        Assert.Equal((200, ""), (head.Status, head.Body));
        foreach (var name in new[] { "ETag", "Last-Modified", "Content-Type", "Content-Length" }) Assert.Equal(get.Header(name), head.Header(name));
        Assert.Equal(404, (await server.SendAsync("HEAD", "/Patient/no-head")).Status);
    }

    [Theory]
    [InlineData("If-None-Match", "W/\"1\"", 304)]
    [InlineData("If-None-Match", "\"7\", W/\"1\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "W/\"2\"", 200)]
    [InlineData("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Fri, 01 Jan 2010 00:00:00 GMT", 200)]
    [InlineData("If-Modified-Since", "yesterday", 200)]
    public async Task A_copy_that_is_still_good_is_not_sent_again(string header, string value, int status)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"copy"}""");

        var answer = await server.GetAsync("/Patient/copy", (header, value));

        Assert.Equal(status, answer.Status);
        Assert.Equal("W/\"1\"", answer.Header("ETag"));
        Assert.Equal(status == 304, answer.Body.Length == 0);
    }

    [Fact]
    public async Task Pretty_summary_and_elements_change_the_form_and_mark_what_is_cut()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"form","active":true,"birthDate":"1970-01","maritalStatus":{"text":"single"}}""");

        var pretty = await server.GetAsync("/Patient/form?_pretty=true");
        var summary = await server.GetAsync("/Patient/form?_summary=true");
        var elements = await server.GetAsync("/Patient/form?_elements=birthDate");

        Assert.Contains("\n  \"active\": true,\n", pretty.Body, StringComparison.Ordinal);
        Assert.False(summary.Json.TryGetProperty("maritalStatus", out _));
        Assert.True(summary.Json.TryGetProperty("active", out _));
        Assert.False(elements.Json.TryGetProperty("maritalStatus", out _));
        Assert.Equal("1970-01", elements.Json.GetProperty("birthDate").GetString());
        foreach (var cut in new[] { summary, elements })
            Assert.Contains(cut.Json.GetProperty("meta").GetProperty("tag").EnumerateArray(), tag => tag.GetProperty("code").GetString() == "SUBSETTED");
    }

    [Theory]
    [InlineData("/Patient/x?_summary=some", "error invalid: _summary is true, text, data or false, not 'some'.")]
    [InlineData("/Patient/x?_pretty=maybe", "error invalid: _pretty is true or false, not 'maybe'.")]
    public async Task A_form_that_is_not_there_is_refused(string path, string issue)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"x"}""");

        var answer = await server.GetAsync(path);

        Assert.Equal(400, answer.Status);
        Assert.Equal([issue], answer.Issues);
    }

    [Fact]
    public async Task A_Binary_is_its_content_unless_FHIR_is_asked_for_and_a_page_in_it_stays_asleep()
    {
        var script = Convert.ToBase64String("<script>alert(1)</script>"u8);
        await server.PutAsync($$"""{"resourceType":"Binary","id":"page","contentType":"text/html","data":"{{script}}"}""");
        await server.PutAsync("""{"resourceType":"Binary","id":"dot","contentType":"image/png","data":"iVBORw=="}""");

        var page = await server.GetAsync("/Binary/page", ("Accept", "text/html, */*"));
        var dot = await server.GetAsync("/Binary/dot", ("Accept", "*/*"));
        var resource = await server.GetAsync("/Binary/page", ("Accept", "application/fhir+json"));

        Assert.Equal(("text/html", "attachment", "<script>alert(1)</script>"), (page.Header("Content-Type"), page.Header("Content-Disposition"), page.Body));
        Assert.Equal("default-src 'none'; sandbox", page.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        Assert.Equal(("image/png", null), (dot.Header("Content-Type"), dot.Header("Content-Disposition")));
        Assert.Equal(JsonValueKind.String, resource.Json.GetProperty("data").ValueKind);
    }
}
