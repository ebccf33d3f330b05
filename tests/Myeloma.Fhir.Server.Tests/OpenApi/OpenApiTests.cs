using System.Text.Json;
using System.Text.RegularExpressions;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.OpenApi;

/// <summary>The OpenAPI document held against itself, the CapabilityStatement, the routes and real resources.</summary>
/// <remarks>https://spec.openapis.org/oas/v3.0.3</remarks>
[Trait("Category", "Postgres")]
public sealed partial class OpenApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("/openapi.json", "fhir")]
    [InlineData("/openapi/Observation.json", "../fhir")]
    public async Task A_document_is_whole_in_itself(string path, string baseUrl)
    {
        var document = await DocumentAsync(path);
        var operations = Operations(document).ToList();
        var references = References().Matches(document.GetRawText()).Select(match => match.Groups[1].Value).Distinct().ToList();
        var ids = operations.Select(operation => operation.Operation.GetProperty("operationId").GetString()!).ToList();

        Assert.Equal(("3.0.3", baseUrl), (document.GetProperty("openapi").GetString(), document.GetProperty("servers")[0].GetProperty("url").GetString()));
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(Find(document, reference) is not null, reference));
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(operations, operation => Assert.Equal(
            TemplateNames().Matches(operation.Path).Select(match => match.Groups[1].Value),
            Parameters(document, operation.Operation).Where(parameter => parameter.In == "path").Select(parameter => parameter.Name)));
        Assert.All(operations, operation => Assert.Equal(
            Parameters(document, operation.Operation).Distinct(), Parameters(document, operation.Operation)));
    }

    [Fact]
    public async Task Every_request_of_the_document_is_there_and_one_that_is_not_in_it_is_refused()
    {
        var document = await DocumentAsync("/openapi.json");
        string[] asked = ["/metadata", "/", "/_async/{id}", "/_history", "/_search", "/PlanDefinition", "/PlanDefinition/_search", "/PlanDefinition/{id}", "/PlanDefinition/{id}/_history", "/PlanDefinition/_history", "/PlanDefinition/{id}/_history/{vid}"];
        var paths = document.GetProperty("paths").EnumerateObject().Where(path => asked.Contains(path.Name) || path.Name.StartsWith("/$", StringComparison.Ordinal) || path.Name.StartsWith("/PlanDefinition/$", StringComparison.Ordinal)).ToList();

        Assert.True(paths.Count > asked.Length);
        foreach (var path in paths)
        {
            var url = path.Name.Replace("{id}", "never", StringComparison.Ordinal).Replace("{vid}", "1", StringComparison.Ordinal);
            foreach (var method in new[] { "get", "post", "put", "patch", "delete" })
            {
                var isForm = url.EndsWith("_search", StringComparison.Ordinal);
                var answer = await server.SendAsync(
                    method.ToUpperInvariant(), url, method is "get" or "delete" ? null : isForm ? "_id=never" : "{}", isForm && method == "post" ? [("Content-Type", "application/x-www-form-urlencoded")] : []);
                Assert.True((answer.Status != 405) == path.Value.TryGetProperty(method, out _), $"{method} {path.Name}: {answer.Status} {answer.Body}");
                Assert.DoesNotContain("There is nothing at", answer.Body, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_parameters_and_conditions_are_those_of_the_CapabilityStatement()
    {
        var rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];
        var document = await DocumentAsync("/openapi.json");
        var paths = document.GetProperty("paths");

        var common = rest.GetProperty("searchParam").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!).Where(name => name != "_type").ToList();
        foreach (var resource in rest.GetProperty("resource").EnumerateArray())
        {
            var type = resource.GetProperty("type").GetString()!;
            var listed = resource.GetProperty("searchParam").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!).Concat(common).Append("_format").Append("_pretty");
            var place = paths.GetProperty($"/{type}");
            Assert.Equal(listed.Order(StringComparer.Ordinal), Parameters(document, place.GetProperty("get")).Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
            Assert.Equal(resource.GetProperty("conditionalCreate").GetBoolean(), Parameters(document, place.GetProperty("post")).Any(parameter => parameter.Name == "If-None-Exist"));
            Assert.Equal(resource.GetProperty("conditionalUpdate").GetBoolean(), place.TryGetProperty("put", out _));
            Assert.Equal(resource.GetProperty("conditionalDelete").GetString() != "not-supported", place.TryGetProperty("delete", out _));
            Assert.Equal(
                resource.GetProperty("operation").EnumerateArray().Select(operation => "$" + operation.GetProperty("name").GetString()).Distinct().Order(StringComparer.Ordinal),
                paths.EnumerateObject().Where(path => path.Name.StartsWith($"/{type}/", StringComparison.Ordinal) && path.Name.Contains('$', StringComparison.Ordinal))
                    .Select(path => path.Name[path.Name.IndexOf('$', StringComparison.Ordinal)..]).Distinct().Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Every_resource_of_the_package_fits_the_schema_of_its_type()
    {
        var document = await DocumentAsync("/openapi.json");
        var faults = new List<string>();
        var files = Directory.EnumerateFiles(RepositoryRoot.Combine("fhir-resources"), "*.json", SearchOption.AllDirectories).ToList();

        foreach (var file in files)
        {
            using var resource = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
            Fit(document, resource.RootElement, Reference(resource.RootElement.GetProperty("resourceType").GetString()!), Path.GetFileName(file), faults);
        }

        Assert.True(files.Count > 100);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_resource_that_does_not_fit_is_told_by_the_schema()
    {
        var document = await DocumentAsync("/openapi/Patient.json");
        using var resource = JsonDocument.Parse("""{"resourceType":"Patient","gender":"m","birthDate":1970,"nom":"x","contact":[{"name":{"family":["x"]}}],"link":[{"type":"refer"}]}""");
        var faults = new List<string>();

        Fit(document, resource.RootElement, Reference("Patient"), "Patient", faults);

        Assert.Equal(
            ["Patient.gender: m is no code of it", "Patient.birthDate is no string", "Patient.nom is not known", "Patient.contact[0].name.family is no string", "Patient.link[0].other is missing"], faults);
    }

    [Fact]
    public async Task What_is_unchanged_is_not_sent_again_until_a_search_parameter_comes()
    {
        using var first = await server.Client.GetAsync(Url("/openapi/Basic.json"));
        using var request = new HttpRequestMessage(HttpMethod.Get, Url("/openapi/Basic.json"));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await server.Client.SendAsync(request);
        await server.PutAsync("""
            {"resourceType":"SearchParameter","id":"openapi-new","url":"http://example.org/openapi-new","name":"New","status":"active","description":"x","code":"openapi-new","base":["Basic"],"type":"token","expression":"Basic.code"}
            """);
        var changed = await DocumentAsync("/openapi/Basic.json");
        using var nobody = await server.Client.GetAsync(Url("/openapi/Nobody.json"));

        Assert.Equal((200, 304, 404), ((int)first.StatusCode, (int)again.StatusCode, (int)nobody.StatusCode));
        Assert.Equal("application/json", first.Content.Headers.ContentType?.MediaType);
        Assert.Contains(Parameters(changed, changed.GetProperty("paths").GetProperty("/Basic").GetProperty("get")), parameter => parameter.Name == "openapi-new");
    }

    /// <summary>As much of JSON Schema as the document uses.</summary>
    private static void Fit(JsonElement document, JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out var reference)) schema = Find(document, reference.GetString()!)!.Value;
        var type = schema.GetProperty("type").GetString()!;
        var isIt = (type, value.ValueKind) is ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String)
            or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("integer" or "number", JsonValueKind.Number)
            || (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out _));
        if (!isIt) faults.Add($"{place} is no {type}");
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (item, at) in value.EnumerateArray().Select((item, at) => (item, at))) Fit(document, item, schema.GetProperty("items"), $"{place}[{at}]", faults);
        }
        else if (value.ValueKind == JsonValueKind.Object) FitObject(document, value, schema, place, faults);
        else if (schema.TryGetProperty("enum", out var codes) && codes.EnumerateArray().All(code => code.GetString() != value.GetString())) faults.Add($"{place}: {value} is no code of it");
        else if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!)) faults.Add($"{place}: {value} does not match {pattern}");
    }

    private static void FitObject(JsonElement document, JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        var isOpen = schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.True;
        var properties = schema.GetProperty("properties");
        foreach (var property in value.EnumerateObject())
        {
            if (properties.TryGetProperty(property.Name, out var known)) Fit(document, property.Value, known, $"{place}.{property.Name}", faults);
            else if (!isOpen) faults.Add($"{place}.{property.Name} is not known");
        }

        if (!schema.TryGetProperty("required", out var required)) return;
        faults.AddRange(required.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{place}.{name} is missing"));
    }

    private static JsonElement Reference(string type) => JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["$ref"] = $"#/components/schemas/{type}" });

    private static JsonElement? Find(JsonElement document, string reference)
    {
        var at = document;
        foreach (var name in reference[2..].Split('/'))
            if (!at.TryGetProperty(name, out at)) return null;
        return at;
    }

    private static IEnumerable<(string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (path.Name, operation.Value);

    private static List<(string Name, string In)> Parameters(JsonElement document, JsonElement operation) =>
        [.. operation.GetProperty("parameters").EnumerateArray()
            .Select(parameter => parameter.TryGetProperty("$ref", out var reference) ? Find(document, reference.GetString()!)!.Value : parameter)
            .Select(parameter => (parameter.GetProperty("name").GetString()!, parameter.GetProperty("in").GetString()!))];

    private async Task<JsonElement> DocumentAsync(string path)
    {
        using var answer = await server.Client.GetAsync(Url(path));
        Assert.Equal(200, (int)answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
    }

    private Uri Url(string path) => new(new Uri(server.BaseUrl), path);

    [GeneratedRegex("\"\\$ref\":\"([^\"]+)\"")]
    private static partial Regex References();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex TemplateNames();
}
