using System.Collections.Concurrent;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Capabilities;

/// <summary>The CapabilityStatement held against what the server does when it is asked: what is listed works, what is not listed is refused.</summary>
/// <remarks>https://hl7.org/fhir/R4/capabilitystatement.html</remarks>
[Trait("Category", "Postgres")]
public sealed class CapabilityStatementTests(RunningServer server) : IClassFixture<RunningServer>
{
    /// <summary>How each interaction of R4 is asked for, and by which status a server that has it answers a resource that it has not; a body that is only a type may be refused for what it lacks.</summary>
    private static readonly Dictionary<string, (string Method, string Path, string? Body, string MediaType, int[] Statuses)> OnTypes = new()
    {
        ["read"] = ("GET", "/{type}/never", null, "", [404]),
        ["vread"] = ("GET", "/{type}/never/_history/1", null, "", [404]),
        ["update"] = ("PUT", "/{type}/asked", """{"resourceType":"{type}","id":"asked"}""", "application/fhir+json", [200, 201, 400, 422]),
        ["patch"] = ("PATCH", "/{type}/never", "[]", "application/json-patch+json", [404]),
        ["delete"] = ("DELETE", "/{type}/never", null, "", [204]),
        ["history-instance"] = ("GET", "/{type}/never/_history", null, "", [404]),
        ["history-type"] = ("GET", "/{type}/_history", null, "", [200]),
        ["create"] = ("POST", "/{type}", """{"resourceType":"{type}"}""", "application/fhir+json", [201, 400, 422]),
        ["search-type"] = ("GET", "/{type}?_count=1", null, "", [200]),
    };

    private static readonly Dictionary<string, (string Method, string Path, string? Body, int[] Statuses)> OnSystem = new()
    {
        ["transaction"] = ("POST", "", """{"resourceType":"Bundle","type":"transaction"}""", [200]),
        ["batch"] = ("POST", "", """{"resourceType":"Bundle","type":"batch"}""", [200]),
        ["history-system"] = ("GET", "/_history?_count=1", null, [200]),
        ["search-system"] = ("GET", "?_type=Patient&_id=never", null, [200]),
    };

    [Fact]
    public async Task Every_type_has_the_interactions_that_are_listed_for_it_and_no_others()
    {
        var rest = await RestAsync();
        var deviating = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(rest.GetProperty("resource").EnumerateArray().ToList(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (resource, _) =>
        {
            var type = resource.GetProperty("type").GetString()!;
            var listed = Codes(resource);
            foreach (var code in listed.Except(OnTypes.Keys)) deviating.Add($"{type}: '{code}' is no interaction of R4");
            foreach (var (code, asked) in OnTypes)
            {
                var body = asked.Body?.Replace("{type}", type, StringComparison.Ordinal);
                var path = asked.Path.Replace("{type}", type, StringComparison.Ordinal);
                var answer = body is null ? await server.SendAsync(asked.Method, path) : await server.SendAsync(asked.Method, path, body, ("Content-Type", asked.MediaType));
                var isThere = answer.Status != 405 && asked.Statuses.Contains(answer.Status) && (answer.Status < 400 || !answer.Body.Contains("is not offered", StringComparison.Ordinal));
                if (isThere != listed.Contains(code)) deviating.Add($"{type}: {code} is {(isThere ? "not " : "")}listed and answered {answer.Status} {answer.Body}");
            }
        });

        Assert.Empty(deviating);
    }

    [Fact]
    public async Task The_system_has_the_interactions_that_are_listed_and_no_others()
    {
        var listed = Codes(await RestAsync());

        Assert.Empty(listed.Except(OnSystem.Keys));
        foreach (var (code, asked) in OnSystem)
        {
            var answer = await server.SendAsync(asked.Method, asked.Path, asked.Body);
            Assert.True(asked.Statuses.Contains(answer.Status) == listed.Contains(code), $"{code} is answered {answer.Status} {answer.Body}");
        }
    }

    [Fact]
    public async Task Conditional_interactions_are_done_where_they_are_listed_and_refused_where_not()
    {
        var type = (await RestAsync()).GetProperty("resource").EnumerateArray().Single(type => type.GetProperty("type").GetString() == "Basic");
        const string basic = """{"resourceType":"Basic","code":{"text":"asked for"}}""";
        await server.PutAsync("""{"resourceType":"Basic","id":"conditional","code":{"text":"read"}}""");
        var read = await server.GetAsync("/Basic/conditional");

        var byTag = await server.GetAsync("/Basic/conditional", ("If-None-Match", read.Header("ETag")!));
        var byTime = await server.GetAsync("/Basic/conditional", ("If-Modified-Since", read.Header("Last-Modified")!));
        var create = await server.SendAsync("POST", "/Basic", basic, ("If-None-Exist", "identifier=http://example.org/none|a"));
        var update = await server.SendAsync("PUT", "/Basic?identifier=http://example.org/none|b", basic);
        var delete = await server.SendAsync("DELETE", "/Basic?identifier=http://example.org/none|c");

        Assert.Equal("full-support", type.GetProperty("conditionalRead").GetString());
        Assert.Equal((304, 304), (byTag.Status, byTime.Status));
        Assert.Equal(type.GetProperty("conditionalCreate").GetBoolean() ? 201 : 400, create.Status);
        Assert.Equal(type.GetProperty("conditionalUpdate").GetBoolean() ? 201 : 405, update.Status);
        Assert.Equal(type.GetProperty("conditionalDelete").GetString() == "not-supported" ? 405 : 204, delete.Status);
    }

    [Fact]
    public async Task Each_operation_is_at_the_levels_that_list_it_and_nowhere_else()
    {
        var rest = await RestAsync();
        var types = rest.GetProperty("resource").EnumerateArray().ToDictionary(type => type.GetProperty("type").GetString()!);
        var names = Operations(rest).Concat(types.Values.SelectMany(Operations)).Distinct().ToList();

        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            var atBase = await server.SendAsync("POST", $"/${name}", """{"resourceType":"Parameters"}""");
            Assert.True(IsThere(atBase) == Operations(rest).Contains(name), $"${name} at the base: {atBase.Body}");
            foreach (var type in new[] { "Patient", "ValueSet", "CodeSystem", "PlanDefinition", "Subscription" })
            {
                var atType = await server.SendAsync("POST", $"/{type}/${name}", """{"resourceType":"Parameters"}""");
                var atInstance = await server.SendAsync("POST", $"/{type}/never/${name}", """{"resourceType":"Parameters"}""");
                Assert.True((IsThere(atType) || IsThere(atInstance)) == Operations(types[type]).Contains(name), $"${name} at {type}: {atType.Body} {atInstance.Body}");
            }
        }

        Assert.Contains(rest.GetProperty("searchParam").EnumerateArray(), each => each.GetProperty("name").GetString() == "_type");
        Assert.False(IsThere(await server.GetAsync("/$nowhere")));
        Assert.False(IsThere(await server.GetAsync("/Patient/$nowhere")));
    }

    [Fact]
    public async Task The_definition_of_each_operation_is_R4s_own_or_can_be_fetched_here_and_says_the_same()
    {
        var rest = await RestAsync();
        var all = Listed(rest).Concat(rest.GetProperty("resource").EnumerateArray().SelectMany(Listed)).Distinct().ToList();

        foreach (var group in all.Where(each => !each.Definition.StartsWith("http://hl7.org/fhir/", StringComparison.Ordinal)).GroupBy(each => each.Name))
        {
            var name = group.Key;
            var definitions = new List<JsonElement>();
            foreach (var (_, definition) in group)
            {
                var found = await server.GetAsync($"/OperationDefinition?url={Uri.EscapeDataString(definition)}");
                var stored = Assert.Single(found.Entries).GetProperty("resource");
                Assert.Equal((name, definition), (stored.GetProperty("code").GetString(), stored.GetProperty("url").GetString()));
                definitions.Add(stored);
            }

            Assert.Equal(Operations(rest).Contains(name), definitions.Exists(each => each.GetProperty("system").GetBoolean()));
            foreach (var type in definitions.Select(TypeOf).Select(type => type == "Resource" ? "Patient" : type).Distinct())
            {
                var about = definitions.Where(each => TypeOf(each) is { } own && (own == "Resource" || own == type)).ToList();
                var onType = IsThere(await server.SendAsync("POST", $"/{type}/${name}", """{"resourceType":"Parameters"}"""));
                var onInstance = IsThere(await server.SendAsync("POST", $"/{type}/never/${name}", """{"resourceType":"Parameters"}"""));
                Assert.Equal((onType, onInstance), (about.Exists(each => each.GetProperty("type").GetBoolean()), about.Exists(each => each.GetProperty("instance").GetBoolean())));
            }
        }

        Assert.NotEmpty(all);

        // One of the system alone names no type; that it is on none is looked at with any.
        static string TypeOf(JsonElement definition) => definition.TryGetProperty("resource", out var types) ? types[0].GetString()! : "Resource";
    }

    [Fact]
    public async Task A_search_takes_the_parameters_includes_and_modifiers_that_are_listed_and_no_others()
    {
        var rest = await RestAsync();
        var deviating = new ConcurrentBag<string>();
        var plans = rest.GetProperty("resource").EnumerateArray().Single(type => type.GetProperty("type").GetString() == "PlanDefinition");

        foreach (var parameter in plans.GetProperty("searchParam").EnumerateArray().Concat(rest.GetProperty("searchParam").EnumerateArray()).Where(each => each.GetProperty("name").GetString() != "_type"))
        {
            var (name, type) = (parameter.GetProperty("name").GetString()!, parameter.GetProperty("type").GetString()!);
            var query = $"{name}={Uri.EscapeDataString(ValueOf(name, type))}";
            if (await RefusalAsync($"/PlanDefinition?{query}") is { } refused) deviating.Add($"{name} is listed: {refused}");
            var forms = parameter.TryGetProperty("documentation", out var documentation) ? documentation.GetString()! : "";
            foreach (var modifier in new[] { "missing", "exact", "contains", "text", "not", "above", "below", "in", "not-in", "of-type", "identifier" })
            {
                if (name is "_include" or "_revinclude" or "_has" or "_filter" or "_list") continue;
                var value = modifier switch { "missing" => "true", "of-type" => "http://a|b|c", "identifier" => "http://a|b", _ => ValueOf(name, type) };
                var listed = forms.Contains($":{modifier},", StringComparison.Ordinal) || forms.Contains($":{modifier}.", StringComparison.Ordinal);
                var refusal = await RefusalAsync($"/PlanDefinition?{name}:{modifier}={Uri.EscapeDataString(value)}&_count=0");
                var isRefused = refusal?.Contains("not-supported", StringComparison.Ordinal) == true;
                if (listed == isRefused) deviating.Add($"{name}:{modifier} is {(listed ? "" : "not ")}listed: {refusal}");
            }
        }

        foreach (var include in plans.GetProperty("searchInclude").EnumerateArray())
            if (await RefusalAsync($"/PlanDefinition?_include={include.GetString()}") is { } refused) deviating.Add(refused);
        foreach (var include in plans.GetProperty("searchRevInclude").EnumerateArray())
            if (await RefusalAsync($"/PlanDefinition?_revinclude={include.GetString()}") is { } refused) deviating.Add(refused);

        Assert.Empty(deviating);
    }

    [Fact]
    public async Task Other_formats_than_those_listed_are_refused()
    {
        var statement = (await server.GetAsync("/metadata")).Json;

        foreach (var format in statement.GetProperty("format").EnumerateArray().Select(format => format.GetString()!))
            Assert.Equal(200, (await server.GetAsync($"/Patient?_format={Uri.EscapeDataString(format)}")).Status);
        foreach (var format in new[] { "ttl", "text/turtle", "html" })
            Assert.Equal(406, (await server.GetAsync($"/Patient?_format={Uri.EscapeDataString(format)}")).Status);
    }

    private static string ValueOf(string name, string type) => (name, type) switch
    {
        ("_id", _) => "a",
        ("_sort", _) => "_id",
        ("_count", _) => "1",
        ("_total", _) => "none",
        ("_summary", _) => "text",
        ("_elements", _) => "title",
        ("_contained", _) => "false",
        ("_containedType", _) => "contained",
        ("_include", _) => "PlanDefinition:definition",
        ("_revinclude", _) => "Provenance:target",
        ("_has", _) => "",
        ("_filter", _) => "title eq \"a\"",
        (_, "number") => "1",
        (_, "quantity") => "1||mg",
        (_, "date") => "2020-01",
        (_, "uri") => "http://example.org/a",
        (_, "reference") => "http://example.org/a",
        ("context-type-quantity", _) => "a$1",
        (_, "composite") => "a$b",
        _ => "a",
    };

    /// <summary>The issues of a search under strict handling; null when it was done.</summary>
    private async Task<string?> RefusalAsync(string path)
    {
        if (path.Contains("_has=", StringComparison.Ordinal)) path = "/PlanDefinition?_has:Provenance:target:_id=a";
        var answer = await server.GetAsync(path, ("Prefer", "handling=strict"));
        return answer.Status == 200 ? null : $"{path}: {answer.Status} {string.Join(' ', answer.Issues)}";
    }

    /// <summary>An operation that is not there is a 404 that names it; one that is there says what it misses, or that the resource is not there.</summary>
    private static bool IsThere(Answer answer) => answer.Status != 404 || !answer.Body.Contains("The operation '", StringComparison.Ordinal);

    private async Task<JsonElement> RestAsync() => (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];

    private static List<string> Codes(JsonElement element) => [.. element.GetProperty("interaction").EnumerateArray().Select(interaction => interaction.GetProperty("code").GetString()!)];

    private static List<string> Operations(JsonElement element) => [.. Listed(element).Select(operation => operation.Name)];

    private static IEnumerable<(string Name, string Definition)> Listed(JsonElement element) => element.TryGetProperty("operation", out var operations)
        ? operations.EnumerateArray().Select(operation => (operation.GetProperty("name").GetString()!, operation.GetProperty("definition").GetString()!))
        : [];
}
