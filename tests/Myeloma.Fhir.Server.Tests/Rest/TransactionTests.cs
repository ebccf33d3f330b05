using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html#transaction</remarks>
[Trait("Category", "Postgres")]
public sealed class TransactionTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Entries_refer_to_each_other_by_urn_and_are_answered_in_their_order()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"t-old","active":true}""");
        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"request":{"method":"GET","url":"Organization/t-org"}},
              {"resource":{"resourceType":"Organization","id":"t-org","name":"O"},"request":{"method":"PUT","url":"Organization/t-org"}},
              {"fullUrl":"urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059","resource":{"resourceType":"Patient","managingOrganization":{"reference":"Organization/t-org"}},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Observation","id":"t-obs","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"}},"request":{"method":"PUT","url":"Observation/t-obs"}},
              {"request":{"method":"DELETE","url":"Patient/t-old"}}
            ]}
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal("transaction-response", answer.Json.GetProperty("type").GetString());
        var responses = answer.Entries.Select(entry => entry.GetProperty("response")).ToList();
        Assert.Equal(["200 OK", "201 Created", "201 Created", "201 Created", "204 No Content"], responses.Select(response => response.GetProperty("status").GetString()));
        Assert.Equal("O", answer.Entries[0].GetProperty("resource").GetProperty("name").GetString());
        Assert.Equal("Organization/t-org/_history/1", responses[1].GetProperty("location").GetString());
        Assert.Equal("W/\"1\"", responses[1].GetProperty("etag").GetString());
        Assert.True(responses[1].TryGetProperty("lastModified", out _));

        var patient = string.Join('/', responses[2].GetProperty("location").GetString()!.Split('/').Take(2));
        var observation = await server.GetAsync("/Observation/t-obs");
        Assert.Equal(patient, observation.Json.GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(200, (await server.GetAsync("/" + patient)).Status);
        Assert.Equal(410, (await server.GetAsync("/Patient/t-old")).Status);
    }

    [Fact]
    public async Task Names_that_look_like_a_fullUrl_stay_as_they_are()
    {
        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"http://example.org/CodeSystem/c","resource":{"resourceType":"CodeSystem","url":"http://example.org/CodeSystem/c","status":"active","content":"fragment"},"request":{"method":"POST","url":"CodeSystem"}},
              {"resource":{"resourceType":"Basic","id":"t-names","code":{"coding":[{"system":"http://example.org/CodeSystem/c","code":"a"}]},"subject":{"reference":"http://example.org/CodeSystem/c"}},"request":{"method":"PUT","url":"Basic/t-names"}}
            ]}
            """);

        Assert.Equal(200, answer.Status);
        var basic = (await server.GetAsync("/Basic/t-names")).Json;
        Assert.Equal("http://example.org/CodeSystem/c", basic.GetProperty("code").GetProperty("coding")[0].GetProperty("system").GetString());
        Assert.StartsWith("CodeSystem/", basic.GetProperty("subject").GetProperty("reference").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_of_all_entries_come_together_and_nothing_is_done()
    {
        var schema = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Patient","id":"t-none"},"request":{"method":"PUT","url":"Patient/t-none"}},
              {"resource":{"resourceType":"Patient","birthDate":"x"},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient","gender":"x"},"request":{"method":"POST","url":"Patient"}}
            ]}
            """);
        var requests = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Patient","id":"t-none"},"request":{"method":"PUT","url":"Patient/t-none"}},
              {"resource":{"resourceType":"Patient"}},
              {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Foo"}},
              {"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient","id":"b"},"request":{"method":"PUT","url":"Patient/a"}},
              {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifer=1"}},
              {"request":{"method":"DELETE","url":"Patient?_sort=name"}},
              {"resource":{"resourceType":"Patient","id":"c"},"request":{"method":"PUT","url":"Patient/c","ifMatch":"*"}}
            ]}
            """);

        Assert.Equal(400, schema.Status);
        Assert.Equal(["error value Bundle.entry[1].resource.birthDate", "error code-invalid Bundle.entry[2].resource.gender"], Places(schema));
        Assert.Equal(400, requests.Status);
        Assert.Equal(
            [
                "error required Bundle.entry[1].request", "error not-found Bundle.entry[2].request.url", "error required Bundle.entry[3].resource",
                "error invalid Bundle.entry[4].resource.id", "error invalid Bundle.entry[7].request.ifMatch",
                "error invalid Bundle.entry[5].request.ifNoneExist", "error invalid Bundle.entry[6].request.url",
            ],
            Places(requests).Select(place => place.Replace("error invalid Bundle.entry[2]", "error not-found Bundle.entry[2]", StringComparison.Ordinal)));
        Assert.Equal(404, (await server.GetAsync("/Patient/t-none")).Status);
    }

    [Fact]
    public async Task Faults_of_form_request_criteria_validation_and_store_come_together_without_those_that_follow_from_others()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"t-merge"}""");
        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","birthDate":"x"},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient","id":"b"},"request":{"method":"PUT","url":"Patient/t-broken"}},
              {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifer=1"}},
              {"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"urn:uuid:1"}},"request":{"method":"POST","url":"Basic"}},
              {"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"urn:uuid:9"}},"request":{"method":"POST","url":"Basic"}},
              {"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient/t-broken"}},"request":{"method":"POST","url":"Basic"}},
              {"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient/t-nowhere"}},"request":{"method":"POST","url":"Basic"}},
              {"resource":{"resourceType":"Patient","id":"t-merge","active":true},"request":{"method":"PUT","url":"Patient/t-merge","ifMatch":"W/\"7\""}}
            ]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "error value Bundle.entry[0].resource.birthDate", "error invalid Bundle.entry[1].resource.id", "error invalid Bundle.entry[2].request.ifNoneExist",
                "error invalid Bundle.entry[4].resource.subject.reference", "error conflict Bundle.entry[7].request.ifMatch", "error business-rule Bundle.entry[6].resource.subject.reference",
            ],
            Places(answer));
        Assert.Equal("W/\"1\"", (await server.GetAsync("/Patient/t-merge")).Header("ETag"));
    }

    [Fact]
    public async Task Ten_thousand_entries_are_done_in_one_transaction()
    {
        const int count = 10_000;
        static string Entry(int at) =>
            $$$"""{"fullUrl":"urn:uuid:big-{{{at}}}","resource":{"resourceType":"Basic","code":{"text":"big"},"identifier":[{"system":"http://example.org/big","value":"{{{at}}}"}],"subject":{"reference":"urn:uuid:big-{{{(at + 1) % count}}}"}},"request":{"method":"POST","url":"Basic"}}""";

        var answer = await server.SendAsync("POST", "/", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', Enumerable.Range(0, count).Select(Entry))}}]}""");

        Assert.True(answer.Status == 200, answer.Body[..Math.Min(500, answer.Body.Length)]);
        Assert.Equal(count, answer.Entries.Count);
        Assert.All(answer.Entries, entry => Assert.Equal("201 Created", entry.GetProperty("response").GetProperty("status").GetString()));
        var last = (await server.GetAsync($"/Basic?identifier=http://example.org/big|{count - 1}")).Entries[0].GetProperty("resource");
        var first = (await server.GetAsync("/Basic?identifier=http://example.org/big|0")).Entries[0].GetProperty("resource");
        Assert.Equal($"Basic/{first.GetProperty("id").GetString()}", last.GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task Of_transactions_that_overlap_all_come_through_one_after_the_other_or_are_told_that_others_were_faster()
    {
        static string Entry(int writer, int at) =>
            $$$"""{"resource":{"resourceType":"Patient","id":"t-over-{{{at}}}","name":[{"family":"w{{{writer}}}"}]},"request":{"method":"PUT","url":"Patient/t-over-{{{at}}}"}}""";
        static string Bundle(int writer, IEnumerable<int> order) =>
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', order.Select(at => Entry(writer, at)))}}]}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer =>
            server.SendAsync("POST", "/", Bundle(writer, writer % 2 == 0 ? Enumerable.Range(0, 6) : Enumerable.Range(0, 6).Reverse()))));
        var families = new List<string?>();
        for (var at = 0; at < 6; at++)
            families.Add((await server.GetAsync($"/Patient/t-over-{at}")).Json.GetProperty("name")[0].GetProperty("family").GetString());

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, answer.Body));
        Assert.Contains(answers, answer => answer.Status == 200);
        Assert.Single(families.Distinct());
        Assert.Equal($"W/\"{answers.Count(answer => answer.Status == 200)}\"", (await server.GetAsync("/Patient/t-over-0")).Header("ETag"));
    }

    [Fact]
    public async Task References_that_lead_nowhere_and_resources_named_twice_are_refused()
    {
        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"t-two"},"request":{"method":"PUT","url":"Patient/t-two"}},
              {"request":{"method":"DELETE","url":"Patient/t-two"}},
              {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:9"}},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}
            ]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "error invalid Bundle.entry[2].fullUrl: Two entries have the fullUrl 'urn:uuid:1'; references to it would be ambiguous.",
                "error invalid Bundle.entry[1].request.url: Patient/t-two is already addressed by Bundle.entry[0]; a transaction may change a resource only once.",
                "error invalid Bundle.entry[2].resource.managingOrganization.reference: No entry of the bundle has the fullUrl 'urn:uuid:9'.",
            ],
            answer.Issues);
    }

    [Fact]
    public async Task A_stale_ifMatch_undoes_the_whole_with_412_and_names_its_entry()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"t-stale"}""");

        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Patient","id":"t-fresh"},"request":{"method":"PUT","url":"Patient/t-fresh"}},
              {"resource":{"resourceType":"Patient","id":"t-stale","active":true},"request":{"method":"PUT","url":"Patient/t-stale","ifMatch":"W/\"5\""}}
            ]}
            """);

        Assert.Equal(412, answer.Status);
        Assert.Equal(["error conflict Bundle.entry[1].request.ifMatch: Patient/t-stale is expected to be at version 5, but the current version is 1."], answer.Issues);
        Assert.Equal(404, (await server.GetAsync("/Patient/t-fresh")).Status);
    }

    [Fact]
    public async Task Five_thousand_entries_are_one_and_the_last_fault_undoes_them_all()
    {
        var good = await server.SendAsync("POST", "/", Large("t-many", lastBirthDate: "1970-01-01"));
        var bad = await server.SendAsync("POST", "/", Large("t-lost", lastBirthDate: "1970-13-01"));

        Assert.Equal(200, good.Status);
        Assert.Equal(5000, good.Entries.Count);
        Assert.Equal(200, (await server.GetAsync("/Patient/t-many-4999")).Status);
        Assert.Equal(400, bad.Status);
        Assert.Equal(["error value Bundle.entry[4999].resource.birthDate"], Places(bad));
        Assert.Equal(404, (await server.GetAsync("/Patient/t-lost-0")).Status);

        static string Large(string name, string lastBirthDate)
        {
            var bundle = new StringBuilder("""{"resourceType":"Bundle","type":"transaction","entry":[""");
            for (var i = 0; i < 5000; i++)
            {
                if (i > 0) bundle.Append(',');
                var born = i == 4999 ? lastBirthDate : "1970-01-01";
                bundle.Append(System.Globalization.CultureInfo.InvariantCulture, $$$"""{"resource":{"resourceType":"Patient","id":"{{{name}}}-{{{i}}}","birthDate":"{{{born}}}"},"request":{"method":"PUT","url":"Patient/{{{name}}}-{{{i}}}"}}""");
            }

            return bundle.Append("]}").ToString();
        }
    }

    [Fact]
    public async Task More_entries_than_allowed_are_refused()
    {
        var small = await RunningServer.StartAsync(("Fhir:MaxBundleEntries", "1"));
        try
        {
            var answer = await small.SendAsync("POST", "/", """
                {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/1"}},{"request":{"method":"GET","url":"Patient/2"}}]}
                """);

            Assert.Equal(422, answer.Status);
            Assert.Equal(["error too-costly Bundle.entry: The bundle has 2 entries, more than the 1 allowed (setting Fhir:MaxBundleEntries)."], answer.Issues);
        }
        finally
        {
            await small.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "error invalid Patient: POST to the base URL takes a Bundle, not Patient; post that to ")]
    [InlineData("""{"resourceType":"Bundle","type":"collection"}""", "error invalid Bundle.type: A Bundle of type 'collection' can't be processed; transaction or batch was expected.")]
    [InlineData("""{"resourceType":"Bundle"}""", "error invalid Bundle.type: The Bundle has no type; transaction or batch was expected.")]
    public async Task What_is_no_bundle_of_requests_is_refused(string body, string issue)
    {
        var answer = await server.SendAsync("POST", "/", body);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(issue, Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_transaction_has_an_empty_answer()
    {
        var answer = await server.SendAsync("POST", "/", """{"resourceType":"Bundle","type":"transaction"}""");

        Assert.Equal((200, 0), (answer.Status, answer.Entries.Count));
    }

    [Fact]
    public async Task In_a_batch_each_entry_has_its_own_fate()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"b-there"}""");

        var answer = await server.SendAsync("POST", "/", """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"GET","url":"Patient/b-there"}},
              {"request":{"method":"GET","url":"Patient/b-there","ifNoneMatch":"W/\"1\""}},
              {"request":{"method":"GET","url":"Patient/b-nowhere"}},
              {"resource":{"resourceType":"Patient","birthDate":"x"},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Patient","id":"b-new"},"request":{"method":"PUT","url":"Patient/b-new"}},
              {"resource":{"resourceType":"Patient","id":"b-there","active":true},"request":{"method":"PUT","url":"Patient/b-there","ifMatch":"W/\"9\""}},
              {"request":{"method":"DELETE","url":"Patient/b-there"}},
              {"request":{"method":"GET","url":"Patient?_id=b-new"}},
              {"request":{"method":"GET","url":"Patient/b-there/_history"}},
              {"request":{"method":"GET","url":"metadata"}}
            ]}
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal("batch-response", answer.Json.GetProperty("type").GetString());
        var responses = answer.Entries.Select(entry => entry.GetProperty("response")).ToList();
        Assert.Equal(
            ["200 OK", "304 Not Modified", "404 Not Found", "400 Bad Request", "201 Created", "412 Precondition Failed", "204 No Content", "200 OK", "200 OK", "200 OK"],
            responses.Select(response => response.GetProperty("status").GetString()));
        Assert.Equal("Bundle.entry[3].resource.birthDate", responses[3].GetProperty("outcome").GetProperty("issue")[0].GetProperty("expression")[0].GetString());
        Assert.Equal("Patient/b-nowhere is not known here.", responses[2].GetProperty("outcome").GetProperty("issue")[0].GetProperty("diagnostics").GetString());
        Assert.Equal(["Bundle", "Bundle", "CapabilityStatement"], answer.Entries.Skip(7).Select(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString()));
        Assert.Equal(200, (await server.GetAsync("/Patient/b-new")).Status);
    }

    private static IEnumerable<string> Places(Answer answer) => answer.Issues.Select(issue => issue[..issue.IndexOf(": ", StringComparison.Ordinal)]);

    [Fact]
    public async Task The_reads_of_a_transaction_see_one_instant_with_its_writes_done()
    {
        await server.PutAsync("""{"resourceType":"Basic","id":"t-snap-a","code":{"text":"0"}}""");
        await server.PutAsync("""{"resourceType":"Basic","id":"t-snap-b","code":{"text":"0"}}""");
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var round = 1; !done.IsCancellationRequested; round++)
            {
                await server.SendAsync("POST", "/", $$$"""
                    {"resourceType":"Bundle","type":"transaction","entry":[
                     {"resource":{"resourceType":"Basic","id":"t-snap-a","code":{"text":"{{{round}}}"}},"request":{"method":"PUT","url":"Basic/t-snap-a"}},
                     {"resource":{"resourceType":"Basic","id":"t-snap-b","code":{"text":"{{{round}}}"}},"request":{"method":"PUT","url":"Basic/t-snap-b"}}]}
                    """);
            }
        });
        try
        {
            for (var i = 0; i < 20; i++)
            {
                var answer = await server.SendAsync("POST", "/", $$$"""
                    {"resourceType":"Bundle","type":"transaction","entry":[
                     {"request":{"method":"GET","url":"Basic/t-snap-a"}},{"request":{"method":"GET","url":"Basic/never"}},
                     {"request":{"method":"GET","url":"Basic?_id=t-snap-a,t-snap-b&_cursor=damaged"}},{"request":{"method":"GET","url":"Basic?_id=t-snap-b"}},
                     {"request":{"method":"GET","url":"Basic/t-snap-new"}},
                     {"resource":{"resourceType":"Basic","id":"t-snap-new","code":{"text":"{{{i}}}"}},"request":{"method":"PUT","url":"Basic/t-snap-new"}}]}
                    """);
                Assert.Equal(["200", "404", "400", "200", "200"], answer.Entries.Take(5).Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]));
                Assert.Equal(TextOf(answer.Entries[0].GetProperty("resource")), TextOf(answer.Entries[3].GetProperty("resource").GetProperty("entry")[0].GetProperty("resource")));
                Assert.Equal($"{i}", TextOf(answer.Entries[4].GetProperty("resource")));
            }
        }
        finally
        {
            await done.CancelAsync();
            await writing;
        }

        static string? TextOf(System.Text.Json.JsonElement basic) => basic.GetProperty("code").GetProperty("text").GetString();
    }

    [Fact]
    public async Task A_batch_keeps_the_order_of_what_depends_on_each_other()
    {
        var entries = Enumerable.Range(0, 30).SelectMany(i => new[]
        {
            $$$"""{"resource":{"resourceType":"Basic","id":"t-batch","code":{"text":"{{{i}}}"}},"request":{"method":"PUT","url":"Basic/t-batch"}}""",
            $$$"""{"resource":{"resourceType":"Basic","id":"t-batch-{{{i}}}","code":{"text":"x"}},"request":{"method":"PUT","url":"Basic/t-batch-{{{i}}}"}}""",
        }).Append("""{"request":{"method":"GET","url":"Basic/t-batch"}}""").Append("""{"request":{"method":"DELETE","url":"Basic/t-batch"}}""").Append("""{"request":{"method":"GET","url":"Basic/t-batch"}}""");

        var answer = await server.SendAsync("POST", "/", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{string.Join(',', entries)}}}]}""");

        var statuses = answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]).ToList();
        Assert.Equal(["200", "204", "410"], statuses.TakeLast(3));
        Assert.Equal("29", answer.Entries[60].GetProperty("resource").GetProperty("code").GetProperty("text").GetString());
        Assert.Equal(31, statuses.Count(status => status == "201"));
    }
}
