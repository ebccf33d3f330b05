using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Terminology caches: resources sent once and named afterwards, each client's apart from all others'.</summary>
/// <remarks>https://build.fhir.org/ig/FHIR/fhir-tools-ig/terminology-caching.html</remarks>
[Trait("Category", "Postgres")]
public sealed partial class TerminologyCacheTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Base = "http://example.org/cached/";

    /// <summary>They rest on each other, in two versions of the system, with a language pack and a map.</summary>
    private static readonly string[] Resources =
    [
        $$"""{"resourceType":"CodeSystem","url":"{{Base}}cs","version":"1","status":"active","content":"complete","concept":[{"code":"a","display":"A one"},{"code":"b","display":"B one"}]}""",
        $$"""{"resourceType":"CodeSystem","url":"{{Base}}cs","version":"2","status":"active","content":"complete","concept":[{"code":"a","display":"A two","concept":[{"code":"c","display":"C two"}]}]}""",
        $$"""{"resourceType":"CodeSystem","url":"{{Base}}pack","version":"1","status":"active","content":"supplement","supplements":"{{Base}}cs","concept":[{"code":"a","designation":[{"language":"de","value":"Ah"}]}]}""",
        $$$"""{"resourceType":"ValueSet","url":"{{{Base}}}below","version":"1","status":"active","compose":{"include":[{"system":"{{{Base}}}cs","filter":[{"property":"concept","op":"is-a","value":"a"}]}]}}""",
        $$$"""{"resourceType":"ValueSet","url":"{{{Base}}}importing","version":"1","status":"active","compose":{"include":[{"valueSet":["{{{Base}}}below"]},{"system":"{{{Base}}}cs","version":"1","concept":[{"code":"b"}]}]}}""",
        $$"""{"resourceType":"ConceptMap","url":"{{Base}}map","version":"1","status":"active","group":[{"source":"{{Base}}cs","target":"http://example.org/cached/other","element":[{"code":"a","target":[{"code":"x","equivalence":"equal"}]}]}]}""",
    ];

    /// <summary>Questions that need several of them, and are answered or refused according to which are known.</summary>
    private static readonly (string Path, string Parameters)[] Questions =
    [
        ("/ValueSet/$expand", $$"""{"name":"url","valueUri":"{{Base}}importing"},{"name":"includeDesignations","valueBoolean":true}"""),
        ("/ValueSet/$expand", $$"""{"name":"url","valueUri":"{{Base}}below"},{"name":"displayLanguage","valueCode":"de"},{"name":"useSupplement","valueCanonical":"{{Base}}pack"}"""),
        ("/ValueSet/$validate-code", $$"""{"name":"url","valueUri":"{{Base}}importing"},{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"b"}"""),
        ("/CodeSystem/$validate-code", $$"""{"name":"url","valueUri":"{{Base}}cs"},{"name":"version","valueString":"2"},{"name":"code","valueCode":"b"}"""),
        ("/CodeSystem/$lookup", $$"""{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"a"}"""),
        ("/CodeSystem/$subsumes", $$"""{"name":"system","valueUri":"{{Base}}cs"},{"name":"codeA","valueCode":"a"},{"name":"codeB","valueCode":"c"}"""),
        ("/ConceptMap/$translate", $$"""{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"a"},{"name":"targetsystem","valueUri":"{{Base}}other"}"""),
        ("/ValueSet/$compare", $$"""{"name":"thisUrl","valueUri":"{{Base}}importing"},{"name":"otherUrl","valueUri":"{{Base}}below"}"""),
        ("/ValueSet/$batch-validate-code", $$$"""{"name":"url","valueUri":"{{{Base}}}below"},{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{"name":"system","valueUri":"{{{Base}}}cs"},{"name":"code","valueCode":"c"}]}}"""),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whichever_way_resources_came_into_a_cache_answers_are_those_with_all_of_them_in_the_request(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < 8; turn++)
        {
            string[] order = [.. Resources.OrderBy(_ => random.Next())];
            var (fronted, id) = (random.Next(order.Length), "");
            id = await StartAsync(server, isSealed: false, order[..fronted]);
            var known = fronted;
            for (var step = 0; step < 12; step++)
            {
                var more = Math.Min(order.Length, known + random.Next(3));
                var again = random.Next(3) == 0 && known > 0 ? [order[random.Next(known)]] : Array.Empty<string>();
                var (path, parameters) = Questions[random.Next(Questions.Length)];

                var cached = await AskAsync(server, path, parameters, [.. order[known..more], .. again], id);
                var inlined = await AskAsync(server, path, parameters, order[..more], null);

                Assert.Equal(Compared(inlined), Compared(cached));
                known = more;
            }
        }
    }

    [Fact]
    public async Task Every_question_is_answered_from_a_sealed_cache_as_from_the_request()
    {
        var id = await StartAsync(server, isSealed: null, Resources);

        foreach (var (path, parameters) in Questions)
        {
            var cached = await AskAsync(server, path, parameters, [], id);
            Assert.Equal(200, cached.Status);
            Assert.Equal(Compared(await AskAsync(server, path, parameters, Resources, null)), Compared(cached));
        }
    }

    [Fact]
    public async Task A_question_by_GET_is_answered_from_the_cache_and_from_no_answer_given_without_it()
    {
        var own = await RunningServer.StartAsync();
        var id = await StartAsync(own, isSealed: null, Resources[..1]);
        await own.PutAsync($$"""{"resourceType":"CodeSystem","id":"cached-stored","url":"{{Base}}cs","version":"1","status":"active","content":"complete","concept":[{"code":"a","display":"Stored"}]}""");
        var question = $"/CodeSystem/$lookup?system={Base}cs&code=a";
        await Eventually.HoldsAsync(
            async () => (await own.GetAsync(question)).Status == 200 && SettledAnswers().IsMatch((await own.GetAsync(own.BaseUrl.Replace("/fhir", "/metrics", StringComparison.Ordinal))).Body),
            () => "No answer comes from a settled question.");

        for (var turn = 0; turn < 10; turn++)
        {
            Assert.Contains("\"Stored\"", (await own.GetAsync(question)).Body, StringComparison.Ordinal);
            Assert.Contains("\"A one\"", (await own.GetAsync(question, ("X-Cache-Id", id))).Body, StringComparison.Ordinal);
        }

        await own.DisposeAsync();
    }

    [GeneratedRegex("^myeloma_fhir_terminology_prepared_answers(_total)?({[^}]*})? [1-9]", RegexOptions.Multiline)]
    private static partial Regex SettledAnswers();

    [Fact]
    public async Task A_sealed_cache_stays_as_it_is_and_no_cache_knows_what_another_one_does()
    {
        var (first, second) = (await StartAsync(server, isSealed: true, Resources[0]), await StartAsync(server, isSealed: false));
        var (path, parameters) = Questions[1];

        var own = await AskAsync(server, path, parameters, [Resources[1], Resources[2], Resources[3]], first);
        var later = await AskAsync(server, path, parameters, [], first);
        var other = await AskAsync(server, path, parameters, [], second);

        Assert.Equal((200, 404, 404), (own.Status, later.Status, other.Status));
        Assert.Contains("VALUESET_SUPPLEMENT_MISSING", (await AskAsync(server, path, parameters, [Resources[3]], second)).Body, StringComparison.Ordinal);
        Assert.Equal("""[{"name":"valid","valueBoolean":true},{"name":"sealed","valueBoolean":true},{"name":"resource-count","valueUnsignedInt":1}]""", await StateAsync(first));
        Assert.Equal("""[{"name":"valid","valueBoolean":true},{"name":"sealed","valueBoolean":false},{"name":"resource-count","valueUnsignedInt":1}]""", await StateAsync(second));
    }

    [Fact]
    public async Task A_value_set_that_is_sent_to_be_asked_about_is_known_later_and_one_sent_anew_takes_its_place()
    {
        var id = await StartAsync(server, isSealed: false);
        var sent = $$"""{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"c"},{"name":"valueSet","resource":{{Resources[3]}}}""";
        var named = $$"""{"name":"url","valueUri":"{{Base}}below"},{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"c"}""";

        Assert.Equal("true", Result(await AskAsync(server, "/ValueSet/$validate-code", sent, [Resources[1]], id)));
        Assert.Equal("true", Result(await AskAsync(server, "/ValueSet/$validate-code", named, [], id)));
        var changed = Resources[3].Replace("is-a", "is-not-a", StringComparison.Ordinal);
        Assert.Equal("false", Result(await AskAsync(server, "/ValueSet/$validate-code", named, [changed], id)));
        Assert.Equal("false", Result(await AskAsync(server, "/ValueSet/$validate-code", named, [], id)));
    }

    [Fact]
    public async Task A_question_of_a_batch_names_what_another_one_carries_in_whichever_order()
    {
        var id = await StartAsync(server, isSealed: false);
        var named = $$"""{"name":"url","valueUri":"{{Base}}below"},{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"a"}""";
        var failing = $$"""{"name":"url","valueUri":"{{Base}}nowhere"},{"name":"code","valueCode":"a"},{"name":"tx-resource","resource":{{Resources[1]}}},{"name":"tx-resource","resource":{{Resources[3]}}}""";
        string Entry(string parameters) => $$$"""{"request":{"method":"POST","url":"ValueSet/$validate-code"},"resource":{"resourceType":"Parameters","parameter":[{{{parameters}}}]}}""";
        string Question(string parameters) => $$$"""{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{{{parameters}}}]}}""";

        var bundle = await server.SendAsync("POST", "", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{Entry(named)}},{{Entry(failing)}}]}""", ("X-Cache-Id", id));
        var other = await StartAsync(server, isSealed: false);
        var questions = await AskAsync(server, "/ValueSet/$batch-validate-code", $"{Question(named)},{Question(failing)}", [], other);

        Assert.Equal(["200", "404"], bundle.Json.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]));
        Assert.Equal("true", bundle.Json.GetProperty("entry")[0].GetProperty("resource").GetProperty("parameter").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "result").GetProperty("valueBoolean").GetRawText());
        Assert.Equal(["Parameters", "OperationOutcome"], questions.Json.GetProperty("parameter").EnumerateArray().Select(each => each.GetProperty("resource").GetProperty("resourceType").GetString()));
    }

    [Fact]
    public async Task A_question_of_a_batch_has_what_it_brings_along_itself()
    {
        var asked = $$"""{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"b"}""";
        var answer = await AskAsync(server, "/CodeSystem/$batch-validate-code",
            $$$"""{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{{{asked}}},{"name":"tx-resource","resource":{{{Resources[0]}}}}]}},{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{{{asked}}}]}}""", [], null);

        Assert.Equal(["true", "false"], answer.Json.GetProperty("parameter").EnumerateArray().Select(each =>
            each.GetProperty("resource").GetProperty("parameter").EnumerateArray().Single(part => part.GetProperty("name").GetString() == "result").GetProperty("valueBoolean").GetRawText()));
    }

    [Fact]
    public async Task A_cache_that_is_not_here_is_told_by_every_operation_and_why()
    {
        var other = await server.AnotherAsync();
        var (elsewhere, ended) = (await StartAsync(other, isSealed: null, Resources), await StartAsync(server, isSealed: null, Resources));
        Assert.Equal(200, (await server.SendAsync("POST", "/$cache-control?mode=end", null, ("X-Cache-Id", ended))).Status);
        Assert.Equal(200, (await server.SendAsync("POST", "/$cache-control?mode=end", null, ("X-Cache-Id", ended))).Status);

        foreach (var (path, parameters) in Questions)
        {
            Assert.Equal((404, "CACHE_ID_UNKNOWN"), Gone(await AskAsync(server, path, parameters, Resources, elsewhere)));
            Assert.Equal((404, "CACHE_ID_CLOSED"), Gone(await AskAsync(server, path, parameters, Resources, ended)));
        }

        var batch = await server.SendAsync("POST", "", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"CodeSystem/$lookup?system={{{Base}}}cs&code=a"}}]}""", ("X-Cache-Id", ended));
        Assert.Equal((404, "CACHE_ID_CLOSED"), Gone(batch));
        var check = await server.SendAsync("POST", "/$cache-control?mode=check", null, ("X-Cache-Id", elsewhere));
        Assert.Equal((200, "false", "cache-id-unknown"), (check.Status, Part(check, "valid"), check.Json.GetProperty("parameter")[2].GetProperty("resource").GetProperty("issue")[0].GetProperty("details").GetProperty("coding")[0].GetProperty("code").GetString()));
        await other.StopServerAsync();
    }

    [Fact]
    public async Task What_can_not_be_done_with_a_cache_is_told()
    {
        var id = await StartAsync(server, isSealed: null);
        async Task<string> SaidAsync(string path, string? body, params (string, string)[] headers)
        {
            var answer = await server.SendAsync("POST", path, body, headers);
            var issue = Assert.Single(answer.Json.GetProperty("issue").EnumerateArray());
            return $"{answer.Status} {issue.GetProperty("code").GetString()} {(issue.TryGetProperty("expression", out var at) ? at[0].GetString() + " " : "")}{(issue.TryGetProperty("diagnostics", out var text) ? text : issue.GetProperty("details").GetProperty("text")).GetString()}";
        }

        Assert.Equal("400 required The cache that is meant is named by the header X-Cache-Id.", await SaidAsync("/$cache-control?mode=end", null));
        Assert.Equal("400 invalid The mode of $cache-control is start, check or end, not 'seal'.", await SaidAsync("/$cache-control?mode=seal", null));
        Assert.Equal("400 required The operation '$cache-control' needs the parameter 'mode', a code.", await SaidAsync("/$cache-control", null));
        Assert.Equal("400 invalid Parameters.parameter[0].resource A terminology cache holds CodeSystem, ValueSet and ConceptMap, not Patient.",
            await SaidAsync("/$cache-control?mode=start", """{"resourceType":"Parameters","parameter":[{"name":"tx-resource","resource":{"resourceType":"Patient"}}]}"""));
        Assert.Equal("400 invalid The request names more than one terminology cache; send one X-Cache-Id", await SaidAsync($"/CodeSystem/$lookup?system={Base}cs&code=a", null, ("X-Cache-Id", id), ("X-Cache-Id", "other")));
        Assert.Equal("400 not-supported Parameters.parameter[0] The parameter 'cache-id' is not taken: terminology caches are started with $cache-control, which gives out their ids, and named by the header X-Cache-Id.",
            await SaidAsync("/CodeSystem/$lookup", $$"""{"resourceType":"Parameters","parameter":[{"name":"cache-id","valueId":"made-by-the-client"},{"name":"system","valueUri":"{{Base}}cs"},{"name":"code","valueCode":"a"}]}"""));
        Assert.Equal(405, (await server.GetAsync("/$cache-control?mode=start")).Status);
    }

    [Fact]
    public async Task Caches_are_bounded_in_number_and_size_and_nothing_is_added_past_that()
    {
        var small = await RunningServer.StartAsync(("Fhir:Terminology:MaxCaches", "2"), ("Fhir:Terminology:MaxCacheMegabytes", "1"), ("Fhir:Terminology:MaxResources", "3"));
        var id = await StartAsync(small, isSealed: false, Resources[0]);
        var large = $$"""{"resourceType":"CodeSystem","url":"{{Base}}large","status":"active","content":"complete","description":"{{new string('x', 1 << 20)}}","concept":[{"code":"a"}]}""";
        var (path, parameters) = ("/CodeSystem/$lookup", $$"""{"name":"system","valueUri":"{{Base}}large"},{"name":"code","valueCode":"a"}""");

        var refused = await AskAsync(small, path, parameters, [large], id);
        Assert.Equal((422, "The resources of all terminology caches would come to more than 1 megabytes (setting Fhir:Terminology:MaxCacheMegabytes); send these with each request, without X-Cache-Id"), (refused.Status, Diagnostics(refused)));
        Assert.Equal(404, (await AskAsync(small, path, parameters, [], id)).Status);
        Assert.Equal((422, "A request may bring 3 resources along, not 4 (setting Fhir:Terminology:MaxResources)."), await RefusedAsync(small, Resources[..4]));
        await StartAsync(small, isSealed: true);
        Assert.Equal((429, "2 terminology caches are open, as many as may be (setting Fhir:Terminology:MaxCaches); send the resources with each request, or start one later"), await RefusedAsync(small, []));
        Assert.Equal(200, (await small.SendAsync("POST", "/$cache-control?mode=end", null, ("X-Cache-Id", id))).Status);
        await StartAsync(small, isSealed: true);
        await small.DisposeAsync();
    }

    private static async Task<(int, string?)> RefusedAsync(RunningServer at, string[] resources)
    {
        var answer = await at.SendAsync("POST", "/$cache-control?mode=start", Parameters("", resources));
        return (answer.Status, Diagnostics(answer));
    }

    private static async Task<string> StartAsync(RunningServer at, bool? isSealed, params string[] resources)
    {
        var answer = await at.SendAsync("POST", "/$cache-control?mode=start", Parameters(isSealed is { } told ? $$"""{"name":"sealed","valueBoolean":{{(told ? "true" : "false")}}}""" : "", resources));
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(isSealed == false ? "false" : "true", Part(answer, "sealed"));
        return answer.Json.GetProperty("parameter")[0].GetProperty("valueId").GetString()!;
    }

    private static Task<Answer> AskAsync(RunningServer at, string path, string parameters, string[] resources, string? id) =>
        at.SendAsync("POST", path, Parameters(parameters, resources), id is null ? [] : [("X-Cache-Id", id)]);

    private static string Parameters(string parameters, string[] resources) =>
        $$"""{"resourceType":"Parameters"{{(parameters.Length + resources.Length == 0 ? "" : ",\"parameter\":[" + string.Join(',', ((string[])[parameters, .. resources.Select(each => $$"""{"name":"tx-resource","resource":{{each}}}""")]).Where(each => each.Length > 0)) + "]")}}}""";

    /// <summary>Status and body, without what is another in each expansion.</summary>
    private static string Compared(Answer answer)
    {
        var body = JsonNode.Parse(answer.Body)!;
        if (body["expansion"] is JsonObject expansion)
        {
            expansion.Remove("identifier");
            expansion.Remove("timestamp");
        }

        return $"{answer.Status} {body.ToJsonString()}";
    }

    private async Task<string> StateAsync(string id) => JsonSerializer.Serialize(
        (await server.SendAsync("POST", "/$cache-control", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"check"}]}""", ("X-Cache-Id", id))).Json.GetProperty("parameter").EnumerateArray()
        .Where(each => each.GetProperty("name").GetString() is "valid" or "sealed" or "resource-count"));

    private static string Result(Answer answer) => Part(answer, "result");

    private static string Part(Answer answer, string name) =>
        answer.Json.GetProperty("parameter").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name).GetProperty("valueBoolean").GetRawText();

    private static string? Diagnostics(Answer answer) => Assert.Single(answer.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString();

    private static (int, string?) Gone(Answer answer)
    {
        var issue = Assert.Single(answer.Json.GetProperty("issue").EnumerateArray());
        Assert.Equal(("not-found", "cache-id-unknown"), (issue.GetProperty("code").GetString(), issue.GetProperty("details").GetProperty("coding")[0].GetProperty("code").GetString()));
        return (answer.Status, issue.GetProperty("extension")[0].GetProperty("valueString").GetString());
    }
}
