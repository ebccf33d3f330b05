using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Releases of terminologies that are sent by HTTP.</summary>
public sealed partial class TerminologyTests
{
    [Fact]
    public async Task A_release_is_imported_from_the_body_and_answers_when_the_job_is_done()
    {
        var zip = new SnomedCtRelease("20260101").Concept(SnomedCtRelease.Root, "Everything (root)", []).Concept("100001", "Sent thing (thing)", [SnomedCtRelease.Root]).Member("600001", "100001").ToZip();

        await using var own = await RunningServer.StartAsync();
        var (status, result) = await UploadAsync("", zip, "application/zip", own);
        var (again, second) = await UploadAsync("?format=rf2&name=whatever.bin", zip, "application/octet-stream", own);

        Assert.Equal((200, 200), (status, again));
        Assert.Equal("url=http://snomed.info/sct version=http://snomed.info/sct/900000000000207008/version/20260101 concepts=2 new=True", Told(result));
        Assert.EndsWith("concepts=2 new=False", Told(second), StringComparison.Ordinal);
        Assert.Equal("Sent thing", Parameter((await own.GetAsync("/CodeSystem/$lookup?system=http://snomed.info/sct&version=http://snomed.info/sct/900000000000207008/version/20260101&code=100001")).Json, "display").GetProperty("valueString").GetString());
    }

    [Fact]
    public async Task A_table_in_a_Binary_is_imported_with_its_columns()
    {
        await server.PutAsync($$"""{"resourceType":"Binary","id":"table","contentType":"text/csv","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes("Key,Label\na,Apple\nb,Pear\n"))}}"}""");

        var begun = await server.SendAsync("POST", "/CodeSystem/$import-release", """
            {"resourceType":"Parameters","parameter":[{"name":"binary","valueUri":"Binary/table"},{"name":"format","valueCode":"csv"},{"name":"url","valueUri":"http://example.org/fhir/CodeSystem/sent-table"},
             {"name":"column","valueString":"code=Key"},{"name":"column","valueString":"display=Label"}]}
            """);
        var (status, result) = await FinishedAsync(begun.Headers["Content-Location"]);

        Assert.Equal((202, 200, "url=http://example.org/fhir/CodeSystem/sent-table concepts=2 new=True"), (begun.Status, status, Told(result)));
        Assert.Equal("Pear", Parameter((await server.GetAsync("/CodeSystem/$lookup?system=http://example.org/fhir/CodeSystem/sent-table&code=b")).Json, "display").GetProperty("valueString").GetString());
    }

    [Theory]
    [InlineData("?format=owl&colour=red&column=what", "x", 400, "Beside a release as the body the parameters are name, format, url, version, edition, column, not 'colour'.|'owl' is no form of a terminology's release that is known here; rf2, loinc, rrf, ncit, icd-10-cm, unii, atc, claml, ndjson, csv are.|'what' says nothing of a column: code, display, definition, parent, property:CODE or designation:LANGUAGE is expected, then = and the name of the column.")]
    [InlineData("", "", 400, "There is no release: the body is empty.")]
    public async Task What_cannot_be_begun_is_refused_with_all_faults(string query, string body, int status, string diagnostics)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new("text/csv");
        using var answer = await server.Client.PostAsync(new global::System.Uri($"{server.BaseUrl}/CodeSystem/$import-release{query}"), content);

        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((status, diagnostics), ((int)answer.StatusCode, string.Join('|', json.RootElement.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("diagnostics").GetString()))));
    }

    [Fact]
    public async Task A_zip_that_is_damaged_or_comes_to_too_much_fails_and_leaves_nothing()
    {
        // With a database of its own: another server would take the job.
        await using var small = await RunningServer.StartAsync(("Fhir:Terminology:MaxReleaseContentMegabytes", "1"), ("Fhir:Terminology:MaxReleaseMegabytes", "1"), ("Fhir:Terminology:MaxReleaseFiles", "3"));
        var bomb = Zip(("../../sct2_Concept_Snapshot_INT_20250101.txt", "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n" + string.Concat(Enumerable.Repeat(new string('1', 60) + "\t2\t1\t1\t1\n", 40_000))));
        var many = Zip([.. Enumerable.Range(0, 10).Select(at => ($"f{at}.txt", "x"))]);

        var (damaged, first) = await UploadAsync("", [.. "PK\x03\x04 and nothing more"u8], "application/zip");
        var (unknown, second) = await UploadAsync("", Zip(("../../etc/passwd", "x")), "application/zip");
        var (large, third) = await UploadAsync("?version=1&edition=900000000000207008", bomb, "application/zip", small);
        var (full, fourth) = await UploadAsync("", many, "application/zip", small);
        using var content = new ByteArrayContent(new byte[3 << 20]);
        content.Headers.ContentType = new("application/zip");
        using var tooLarge = await small.Client.PostAsync(new global::System.Uri($"{small.BaseUrl}/CodeSystem/$import-release"), content);

        Assert.Equal((400, 400), (damaged, unknown));
        Assert.StartsWith("release.zip is no zip that can be read, or damaged: ", Diagnostics(first), StringComparison.Ordinal);
        Assert.StartsWith("The files look like no release that is known here (rf2, ", Diagnostics(second), StringComparison.Ordinal);
        Assert.Equal((413, "The release comes to more than 1 megabytes when it is unpacked, the limit of this server (setting Fhir:Terminology:MaxReleaseContentMegabytes)."), (large, Diagnostics(third)));
        Assert.Equal((413, "The zip has more files than the 3 that are allowed (setting Fhir:Terminology:MaxReleaseFiles)."), (full, Diagnostics(fourth)));
        Assert.Equal(413, (int)tooLarge.StatusCode);
    }

    [Fact]
    public async Task An_import_that_is_cancelled_is_forgotten()
    {
        await using var idle = await RunningServer.StartAsync(("Fhir:Terminology:MaxRunningReleases", "0"));
        var begun = await BeginAsync("?format=csv&url=http://example.org/fhir/CodeSystem/never", Encoding.UTF8.GetBytes("code\na\n"), "text/csv", idle);

        using var cancelled = await idle.Client.DeleteAsync(new global::System.Uri(begun));
        using var gone = await idle.Client.GetAsync(new global::System.Uri(begun));

        Assert.Equal((202, 404), ((int)cancelled.StatusCode, (int)gone.StatusCode));
    }

    private async Task<(int Status, JsonElement Result)> UploadAsync(string query, byte[] release, string type, RunningServer? to = null) => await FinishedAsync(await BeginAsync(query, release, type, to), to);

    private async Task<string> BeginAsync(string query, byte[] release, string type, RunningServer? to = null)
    {
        using var content = new ByteArrayContent(release);
        content.Headers.ContentType = new(type);
        using var answer = await (to ?? server).Client.PostAsync(new global::System.Uri($"{(to ?? server).BaseUrl}/CodeSystem/$import-release{query}"), content);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync());
        return answer.Content.Headers.ContentLocation!.ToString();
    }

    private async Task<(int Status, JsonElement Result)> FinishedAsync(string location, RunningServer? to = null)
    {
        (int Status, JsonElement Result)? result = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await (to ?? server).Client.GetAsync(new global::System.Uri(location));
                if ((int)answer.StatusCode == 202) return false;
                using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                result = ((int)answer.StatusCode, json.RootElement.Clone());
                return true;
            },
            () => "The import of the release does not end.");
        return result!.Value;
    }

    private static string Told(JsonElement result) => string.Join(' ', result.GetProperty("parameter").EnumerateArray().Select(each =>
        $"{each.GetProperty("name").GetString()}={each.EnumerateObject().First(property => property.Name.StartsWith("value", StringComparison.Ordinal)).Value}"));

    private static string Diagnostics(JsonElement outcome) => outcome.GetProperty("issue")[0].GetProperty("diagnostics").GetString()!;

    private static byte[] Zip(params (string Name, string Text)[] contents)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in contents)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }
}
