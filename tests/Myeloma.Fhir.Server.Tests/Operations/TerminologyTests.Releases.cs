using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Startup;
using Myeloma.Fhir.Terminology.Importing;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Releases of terminologies, imported beside running servers by the command line, and what these answer from then on.</summary>
public sealed partial class TerminologyTests
{
    private const string Released = "http://example.org/fhir/CodeSystem/released";

    private const string First = """
        {"resourceType":"CodeSystem","url":"http://example.org/fhir/CodeSystem/released","version":"1","name":"Released","status":"active","content":"complete","property":[{"code":"inactive","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"}]}
        {"code":"top","display":"Top","definition":"All of it."}
        {"code":"left","display":"Left part","designation":[{"language":"de","value":"Linker Teil"}],"property":[{"code":"parent","valueCode":"top"}]}
        {"code":"both","display":"Both parts","property":[{"code":"parent","valueCode":"left"},{"code":"parent","valueCode":"right"}]}
        {"code":"right","display":"Right part","property":[{"code":"parent","valueCode":"top"},{"code":"inactive","valueBoolean":true}]}
        """;

    [Fact]
    public async Task An_imported_release_answers_on_every_server_and_is_found_as_a_resource()
    {
        await using var other = new Owned(await server.AnotherAsync());
        Assert.Equal(404, (await LookupAsync(other.Server, "both")).Status);

        var (code, told, progress) = await ImportAsync(First);

        Assert.Equal((ExitCode.Ok, $"{Released}|1: 4 concepts imported"), (code, told.Split(',')[0]));
        Assert.Contains("Writing concepts: 4 of 4.", progress, StringComparison.Ordinal);
        foreach (var each in (RunningServer[])[server, other.Server])
        {
            Assert.Equal("Both parts", Parameter((await LookupAsync(each, "both")).Json, "display").GetProperty("valueString").GetString());
            Assert.Equal("subsumes", Parameter((await each.GetAsync($"/CodeSystem/$subsumes?system={Released}&codeA=right&codeB=both")).Json, "outcome").GetProperty("valueCode").GetString());
            Assert.Equal(["left", "both"], Codes((await each.SendAsync("POST", "/ValueSet/$expand", Below("left"))).Json));
            Assert.True(Parameter((await each.GetAsync($"/CodeSystem/$validate-code?url={Released}&code=right")).Json, "inactive").GetProperty("valueBoolean").GetBoolean());
        }

        var metrics = await server.Client.GetStringAsync(new Uri(server.BaseUrl[..^"/fhir".Length] + "/metrics"));
        Assert.Contains($"myeloma_fhir_terminology_concepts{{system=\"{Released}|1\"}} 4", metrics, StringComparison.Ordinal);
        var found = Assert.Single((await server.GetAsync($"/CodeSystem?url={Released}")).Json.GetProperty("entry").EnumerateArray()).GetProperty("resource");
        Assert.Equal((4, "complete", false), (found.GetProperty("count").GetInt32(), found.GetProperty("content").GetString(), found.TryGetProperty("concept", out _)));
        var id = found.GetProperty("id").GetString();
        Assert.True(Parameter((await server.GetAsync($"/CodeSystem/{id}/$validate-code?code=left&displayLanguage=de&display=Linker%20Teil")).Json, "result").GetProperty("valueBoolean").GetBoolean());
        Assert.Equal(200, (await server.SendAsync("POST", "/CodeSystem/$validate", found.GetRawText())).Status);
        var page = (await server.GetAsync($"/CodeSystem/{id}?try=subsumes&codeA=top&codeB=both", ("Accept", "text/html"))).Body;
        Assert.Contains("this server has them in tables of its database", page, StringComparison.Ordinal);
        Assert.Contains("""<td class="code value">subsumes</td>""", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_release_changes_nothing_and_another_one_counts_for_the_next_question()
    {
        await using var other = new Owned(await server.AnotherAsync());
        const string url = "http://example.org/fhir/CodeSystem/again";
        var first = Renamed(url);
        await ImportAsync(first);
        await server.PutAsync($$$"""
            {"resourceType":"Observation","id":"released-both","status":"final","code":{"coding":[{"system":"{{{url}}}","code":"both"}]}}
            """);
        Assert.Equal(1, (await other.Server.GetAsync($"/Observation?code:below={url}|right&_total=accurate")).Json.GetProperty("total").GetInt32());

        var (_, told, _) = await ImportAsync(first);
        var version = (await server.GetAsync($"/CodeSystem?url={url}")).Json.GetProperty("entry")[0].GetProperty("resource").GetProperty("meta").GetProperty("versionId").GetString();
        var (_, changed, _) = await ImportAsync(first.Replace("""{"code":"parent","valueCode":"left"},{"code":"parent","valueCode":"right"}""", """{"code":"parent","valueCode":"left"}""", StringComparison.Ordinal));

        Assert.Equal(($"{url}|1: 4 concepts were there already", "1", $"{url}|1: 4 concepts imported"), (told.Split(',')[0], version, changed.Split(',')[0]));
        foreach (var each in (RunningServer[])[server, other.Server])
        {
            Assert.Equal("not-subsumed", Parameter((await each.GetAsync($"/CodeSystem/$subsumes?system={url}&codeA=right&codeB=both")).Json, "outcome").GetProperty("valueCode").GetString());
            Assert.Equal(0, (await each.GetAsync($"/Observation?code:below={url}|right&_total=accurate")).Json.GetProperty("total").GetInt32());
        }
    }

    [Fact]
    public async Task An_edition_of_SNOMED_CT_answers_expression_constraints_from_what_was_kept()
    {
        var release = new SnomedCtRelease().Concept(SnomedCtRelease.Root, "Everything (root)", []).Concept("100001", "Heart disease (disorder)", [SnomedCtRelease.Root]).Concept("100002", "Heart attack (disorder)", ["100001"])
            .Concept("200001", "Heart (body structure)", [SnomedCtRelease.Root]).Relationship("100002", 1, SnomedCtRelease.FindingSite, "200001").Member("600001", "100001");

        // With a database of its own: other tests say that nothing is known of the system.
        await using var own = await RunningServer.StartAsync();
        Assert.Equal(200, (await UploadAsync("", release.ToZip(), "application/zip", own)).Status);
        await using var other = new Owned(await own.AnotherAsync());
        foreach (var each in (RunningServer[])[own, other.Server])
        {
            Assert.Equal(["100002"], Codes((await each.GetAsync(Expansion("http://snomed.info/sct?fhir_vs=ecl/* : { 363698007 |Site| = 200001 }"))).Json));
            Assert.Equal(["100001"], Codes((await each.GetAsync(Expansion("http://snomed.info/sct/900000000000207008/version/20250101?fhir_vs=refset/600001"))).Json));
        }

        var refused = await own.GetAsync(Expansion("http://snomed.info/sct?fhir_vs=ecl/< 100001 AND"));
        Assert.Equal(400, refused.Status);
        Assert.Equal(
            "The expression constraint (ECL) can't be read at character 13: the identifier of a concept (6 to 18 digits) is expected, not the end",
            refused.Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString());

        static string Expansion(string url) => "/ValueSet/$expand?url=" + global::System.Uri.EscapeDataString(url);
    }

    [Theory]
    [InlineData("\"display\":\"A\\u0000B\"", "A text holds the character U+0000, which can't be stored.")]
    [InlineData("\"display\":", "broken.ndjson, line 2: it is no concept of a CodeSystem in JSON.")]
    public async Task A_release_that_can_not_be_taken_leaves_nothing(string broken, string diagnostics)
    {
        const string url = "http://example.org/fhir/CodeSystem/broken";

        var fault = await Assert.ThrowsAsync<FhirException>(() => ImportAsync($$$"""
            {"resourceType":"CodeSystem","url":"{{{url}}}","status":"active","content":"complete"}
            {"code":"a",{{{broken}}}}
            """, "broken.ndjson"));

        Assert.Equal(diagnostics, Assert.Single(fault.Issues).Diagnostics);
        Assert.Equal(0, (await server.GetAsync($"/CodeSystem?url={url}")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_code_system_whose_concepts_are_not_here_is_not_known()
    {
        const string url = "http://example.org/fhir/CodeSystem/elsewhere";
        await server.PutAsync($$$"""
            {"resourceType":"CodeSystem","id":"elsewhere","extension":[{"url":"http://myeloma-fhir.org/fhir/StructureDefinition/concept-content","valueString":"{{{new string('0', 64)}}}"}],
             "url":"{{{url}}}","status":"active","content":"complete","count":5}
            """);

        var lookup = await server.GetAsync($"/CodeSystem/$lookup?system={url}&code=a");
        var member = await server.GetAsync($"/CodeSystem/$validate-code?url={url}&code=a");

        Assert.Equal(404, lookup.Status);
        Assert.Equal(200, member.Status);
        Assert.False(Parameter(member.Json, "result").GetProperty("valueBoolean").GetBoolean());
    }

    [Fact]
    public async Task A_release_that_is_not_there_is_the_callers_fault()
    {
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(["import", "--path", "/does/not/exist"], TextWriter.Null, error);

        Assert.Equal((ExitCode.Usage, "There is no file or folder '/does/not/exist'."), (code, error.ToString().Trim()));
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["import", "--path", "x", "--column", "colour=Paint"], TextWriter.Null, error));
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["import"], TextWriter.Null, error));
    }

    [Fact]
    public async Task Releases_in_the_folder_of_the_setting_are_imported_once()
    {
        const string url = "http://example.org/fhir/CodeSystem/laid-down";
        var folder = Directory.CreateTempSubdirectory("myeloma-releases-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a-broken.ndjson"), "{}");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "b.ndjson"), Renamed(url));
            for (var start = 0; start < 2; start++)
            {
                await using var other = new Owned(await server.AnotherAsync(("Fhir:Terminology:ReleaseFolder", folder.FullName), ("Logging:LogLevel:Default", "None")));
                await Eventually.HoldsAsync(async () => (await other.Server.GetAsync($"/CodeSystem/$lookup?system={url}&code=both")).Status == 200, () => "The release is not imported.");
            }

            var found = Assert.Single((await server.GetAsync($"/CodeSystem?url={url}")).Json.GetProperty("entry").EnumerateArray()).GetProperty("resource");
            Assert.Equal("1", found.GetProperty("meta").GetProperty("versionId").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The same under another url, and with a definition of its own: equal concepts would be those that another test has imported.</summary>
    private static string Renamed(string url) => First.Replace(Released, url, StringComparison.Ordinal).Replace("All of it.", url, StringComparison.Ordinal);

    private static string Below(string code) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"excludeNested","valueBoolean":true},{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active",
         "compose":{"include":[{"system":"{{Released}}","filter":[{"property":"concept","op":"is-a","value":"{{code}}"}]}]
        } } }]}
        """;

    private static Task<Answer> LookupAsync(RunningServer asked, string code) => asked.GetAsync($"/CodeSystem/$lookup?system={Released}&code={code}");

    /// <summary>As the command does it, in a program of its own beside the server.</summary>
    private async Task<(int Code, string Told, string Progress)> ImportAsync(string lines, string name = "release.ndjson")
    {
        var folder = Directory.CreateTempSubdirectory("myeloma-release-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(path, lines);
            return await ImportFileAsync(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(int Code, string Told, string Progress)> ImportFileAsync(string path)
    {
        await using var database = new DatabaseStart(new ServerOptions { LoadSeeds = false }, server.ConnectionString, new ServerState(), NullLogger<DatabaseStart>.Instance);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await ImportCommand.RunAsync(new ImportArguments(path, null, new ReleaseOptions(), null), database, output, error, default);
        return (code, output.ToString(), error.ToString());
    }
}
