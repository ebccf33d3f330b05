using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Xml;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Requests;

/// <summary>Every request of the <c>.http</c> files is answered as its title tells, and the same in both formats.</summary>
/// <remarks>Two servers with the seed documents go through the same requests: one in JSON as written, the other with bodies and answers in XML.</remarks>
[Trait("Category", "Postgres")]
public sealed partial class HttpFileTests : IAsyncLifetime
{
    private RunningServer json = null!;
    private RunningServer xml = null!;

    public async Task InitializeAsync()
    {
        var servers = await Task.WhenAll(RunningServer.StartAsync(("Fhir:LoadSeeds", "true")), RunningServer.StartAsync(("Fhir:LoadSeeds", "true")));
        (json, xml) = (servers[0], servers[1]);
    }

    public async Task DisposeAsync()
    {
        await json.DisposeAsync();
        await xml.DisposeAsync();
    }

    [Fact]
    public async Task Requests_are_answered_as_their_titles_tell_and_in_XML_as_in_JSON()
    {
        var faults = new List<string>();
        foreach (var file in HttpFile.Names())
        {
            var (jsonAnswers, xmlAnswers) = (new Dictionary<string, Answer>(), new Dictionary<string, Answer>());
            foreach (var request in HttpFile.Read(file))
            {
                var asJson = await SendAsync(json, request, jsonAnswers, isXml: false);
                var asXml = await SendAsync(xml, request, xmlAnswers, isXml: true);
                if (!request.Tells(asJson.Status)) faults.Add($"{file}, {request.Title}: {asJson.Status} {asJson.Body}");
                else if (Difference(request, asJson, asXml) is { } difference) faults.Add($"{file}, {request.Title}: {difference}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    private static async Task<Answer> SendAsync(RunningServer server, HttpFileRequest request, Dictionary<string, Answer> answers, bool isXml)
    {
        string Fill(string text) => HttpFile.Fill(text, name => Value(server, name, answers)).Replace("http://localhost:8080/fhir", server.BaseUrl, StringComparison.Ordinal);
        var headers = request.Headers.ToDictionary(header => header.Name, header => Fill(header.Value), StringComparer.OrdinalIgnoreCase);
        var body = request.Body is null ? null : Fill(request.Body);
        if (isXml) body = InXml(headers, body);
        var answer = await server.SendAsync(request.Method, Fill(request.Url).Replace(" ", "%20", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal), body, [.. headers.Select(header => (header.Key, header.Value))]);
        if (request.Name is { } name) answers[name] = answer;
        return answer;
    }

    /// <summary>The format of body and answer becomes XML where the request leaves that open or says JSON.</summary>
    private static string? InXml(Dictionary<string, string> headers, string? body)
    {
        if (!headers.TryGetValue("Accept", out var accept) || accept == "application/fhir+json") headers["Accept"] = "application/fhir+xml";
        if (body is null || headers["Content-Type"] != "application/fhir+json") return body;
        headers["Content-Type"] = "application/fhir+xml";

        // What is no valid resource has no form in XML; it goes as it is.
        try
        {
            return Encoding.UTF8.GetString(XmlWriting.ToXml(ResourceDocument.Parse(Encoding.UTF8.GetBytes(body))));
        }
        catch (Model.Issues.FhirException)
        {
            headers["Content-Type"] = "application/fhir+json";
            return body;
        }
    }

    private static string Value(RunningServer server, string name, Dictionary<string, Answer> answers) => name switch
    {
        "base" => server.BaseUrl,
        "root" => server.BaseUrl[..^"/fhir".Length],
        _ when name.Split(".response.headers.") is [var request, var header] => answers[request].Header(header) ?? throw new InvalidOperationException($"The answer to {request} has no {header}."),
        _ => throw new InvalidOperationException($"{name} is not known."),
    };

    private static string? Difference(HttpFileRequest request, Answer asJson, Answer asXml)
    {
        // Whether a job is done by now, and how far it is, is told, and may differ.
        if (asJson.Status == 202 && asXml.Status == 202) return null;
        if (asJson.Status != asXml.Status) return request.Tells(200) && request.Tells(202) && request.Tells(asXml.Status) ? null : $"{asJson.Status} in JSON, {asXml.Status} in XML: {asXml.Body}";
        if (asJson.Header("Content-Type") is not { } type || !type.StartsWith("application/fhir+json", StringComparison.Ordinal) || asJson.Header("Content-Encoding") is not null) return null;
        if (asJson.Body.Length == 0) return asXml.Body.Length == 0 ? null : asXml.Body;
        if (request.Headers.Any(header => header.Name == "Accept" && header.Value != "application/fhir+json")) return null;
        if (asXml.Header("Content-Type") != "application/fhir+xml; charset=utf-8") return $"{asXml.Header("Content-Type")} for XML";
        var (first, second) = (Comparable(asJson.Body), Comparable(Encoding.UTF8.GetString(XmlReading.ToJson(Encoding.UTF8.GetBytes(asXml.Body)))));
        return JsonNode.DeepEquals(JsonNode.Parse(first), JsonNode.Parse(second)) ? null : $"JSON\n{first}\nXML\n{second}";
    }

    /// <summary>Without what differs from server to server and from format to format: ids and instants, addresses, lines and columns.</summary>
    private static string Comparable(string body)
    {
        var resource = JsonNode.Parse(body)!;
        Strip(resource);
        return Cursor().Replace(Instant().Replace(Uuid().Replace(Host().Replace(resource.ToJsonString(), "HOST"), "UUID"), "INSTANT"), "CURSOR")
            .Replace("fhir+xml", "fhir+json", StringComparison.Ordinal);
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray array) foreach (var item in array) Strip(item);
        if (node is not JsonObject element) return;
        if (element.ContainsKey("diagnostics")) element.Remove("extension");
        foreach (var (_, value) in element) Strip(value);
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Host();

    [GeneratedRegex("[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("(?<=_cursor=)[A-Za-z0-9_-]+")]
    private static partial Regex Cursor();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Instant();
}
