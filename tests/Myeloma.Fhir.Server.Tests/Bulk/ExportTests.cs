using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Bulk;

/// <remarks>https://hl7.org/fhir/uv/bulkdata/STU2/export.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ExportTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Resources_go_out_with_the_bytes_they_are_stored_in()
    {
        await server.PutAsync("""{ "resourceType" : "Library", "id" : "ex-1", "status":"active", "type":{"text":"a\u00e4"}, "title" : "1.00" }""");
        await server.PutAsync("""{"resourceType":"Library","id":"ex-2","status":"draft","type":{"text":"b"}}""");
        var stored = (await server.GetAsync("/Library/ex-1")).Body;

        var manifest = await server.ExportAsync("/Library/$export?_outputFormat=application/fhir%2Bndjson");

        var file = Assert.Single(manifest.GetProperty("output").EnumerateArray());
        Assert.Equal(("Library", 2), (file.GetProperty("type").GetString(), file.GetProperty("count").GetInt32()));
        Assert.Equal($"{server.BaseUrl}/Library/$export?_outputFormat=application/fhir%2Bndjson", manifest.GetProperty("request").GetString());
        Assert.Contains(stored, await server.LinesAsync(manifest));
        Assert.Empty(manifest.GetProperty("deleted").EnumerateArray());
        Assert.Empty(manifest.GetProperty("error").EnumerateArray());
    }

    [Fact]
    public async Task What_was_exported_can_be_imported_elsewhere_and_exported_again_with_the_same_content()
    {
        for (var at = 0; at < 300; at++) await server.PutAsync($$"""{"resourceType":"Schedule","id":"ex-{{at}}","comment":"é \\ \" {{at}}","actor":[{"display":"x"}]}""");
        var lines = await server.LinesAsync(await server.ExportAsync("/Schedule/$export"));
        var other = await RunningServer.StartAsync();
        try
        {
            await other.ImportAsync(lines);
            var again = await other.LinesAsync(await other.ExportAsync("/Schedule/$export"));
            Assert.Equal(lines.Select(WithoutTime).Order(), again.Select(WithoutTime).Order());
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Types_filters_and_elements_choose_what_goes_out()
    {
        await server.PutAsync("""{"resourceType":"Task","id":"ex-1","status":"draft","intent":"order","description":"a"}""");
        await server.PutAsync("""{"resourceType":"Task","id":"ex-2","status":"ready","intent":"plan","description":"b"}""");
        await server.PutAsync("""{"resourceType":"Task","id":"ex-3","status":"completed","intent":"order","description":"c"}""");
        await server.PutAsync("""{"resourceType":"Endpoint","id":"ex-1","status":"active","connectionType":{"code":"c"},"payloadType":[{"text":"p"}],"address":"http://example.org"}""");

        var either = await server.LinesAsync(await server.ExportAsync("/$export?_type=Task,Endpoint&_typeFilter=Task%3Fstatus=draft%2Cready%2CTask%3Fintent=plan"));
        var one = await server.LinesAsync(await server.ExportAsync("/$export?_typeFilter=Task%3Fstatus=completed%26intent=order"));
        var elements = await server.LinesAsync(await server.ExportAsync("/Task/$export?_elements=Endpoint.address,id,Task.description&_typeFilter=Task%3F_id=ex-1"));

        Assert.Equal(["ex-1", "ex-1", "ex-2"], either.Select(BulkClient.Id).Order());
        Assert.Equal(["ex-3"], one.Select(BulkClient.Id));
        Assert.Equal(["resourceType", "id", "meta", "status", "intent", "description"], JsonDocument.Parse(Assert.Single(elements)).RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Since_the_last_export_there_are_changes_and_deletions()
    {
        foreach (var id in new[] { "ex-1", "ex-2", "ex-3" }) await server.PutAsync($$"""{"resourceType":"Flag","id":"{{id}}","status":"active","code":{"text":"a"},"subject":{"display":"x"} }""");
        var first = await server.ExportAsync("/Flag/$export");
        await server.PutAsync("""{"resourceType":"Flag","id":"ex-2","status":"inactive","code":{"text":"a"},"subject":{"display":"x"}}""");
        await server.SendAsync("DELETE", "/Flag/ex-3");

        var second = await server.ExportAsync($"/Flag/$export?_since={first.GetProperty("transactionTime").GetString()}");

        Assert.Equal(3, (await server.LinesAsync(first)).Count);
        Assert.Equal(["ex-2"], (await server.LinesAsync(second)).Select(BulkClient.Id));
        Assert.Equal("Bundle", Assert.Single(second.GetProperty("deleted").EnumerateArray()).GetProperty("type").GetString());
        Assert.Equal(["""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Flag/ex-3"}}]}"""], await server.LinesAsync(second, "deleted"));
    }

    [Fact]
    public async Task At_Patient_all_that_belongs_to_patients_goes_out()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"ex-1"}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"ex-2"}""");
        await server.PutAsync("""{"resourceType":"Medication","id":"ex-1"}""");
        await server.PutAsync("""{"resourceType":"Goal","id":"ex-1","lifecycleStatus":"active","description":{"text":"a"},"subject":{"reference":"Patient/ex-1"}}""");
        await server.PutAsync("""{"resourceType":"Goal","id":"ex-2","lifecycleStatus":"active","description":{"text":"a"},"subject":{"reference":"Patient/ex-2"}}""");
        await server.PutAsync("""{"resourceType":"Goal","id":"ex-3","lifecycleStatus":"active","description":{"text":"a"},"subject":{"display":"nobody here"}}""");

        var all = await server.LinesAsync(await server.ExportAsync("/Patient/$export?_type=Goal,Patient"));
        var body = """{"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"Patient/ex-2"}}]}""";
        var answer = await server.EndAsync(await server.BeginAsync("POST", "/Patient/$export", body));
        var own = await server.LinesAsync(answer.Json);

        Assert.Equal(["Goal/ex-1", "Goal/ex-2"], all.Select(Key).Where(key => key.StartsWith("Goal", StringComparison.Ordinal)).Order());
        Assert.Contains("Patient/ex-1", all.Select(Key));
        Assert.Equal(["Goal/ex-2", "Patient/ex-2"], own.Select(Key).Order());
    }

    [Theory]
    [InlineData("/$export?_outputFormat=text/csv", "not-supported")]
    [InlineData("/$export?_type=Nothing", "invalid")]
    [InlineData("/Task/$export?_type=Patient", "invalid")]
    [InlineData("/Patient/$export?_type=Medication", "invalid")]
    [InlineData("/$export?_since=yesterday", "value")]
    [InlineData("/$export?_typeFilter=status=draft", "invalid")]
    [InlineData("/$export?_typeFilter=Task%3Fnothing=a", "invalid")]
    [InlineData("/$export?_typeFilter=Task%3F_sort=status", "not-supported")]
    [InlineData("/$export?_type=Patient&_typeFilter=Task%3Fstatus=draft", "invalid")]
    [InlineData("/$export?includeAssociatedData=LatestProvenanceResources", "not-supported")]
    public async Task What_can_not_be_done_is_refused_at_once(string path, string code)
    {
        var refused = await server.GetAsync(path, ("Prefer", "respond-async"));

        Assert.Equal(400, refused.Status);
        Assert.StartsWith($"error {code}", Assert.Single(refused.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_go_out_compressed_where_that_is_accepted_and_away_with_their_job()
    {
        await server.PutAsync("""{"resourceType":"Person","id":"ex-1"}""");
        var status = await server.BeginAsync("GET", "/Person/$export?includeAssociatedData=x", null, ("Prefer", "handling=lenient"));
        var file = (await server.EndAsync(status)).Json.GetProperty("output")[0].GetProperty("url").GetString()![server.BaseUrl.Length..];

        var packed = await server.GetAsync(file, ("Accept-Encoding", "gzip"));
        var head = await server.SendAsync("HEAD", file);

        Assert.Equal("gzip", packed.Header("Content-Encoding"));
        Assert.Equal((200, ""), (head.Status, head.Body));
        Assert.Equal((409, 405), ((await server.SendAsync("DELETE", file)).Status, (await server.SendAsync("PUT", file, "{}")).Status));
        Assert.Equal(202, (await server.SendAsync("DELETE", status)).Status);
        Assert.Equal(404, (await server.GetAsync(status)).Status);
        await Eventually.HoldsAsync(async () => (await server.GetAsync(file)).Status != 200, () => $"{file} stays.");
        Assert.StartsWith("error not-found: There is no file at ", Assert.Single((await server.GetAsync(file)).Issues), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIONS", "/$export", 200, "GET, POST, OPTIONS")]
    [InlineData("HEAD", "/$export", 405, "GET, POST, OPTIONS")]
    [InlineData("OPTIONS", "/_bulk", 200, "POST, OPTIONS")]
    [InlineData("GET", "/_bulk", 405, "POST, OPTIONS")]
    [InlineData("OPTIONS", "/_bulk/any/any.ndjson", 200, "GET, HEAD, DELETE, OPTIONS")]
    public async Task Each_place_tells_its_methods(string method, string path, int status, string allowed)
    {
        var answer = await server.SendAsync(method, path);

        Assert.Equal((status, allowed), (answer.Status, answer.Header("Allow")));
    }

    private static string Key(string line)
    {
        var root = JsonDocument.Parse(line).RootElement;
        return $"{root.GetProperty("resourceType").GetString()}/{root.GetProperty("id").GetString()}";
    }

    private static string WithoutTime(string line) => System.Text.RegularExpressions.Regex.Replace(line, "\"lastUpdated\":\"[^\"]*\"", "");
}
