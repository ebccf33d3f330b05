using System.IO.Compression;
using System.Net.Http.Headers;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Bulk;

/// <summary>Import over HTTP: lines that are sent, and files that are named.</summary>
[Trait("Category", "Postgres")]
public sealed class ImportTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Lines_with_an_id_keep_it_and_lines_without_get_one()
    {
        var manifest = await server.ImportAsync(
        [
            """{"resourceType":"Patient","id":"im-1","name":[{"family":"Imported"}]}""",
            "",
            """{"resourceType":"Patient","name":[{"family":"Imported"}]}""",
            """{"resourceType":"Observation","id":"im-1","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/im-1"}}""",
        ]);

        Assert.Equal($"{server.BaseUrl}/$import", manifest.GetProperty("request").GetString());
        Assert.False(manifest.GetProperty("requiresAccessToken").GetBoolean());
        Assert.Equal(
            [("Observation", 1, $"{server.BaseUrl}/$import"), ("Patient", 2, $"{server.BaseUrl}/$import")],
            manifest.GetProperty("output").EnumerateArray().Select(one => (one.GetProperty("type").GetString()!, one.GetProperty("count").GetInt32(), one.GetProperty("inputUrl").GetString()!)));
        Assert.Empty(manifest.GetProperty("error").EnumerateArray());
        var found = await server.GetAsync("/Patient?family=imported");
        Assert.Equal(2, found.Matches.Count);
        Assert.Contains("im-1", found.Matches);
        Assert.Equal(["im-1"], (await server.GetAsync("/Observation?patient=Patient/im-1")).Matches);
    }

    [Fact]
    public async Task What_is_there_gets_a_further_version_unless_nothing_differs()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"im-2","active":true}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"im-3","active":true}""");

        await server.ImportAsync(
        [
            """{"resourceType":"Patient","id":"im-2","active":false}""",
            """{"resourceType":"Patient","id":"im-3","active":true}""",
            """{"resourceType":"Patient","id":"im-2","active":false,"gender":"female"}""",
        ]);

        var history = await server.GetAsync("/Patient/im-2/_history");
        Assert.Equal(["W/\"3\"", "W/\"2\"", "W/\"1\""], history.Entries.Select(entry => entry.GetProperty("response").GetProperty("etag").GetString()));
        Assert.Equal("female", history.Entries[0].GetProperty("resource").GetProperty("gender").GetString());
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Patient/im-3")).Header("ETag"));
    }

    [Fact]
    public async Task Bad_lines_are_told_with_their_number_and_the_others_are_stored()
    {
        var manifest = await server.ImportAsync(
        [
            """{"resourceType":"Patient","id":"im-4"}""",
            "not json",
            """{"resourceType":"Nothing"}""",
            """["Patient"]""",
            """{"resourceType":"Patient","birthDate":"yesterday"}""",
            """{"resourceType":"Patient","id":"im 5"}""",
            """{"resourceType":"Observation","status":"final"}""",
            """{"resourceType":"Patient","name":[{"family":"a\u0000b"}]}""",
            """{"resourceType":"Patient","gender":"unheard-of"}""",
            """{"resourceType":"Patient","id":"im-6","managingOrganization":{"reference":"Organization/im-never"}}""",
            """{"resourceType":"Patient","id":"im-7","link":[{"other":{"reference":"Patient/im-8"},"type":"seealso"}]}""",
            """{"resourceType":"Patient","id":"im-8"}""",
            """{"resourceType":"Patient","id":"im-9","link":[{"other":{"reference":"Patient/im-8/_history/7"},"type":"seealso"}]}""",
        ]);

        var error = Assert.Single(manifest.GetProperty("error").EnumerateArray());
        Assert.Equal(("OperationOutcome", $"{server.BaseUrl}/$import"), (error.GetProperty("type").GetString(), error.GetProperty("inputUrl").GetString()));
        Assert.Equal(5, manifest.GetProperty("output")[0].GetProperty("count").GetInt32());
        var issues = (await server.LinesAsync(manifest, "error")).Select(BulkClient.IssueOf).ToList();
        Assert.Collection(
            issues,
            issue => Assert.StartsWith("2: error structure: ", issue, StringComparison.Ordinal),
            issue => Assert.Equal("3: error structure resourceType: 'Nothing' is not a resource type of FHIR R4.", issue),
            issue => Assert.Equal("4: error structure: A resource is a JSON object.", issue),
            issue => Assert.StartsWith("5: error value Patient.birthDate: ", issue, StringComparison.Ordinal),
            issue => Assert.StartsWith("6: error value Patient.id: ", issue, StringComparison.Ordinal),
            issue => Assert.StartsWith("7: error required Observation: ", issue, StringComparison.Ordinal),
            issue => Assert.StartsWith("8: error value Patient.name[0].family: ", issue, StringComparison.Ordinal),
            issue => Assert.StartsWith("9: error code-invalid Patient.gender: ", issue, StringComparison.Ordinal),
            issue => Assert.Equal("10: warning business-rule Patient.managingOrganization.reference: Patient/im-6 is stored, but refers to Organization/im-never, which is not on this server; store that, too (setting Fhir:Bulk:References).", issue),
            issue => Assert.Equal("13: warning business-rule Patient.link[0].other.reference: Patient/im-9 is stored, but refers to Patient/im-8/_history/7, which is not on this server; store that, too (setting Fhir:Bulk:References).", issue));
        foreach (var id in new[] { "im-4", "im-6", "im-7", "im-8", "im-9" }) Assert.Equal(200, (await server.GetAsync($"/Patient/{id}")).Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Compressed_lines_are_taken_and_damaged_ones_refused(string encoding)
    {
        using var packed = new MemoryStream();
        await using (Stream pack = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var at = 0; at < 20_000; at++) await pack.WriteAsync(BulkClient.Utf8($$"""{"resourceType":"Basic","id":"im-{{encoding}}-{{at}}","code":{"text":"compressed"} }""" + "\r\n"));

        var taken = await SendAsync(packed.ToArray(), encoding);
        var damaged = await SendAsync(packed.ToArray()[..(int)(packed.Length / 2)], encoding);

        var manifest = (await server.EndAsync(taken.Header("Content-Location")![server.BaseUrl.Length..])).Json;
        Assert.Equal(20_000, manifest.GetProperty("output")[0].GetProperty("count").GetInt32());
        Assert.Equal(200, (await server.GetAsync($"/Basic/im-{encoding}-19999")).Status);
        Assert.Equal((400, "error structure: The body is not compressed in the way that Content-Encoding says, or damaged."), (damaged.Status, Assert.Single(damaged.Issues)));
    }

    [Fact]
    public async Task Files_are_uploaded_and_named_as_inputs_in_Parameters_in_XML_and_in_a_manifest()
    {
        var upload = await server.SendAsync("POST", "/_bulk", """{"resourceType":"Patient","id":"im-10"}""" + "\n" + """{"resourceType":"Basic","id":"im-10","code":{"text":"a"}}""", ("Content-Type", BulkClient.Ndjson));
        Assert.Equal((201, "information informational: 2 lines with 98 bytes were taken."), (upload.Status, Assert.Single(upload.Issues)));
        var url = upload.Header("Location")!;
        await server.PutAsync($$"""{"resourceType":"Binary","id":"im-11","contentType":"application/fhir+ndjson","data":"{{Convert.ToBase64String(BulkClient.Utf8("""{"resourceType":"Patient","id":"im-11"}"""))}}"}""");

        var json = await server.EndAsync(await server.BeginAsync("POST", "/$import", $$"""{"resourceType":"Parameters","parameter":[{"name":"input","part":[{"name":"type","valueCode":"Patient"},{"name":"url","valueUri":"{{url}}"}]},{"name":"input","part":[{"name":"url","valueUri":"Binary/im-11"}]}]}"""));
        var xml = await server.EndAsync(await server.BeginAsync("POST", "/$import", $"""<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="input"/><part><name value="url"/><valueUri value="{url}"/></part></parameter></Parameters>""", ("Content-Type", "application/fhir+xml")));
        var manifest = await server.EndAsync(await server.BeginAsync("POST", "/$import", $$"""{"inputFormat":"application/fhir+ndjson","inputSource":"http://example.org","storageDetail":{"type":"https"},"input":[{"type":"Basic","url":"{{url}}"}]}""", ("Content-Type", "application/json")));

        Assert.Equal([("Patient", url), ("Patient", "Binary/im-11")], json.Json.GetProperty("output").EnumerateArray().Select(one => (one.GetProperty("type").GetString()!, one.GetProperty("inputUrl").GetString()!)));
        Assert.Equal(["2: error invalid Basic: The line is of type Basic, the input is said to hold Patient only."], (await server.LinesAsync(json.Json, "error")).Select(BulkClient.IssueOf));
        Assert.Equal(["Basic", "Patient"], xml.Json.GetProperty("output").EnumerateArray().Select(one => one.GetProperty("type").GetString()));
        Assert.Equal(["Basic"], manifest.Json.GetProperty("output").EnumerateArray().Select(one => one.GetProperty("type").GetString()));
        var path = url[server.BaseUrl.Length..];
        Assert.Equal((204, 404), ((await server.SendAsync("DELETE", path)).Status, (await server.GetAsync(path)).Status));
    }

    [Fact]
    public async Task Inputs_that_may_not_be_opened_are_refused_each_with_its_reason()
    {
        static string Input(string url) => $$"""{"name":"input","part":[{"name":"url","valueUri":"{{url}}"}]}""";
        string[] urls = ["https://example.org/a.ndjson", "file:///etc/passwd", "Binary/im-never", $"{server.BaseUrl}/_bulk/never/upload.ndjson", "nonsense"];

        var refused = await server.SendAsync("POST", "/$import", $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', urls.Select(Input))}}]}""");
        var empty = await server.SendAsync("POST", "/$import", """{"resourceType":"Parameters"}""");
        var nothing = await server.SendAsync("POST", "/$import", "", ("Content-Type", BulkClient.Ndjson));
        var xml = await server.SendAsync("POST", "/$import", """{"resourceType":"Parameters"}""", ("Accept", "application/fhir+xml"));

        Assert.Equal(400, refused.Status);
        Assert.Equal(
        [
            $"error not-supported Parameters.parameter[0].part[0].value: 'https://example.org/a.ndjson' is not where this server may fetch from (setting Fhir:Bulk:Sources); upload the file to {server.BaseUrl}/_bulk and name it by the URL that is answered.",
            "error not-supported Parameters.parameter[1].part[0].value: 'file:///etc/passwd' does not lie in a folder that files may be imported from (setting Fhir:Bulk:Folder).",
            "error invalid Parameters.parameter[2].part[0].value: Binary/im-never of the input is not known here.",
            $"error invalid Parameters.parameter[3].part[0].value: There is no file at {server.BaseUrl}/_bulk/never/upload.ndjson: it was never uploaded, or is no longer kept.",
            "error invalid Parameters.parameter[4].part[0].value: 'nonsense' is neither an absolute URL nor a file of this server.",
        ], refused.Issues);
        Assert.Equal(["error required: There is nothing to import: name files by 'input', or send the lines themselves with the content type application/fhir+ndjson."], empty.Issues);
        Assert.Equal((400, "error structure: The request has no body; a resource a line was expected."), (nothing.Status, Assert.Single(nothing.Issues)));
        Assert.Contains("<OperationOutcome xmlns=", xml.Body, StringComparison.Ordinal);
        Assert.Equal((405, "POST, OPTIONS"), ((await server.GetAsync("/$import")).Status, (await server.GetAsync("/$import")).Header("Allow")));
    }

    private async Task<Answer> SendAsync(byte[] body, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.BaseUrl + "/$import")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(BulkClient.Ndjson);
        request.Content.Headers.ContentEncoding.Add(encoding);
        using var response = await server.Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
