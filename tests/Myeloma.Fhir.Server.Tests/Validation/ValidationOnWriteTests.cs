using System.Text.Json;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Validation;

/// <summary>Writes as they are validated when nothing is set.</summary>
[Trait("Category", "Postgres")]
public sealed class ValidationOnWriteTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly (string, string) Outcome = ("Prefer", "return=OperationOutcome");

    [Fact]
    public async Task A_code_outside_a_required_value_set_is_refused_in_both_formats_and_nothing_is_stored()
    {
        var json = await server.SendAsync("PUT", "/Patient/w-mime", "{\"resourceType\":\"Patient\",\"id\":\"w-mime\",\n\"photo\":[{\"contentType\":\"no type\"}]}");
        var xml = await server.SendAsync("PUT", "/Patient/w-mime", "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"w-mime\"/>\n\n<photo><contentType value=\"no type\"/></photo></Patient>", ("Content-Type", "application/fhir+xml"));

        Assert.Equal((422, "error code-invalid Patient.photo[0].contentType"), (json.Status, Assert.Single(json.Issues).Split(": ")[0]));
        Assert.Equal((422, json.Issues[0]), (xml.Status, Assert.Single(xml.Issues)));
        Assert.Equal((2, 3), (LineOf(json), LineOf(xml)));
        Assert.Equal(404, (await server.GetAsync("/Patient/w-mime")).Status);
    }

    [Fact]
    public async Task Other_errors_are_stored_and_told_to_whom_asks()
    {
        const string patient = """{"resourceType":"Patient","id":"w-told","contact":[{"gender":"male"}]}""";

        var told = await server.SendAsync("PUT", "/Patient/w-told", patient, Outcome);
        var silent = await server.SendAsync("PUT", "/Patient/w-silent", patient.Replace("w-told", "w-silent", StringComparison.Ordinal));

        Assert.Equal(201, told.Status);
        Assert.Equal(["information informational", "warning invariant Patient.contact[0]"], told.Issues.Select(issue => issue.Split(": ")[0]));
        Assert.Equal((201, "Patient"), (silent.Status, silent.Json.GetProperty("resourceType").GetString()));
    }

    [Fact]
    public async Task A_transaction_is_refused_whole_with_the_lines_of_the_bundle()
    {
        var answer = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a90","request":{"method":"PUT","url":"Patient/w-tx"},"resource":{"resourceType":"Patient","id":"w-tx"}},
              {"request":{"method":"POST","url":"Patient"},"resource":{
                "resourceType":"Patient","link":[{"type":"seealso","other":{"reference":"urn:uuid:0d2f4a1c-7d2b-4a69-9a69-4a5a6a7a8a90"}}],
                "photo":[{"contentType":"no type"}]}}]}
            """);

        Assert.Equal((422, "error code-invalid Bundle.entry[1].resource.photo[0].contentType"), (answer.Status, Assert.Single(answer.Issues).Split(": ")[0]));
        Assert.Equal(5, LineOf(answer));
        Assert.Equal(404, (await server.GetAsync("/Patient/w-tx")).Status);
    }

    [Fact]
    public async Task What_the_store_refuses_is_placed_in_the_bundle_too()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"w-version"}""");
        var answer = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Patient","id":"w-version"},
               "request":{"method":"PUT","url":"Patient/w-version",
                 "ifMatch":"W/\"7\""}}]}
            """);

        Assert.Equal((412, "error conflict Bundle.entry[0].request.ifMatch"), (answer.Status, Assert.Single(answer.Issues).Split(": ")[0]));
        Assert.Equal(4, LineOf(answer));
    }

    [Fact]
    public async Task Entries_of_a_transaction_and_of_a_batch_are_told_about_in_their_outcome()
    {
        foreach (var type in new[] { "transaction", "batch" })
        {
            var answer = await server.SendAsync("POST", "", $$$"""
                {"resourceType":"Bundle","type":"{{{type}}}","entry":[
                  {"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient"}},
                  {"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient",
                    "contact":[{"gender":"male"}]}}]}
                """, Outcome);

            Assert.Equal(200, answer.Status);
            var outcomes = answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("outcome").GetProperty("issue")).ToList();
            Assert.Equal([1, 2], outcomes.Select(issues => issues.GetArrayLength()));
            Assert.Equal("Bundle.entry[1].resource.contact[0]", outcomes[1][1].GetProperty("expression")[0].GetString());
            Assert.Equal(4, outcomes[1][1].GetProperty("extension")[0].GetProperty("valueInteger").GetInt32());
        }
    }

    [Fact]
    public async Task A_batch_refuses_an_entry_and_stores_the_others()
    {
        var answer = await server.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"PUT","url":"Patient/w-good"},"resource":{"resourceType":"Patient","id":"w-good"}},
              {"request":{"method":"PUT","url":"Patient/w-bad"},"resource":{"resourceType":"Patient","id":"w-bad","photo":[{"contentType":"no type"}]}}]}
            """);

        var responses = answer.Entries.Select(entry => entry.GetProperty("response")).ToList();
        Assert.Equal(["201 Created", "422 Unprocessable Content"], responses.Select(response => response.GetProperty("status").GetString()));
        Assert.Equal("Bundle.entry[1].resource.photo[0].contentType", responses[1].GetProperty("outcome").GetProperty("issue")[0].GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task What_a_patch_comes_to_is_validated_alone_and_in_a_transaction()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"w-patch","photo":[{"contentType":"image/png"}]}""");
        var patch = """[{"op":"replace","path":"/photo/0/contentType","value":"no type"}]""";
        var contact = """[{"op":"add","path":"/contact","value":[{"gender":"male"}]}]""";
        var type = ("Content-Type", "application/json-patch+json");

        var alone = await server.SendAsync("PATCH", "/Patient/w-patch", patch, type);
        var bundled = await server.SendAsync("POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PATCH","url":"Patient/w-patch"},"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"DATA"}}]}"""
            .Replace("DATA", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(patch)), StringComparison.Ordinal));
        var told = await server.SendAsync("PATCH", "/Patient/w-patch", contact, type, Outcome);

        Assert.Equal((422, "error code-invalid Patient.photo[0].contentType"), (alone.Status, Assert.Single(alone.Issues).Split(": ")[0]));
        Assert.False(alone.Json.GetProperty("issue")[0].TryGetProperty("extension", out _));
        Assert.Equal((422, "error code-invalid Bundle.entry[0].resource"), (bundled.Status, Assert.Single(bundled.Issues).Split(": ")[0]));
        Assert.StartsWith("error code-invalid Bundle.entry[0].resource: After the patch, at Patient.photo[0].contentType: ", bundled.Issues[0], StringComparison.Ordinal);
        Assert.Equal(["information informational", "warning invariant Patient.contact[0]"], told.Issues.Select(issue => issue.Split(": ")[0]));
        Assert.Equal("image/png", (await server.GetAsync("/Patient/w-patch")).Json.GetProperty("photo")[0].GetProperty("contentType").GetString());
    }

    [Fact]
    public async Task The_modes_can_be_set_by_type_and_by_profile_and_remarks_made_at_every_write()
    {
        await using var set = new Disposing(await RunningServer.StartAsync(
            ("Fhir:Validation:Mode", "warn"), ("Fhir:Validation:ByType:Patient", "reject"), ("Fhir:Validation:Tell", "always"),
            ("Fhir:Validation:ByProfile:0:Profile", "http://example.org/loose"), ("Fhir:Validation:ByProfile:0:Mode", "off")));
        async Task<Answer> PutAsync(string json)
        {
            var type = JsonDocument.Parse(json).RootElement.GetProperty("resourceType").GetString();
            return await set.Server.SendAsync(
                "POST", "", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"POST\",\"url\":\"" + type + "\"},\"resource\":" + json + "}]}");
        }

        var refused = await PutAsync("""{"resourceType":"Patient","contact":[{"gender":"male"}]}""");
        var notFound = await PutAsync("""{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"N"}]}""");
        var loose = await PutAsync("""{"resourceType":"Patient","meta":{"profile":["http://example.org/loose"]},"contact":[{"gender":"male"}]}""");
        var warned = await PutAsync("""{"resourceType":"Organization","contact":[{"name":{"text":"x"}}]}""");

        Assert.Equal((422, "error invariant Bundle.entry[0].resource.contact[0]"), (refused.Status, Assert.Single(refused.Issues).Split(": ")[0]));
        Assert.Equal(422, notFound.Status);
        Assert.False(loose.Entries[0].GetProperty("response").TryGetProperty("outcome", out _));
        Assert.Equal("warning", warned.Entries[0].GetProperty("response").GetProperty("outcome").GetProperty("issue")[0].GetProperty("severity").GetString());
    }

    [Theory]
    [InlineData("Mode", "strict", "The setting Fhir:Validation:Mode is default, off, warn or reject, not 'strict'.")]
    [InlineData("ByType:Patiant", "off", "The setting Fhir:Validation:ByType:Patiant names no resource type of FHIR R4.")]
    [InlineData("ByType:PATIENT", "no", "The setting Fhir:Validation:ByType:PATIENT is default, off, warn or reject, not 'no'.")]
    [InlineData("ByProfile:0:Mode", "off", "The setting Fhir:Validation:ByProfile:0 needs Fhir:Validation:ByProfile:0:Profile, the canonical of a profile.")]
    [InlineData("Tell", "never", "The setting Fhir:Validation:Tell is asked or always, not 'never'.")]
    [InlineData("MaxIssues", "0", "The setting Fhir:Validation:MaxIssues is a whole number from 10 to 100000, not '0'.")]
    public void A_setting_that_makes_no_sense_is_named(string name, string value, string words)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Fhir:Validation:{name}", value)]).Build();

        Assert.Equal(words, Assert.Throws<FhirException>(() => ServerOptions.From(configuration)).Message);
    }

    private static int LineOf(Answer answer) => answer.Json.GetProperty("issue")[0].GetProperty("extension")[0].GetProperty("valueInteger").GetInt32();

    private sealed class Disposing(RunningServer server) : IAsyncDisposable
    {
        public RunningServer Server => server;

        public ValueTask DisposeAsync() => new(server.DisposeAsync());
    }
}
