using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#patch</remarks>
[Trait("Category", "Postgres")]
public sealed class PatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string JsonPatch = "application/json-patch+json";
    private const string XmlPatch = "application/xml-patch+xml";

    [Theory]
    [InlineData("p-json", JsonPatch, """[{"op":"replace","path":"/name/0/family","value":"New"}]""")]
    [InlineData("p-xml", XmlPatch, """<diff xmlns="http://hl7.org/fhir"><replace sel="f:Patient/f:name/f:family/@value">New</replace></diff>""")]
    [InlineData("p-path", "application/fhir+json", """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.name.family"},{"name":"value","valueString":"New"}]}]}""")]
    [InlineData("p-pathx", "application/fhir+xml", """<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="replace"/></part><part><name value="path"/><valueString value="Patient.name.family"/></part><part><name value="value"/><valueString value="New"/></part></parameter></Parameters>""")]
    public async Task Each_language_of_patch_makes_a_new_version_and_the_same_patch_again_makes_none(string id, string type, string patch)
    {
        await server.PutAsync($$"""{"resourceType":"Patient","id":"{{id}}","name":[{"family":"Old"}]}""");

        var first = await SendAsync($"/Patient/{id}", type, patch);
        var again = await SendAsync($"/Patient/{id}", type, patch);

        Assert.Equal((200, "W/\"2\"", "New"), (first.Status, first.Header("ETag"), first.Json.GetProperty("name")[0].GetProperty("family").GetString()));
        Assert.Equal((200, "W/\"2\""), (again.Status, again.Header("ETag")));
        Assert.Equal("New", (await server.GetAsync($"/Patient/{id}")).Json.GetProperty("name")[0].GetProperty("family").GetString());
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/id","value":"other"}]""", 422, "error business-rule Patient.id: A patch can't change the id 'p-fault' to 'other'.")]
    [InlineData("""[{"op":"replace","path":"/meta/versionId","value":"7"}]""", 422, "error business-rule Patient.meta.versionId: A patch can't change meta.versionId, which the server gives; it is '1'.")]
    [InlineData("""[{"op":"replace","path":"/resourceType","value":"Person"}]""", 422, "error business-rule Patient: A patch can't make Person of Patient.")]
    [InlineData("""[{"op":"remove","path":"/photo"}]""", 422, "error business-rule: patch[0] (remove /photo): there is nothing at '/photo'.")]
    [InlineData("""[{"op":"test","path":"/active","value":false}]""", 422, "error business-rule: patch[0] (test /active): the value is true, not false.")]
    [InlineData("""[{"op":"erase","path":"/active"}]""", 400, "error invalid: patch[0]: 'erase' is no operation; there are add, remove, replace, move, copy and test.")]
    [InlineData("""{"resourceType":"Patient"}""", 400, "error structure: A JSON Patch is an array of operations, each with 'op' and 'path'.")]
    public async Task What_a_patch_can_t_do_is_told_and_changes_nothing(string patch, int status, string issue)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-fault","active":true}""");

        var answer = await SendAsync("/Patient/p-fault", JsonPatch, patch);

        Assert.Equal(status, answer.Status);
        Assert.Equal([issue], answer.Issues);
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Patient/p-fault")).Header("ETag"));
    }

    [Fact]
    public async Task What_a_patch_comes_to_is_checked_as_an_update_would_be()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-check","active":true}""");

        var answer = await SendAsync("/Patient/p-check", JsonPatch, """[{"op":"replace","path":"/active","value":"yes"}]""");

        Assert.Equal(400, answer.Status);
        Assert.Contains("Patient.active", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_deleted_and_other_versions_and_other_types_are_told_apart()
    {
        const string patch = """[{"op":"add","path":"/active","value":true}]""";
        await server.PutAsync("""{"resourceType":"Patient","id":"p-gone"}""");
        await server.SendAsync("DELETE", "/Patient/p-gone");
        await server.PutAsync("""{"resourceType":"Patient","id":"p-here"}""");

        Assert.Equal(404, (await SendAsync("/Patient/p-never", JsonPatch, patch)).Status);
        Assert.Equal(410, (await SendAsync("/Patient/p-gone", JsonPatch, patch)).Status);
        var stale = await SendAsync("/Patient/p-here", JsonPatch, patch, ("If-Match", "W/\"7\""));
        Assert.Equal(412, stale.Status);
        Assert.Equal(["error conflict: Patient/p-here is expected to be at version 7, but the current version is 1."], stale.Issues);
        var unread = await SendAsync("/Patient/p-here", "application/merge-patch+json", patch);
        Assert.Equal((415, "application/fhir+json, application/fhir+xml, application/json-patch+json, application/xml-patch+xml"), (unread.Status, unread.Header("Accept-Patch")));
        Assert.Equal(200, (await SendAsync("/Patient/p-here", JsonPatch, patch, ("If-Match", "W/\"1\""))).Status);
    }

    [Fact]
    public async Task Prefer_says_what_comes_back()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-prefer"}""");

        var minimal = await SendAsync("/Patient/p-prefer", JsonPatch, """[{"op":"add","path":"/active","value":true}]""", ("Prefer", "return=minimal"));

        Assert.Equal((200, ""), (minimal.Status, minimal.Body));
    }

    [Fact]
    public async Task A_conditional_patch_changes_the_one_match_and_refuses_none_and_several()
    {
        const string patch = """[{"op":"add","path":"/gender","value":"other"}]""";
        await server.PutAsync("""{"resourceType":"Patient","id":"p-c1","name":[{"family":"Conditionalone"}]}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"p-c2","name":[{"family":"Conditionaltwo"}]}""");

        Assert.Equal((200, "p-c1"), await Of(SendAsync("/Patient?family=Conditionalone", JsonPatch, patch)));
        Assert.Equal(404, (await SendAsync("/Patient?family=Nobodyhere", JsonPatch, patch)).Status);
        Assert.Equal(412, (await SendAsync("/Patient?family=Conditional", JsonPatch, patch)).Status);
        Assert.Equal(400, (await SendAsync("/Patient?famili=Conditionalone", JsonPatch, patch)).Status);
        Assert.Equal(400, (await SendAsync("/Patient", JsonPatch, patch)).Status);

        static async Task<(int, string?)> Of(Task<Answer> sent) => ((await sent).Status, (await sent).Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Patches_at_the_same_moment_all_count()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-race","name":[{"given":["0"]}]}""");

        var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(number =>
            SendAsync("/Patient/p-race", JsonPatch, $$"""[{"op":"add","path":"/name/0/given/-","value":"{{number}}"}]""")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var given = (await server.GetAsync("/Patient/p-race")).Json.GetProperty("name")[0].GetProperty("given").EnumerateArray().Select(name => name.GetString());
        Assert.Equal(["0", "1", "2", "3", "4"], given.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_transaction_takes_patches_with_references_to_its_other_entries_or_none_at_all()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-t1"}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"p-t2","active":true}""");
        var refer = Binary("""[{"op":"add","path":"/managingOrganization","value":{"reference":"urn:uuid:7d8a2f0e-4a64-4c0a-9d5e-0d6d6f1f9f01"}}]""");
        const string remove = """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.active"}]}]}""";
        const string organization = """{"fullUrl":"urn:uuid:7d8a2f0e-4a64-4c0a-9d5e-0d6d6f1f9f01","resource":{"resourceType":"Organization","name":"O"},"request":{"method":"POST","url":"Organization"}}""";

        var done = await server.SendAsync("POST", "", Transaction(organization, Entry(refer, "Patient/p-t1"), Entry(remove, "Patient/p-t2", "\"ifMatch\":\"W/\\\"1\\\"\",")));
        var broken = await server.SendAsync("POST", "", Transaction(Entry(remove, "Patient/p-t1"), Entry(Binary("""[{"op":"remove","path":"/photo"}]"""), "Patient/p-t2")));
        var twice = await server.SendAsync("POST", "", Transaction(Entry(remove, "Patient/p-t1"), Entry(remove, "Patient/p-t1")));

        Assert.Equal(200, done.Status);
        Assert.Equal(["201 Created", "200 OK", "200 OK"], done.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        var patched = (await server.GetAsync("/Patient/p-t1")).Json;
        Assert.StartsWith("Organization/", patched.GetProperty("managingOrganization").GetProperty("reference").GetString(), StringComparison.Ordinal);
        Assert.Equal((422, "error business-rule Bundle.entry[1].resource: patch[0] (remove /photo): there is nothing at '/photo'."), (broken.Status, Assert.Single(broken.Issues)));
        Assert.Equal((400, "error invalid Bundle.entry[1].request.url: Patient/p-t1 is already addressed by Bundle.entry[0]; a transaction may change a resource only once."), (twice.Status, Assert.Single(twice.Issues)));
        Assert.Equal("W/\"2\"", (await server.GetAsync("/Patient/p-t1")).Header("ETag"));
    }

    [Fact]
    public async Task A_batch_takes_patches_each_by_itself()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"p-b1","name":[{"family":"Batchpatch"}]}""");
        var patch = Binary("""[{"op":"add","path":"/active","value":true}]""");

        var answer = await server.SendAsync("POST", "", Transaction(Entry(patch, "Patient/p-b1"), Entry(patch, "Patient?family=Batchpatch"), Entry(patch, "Patient/p-b-never")).Replace("\"transaction\"", "\"batch\"", StringComparison.Ordinal));

        Assert.Equal(["200 OK", "200 OK", "404 Not Found"], answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task The_CapabilityStatement_names_the_interaction_and_the_formats()
    {
        var statement = (await server.GetAsync("/metadata")).Json;

        Assert.Equal(
            ["application/fhir+json", "application/fhir+xml", JsonPatch, XmlPatch],
            statement.GetProperty("patchFormat").EnumerateArray().Select(format => format.GetString()));
        Assert.Contains("patch", statement.GetProperty("rest")[0].GetProperty("resource")[0].GetProperty("interaction").EnumerateArray().Select(interaction => interaction.GetProperty("code").GetString()));
    }

    private Task<Answer> SendAsync(string path, string type, string patch, params (string Name, string Value)[] headers) =>
        server.SendAsync("PATCH", path, patch, [.. headers, ("Content-Type", type)]);

    private static string Transaction(params string[] entries) => $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""";

    private static string Entry(string resource, string url, string condition = "") => $$$"""{"resource":{{{resource}}},"request":{ {{{condition}}} "method":"PATCH","url":"{{{url}}}"}}""";

    private static string Binary(string patch) => $$"""{"resourceType":"Binary","contentType":"{{JsonPatch}}","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(patch))}}"}""";
}
