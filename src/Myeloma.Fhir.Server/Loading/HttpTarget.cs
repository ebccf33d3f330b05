using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.Loading;

/// <summary>A running FHIR server, by its REST API; any server that searches by <c>_tag</c> and takes batches will do.</summary>
internal sealed class HttpTarget : ILoadTarget, IDisposable
{
    private readonly HttpClient client;
    private readonly string baseUrl;

    /// <param name="url">The base URL of its FHIR API.</param>
    /// <exception cref="FhirException"><c>invalid</c>: no http or https URL.</exception>
    public HttpTarget(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new FhirException(Issue.Invalid($"--server takes the base URL of a FHIR server, like http://localhost:8080/fhir, not '{url}'."));
        baseUrl = url.TrimEnd('/');

        // A redirect would carry the documents to a place that nobody named.
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(FhirFormat.FhirJson));
    }

    public async Task<Dictionary<(string Type, string Id), byte[]>> LoadedAsync(CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<(string, string), byte[]>();
        var tag = Uri.EscapeDataString($"{LoadPlan.TagSystem}|{LoadPlan.TagCode}");
        using var answers = await BatchAsync(R4Schema.Instance.ResourceTypes.Select(type => $"{type}?_tag={tag}&_count=500"), cancellationToken);
        foreach (var answer in Entries(answers))
        {
            if (!IsOk(answer)) throw new FhirException(Issue.Transient($"{baseUrl} does not search by _tag: {answer.GetProperty("response").GetRawText()}"));
            var page = answer.GetProperty("resource");
            TakeMatches(page, loaded);
            for (var next = NextOf(page); next is not null;)
            {
                using var further = await SendAsync(new HttpRequestMessage(HttpMethod.Get, next), cancellationToken);
                TakeMatches(further.RootElement, loaded);
                next = NextOf(further.RootElement);
            }
        }

        return loaded;
    }

    public async Task<IReadOnlyList<byte[]>> ReviewsAsync(CancellationToken cancellationToken)
    {
        var reviews = new Dictionary<(string, string), byte[]>();
        var tag = Uri.EscapeDataString($"{LoadPlan.TagSystem}|{ReviewDecision.TagCode}");
        for (string? next = $"{baseUrl}/Provenance?_tag={tag}&_count=500"; next is not null;)
        {
            using var page = await SendAsync(new HttpRequestMessage(HttpMethod.Get, next), cancellationToken);
            TakeMatches(page.RootElement, reviews);
            next = NextOf(page.RootElement);
        }

        return [.. reviews.Values];
    }

    public async Task<Dictionary<(string Type, string Id), byte[]>> FindAsync(IReadOnlyList<(string Type, string Id)> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, string), byte[]>();
        foreach (var chunk in keys.Chunk(500))
        {
            using var answers = await BatchAsync(chunk.Select(key => $"{key.Type}/{key.Id}"), cancellationToken);
            foreach (var answer in Entries(answers))
                if (IsOk(answer)) Take(answer.GetProperty("resource"), found);
        }

        return found;
    }

    public async Task WriteAsync(byte[] transaction, CancellationToken cancellationToken) => (await PostAsync(transaction, cancellationToken)).Dispose();

    public void Dispose() => client.Dispose();

    private Task<JsonDocument> BatchAsync(IEnumerable<string> urls, CancellationToken cancellationToken) =>
        PostAsync(JsonSerializer.SerializeToUtf8Bytes(new { resourceType = "Bundle", type = "batch", entry = urls.Select(url => new { request = new { method = "GET", url } }) }), cancellationToken);

    private Task<JsonDocument> PostAsync(byte[] bundle, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(bundle);
        content.Headers.ContentType = new MediaTypeHeaderValue(FhirFormat.FhirJson);
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, baseUrl) { Content = content }, cancellationToken);
    }

    /// <exception cref="FhirException">The server answered with a fault: its own issues where it gave an OperationOutcome.</exception>
    private async Task<JsonDocument> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        using (var response = await client.SendAsync(request, cancellationToken))
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (!response.IsSuccessStatusCode) throw new FhirException(IssuesOf(response, body));
            try
            {
                return JsonDocument.Parse(body);
            }
            catch (JsonException)
            {
                throw new FhirException(Issue.Transient($"{baseUrl} does not answer in JSON; is it the base URL of a FHIR server?"));
            }
        }
    }

    private List<Issue> IssuesOf(HttpResponseMessage response, byte[] body)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        var type = (int)response.StatusCode >= 500 || (int)response.StatusCode < 400 ? IssueType.Transient : IssueType.Processing;
        List<Issue> issues = [new(IssueSeverity.Error, type, $"{baseUrl} answers {status}.")];
        try
        {
            using var outcome = JsonDocument.Parse(body);
            foreach (var issue in outcome.RootElement.GetProperty("issue").EnumerateArray())
            {
                var place = issue.TryGetProperty("expression", out var expression) ? $"{expression[0].GetString()}: " : "";
                if (issue.TryGetProperty("diagnostics", out var diagnostics)) issues.Add(new Issue(IssueSeverity.Error, type, place + diagnostics.GetString()));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Whatever answered is no FHIR server; its status says all there is to say.
            issues.Add(new Issue(IssueSeverity.Error, type, Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)))));
        }

        return issues;
    }

    /// <summary>The next page, but only on the server that was named.</summary>
    private string? NextOf(JsonElement page)
    {
        if (!page.TryGetProperty("link", out var links)) return null;
        foreach (var link in links.EnumerateArray())
        {
            if (link.GetProperty("relation").GetString() != "next") continue;
            var next = new Uri(new Uri(baseUrl), link.GetProperty("url").GetString());
            return next.Authority == new Uri(baseUrl).Authority && next.Scheme == new Uri(baseUrl).Scheme
                ? next.AbsoluteUri
                : throw new FhirException(Issue.Transient($"{baseUrl} gives a next page on another server ({next.Authority}); it is not followed."));
        }

        return null;
    }

    private static JsonElement.ArrayEnumerator Entries(JsonDocument bundle) =>
        bundle.RootElement.TryGetProperty("entry", out var entries) ? entries.EnumerateArray() : default;

    private static bool IsOk(JsonElement answer) =>
        answer.GetProperty("response").GetProperty("status").GetString()!.StartsWith("200", StringComparison.Ordinal);

    private static void TakeMatches(JsonElement page, Dictionary<(string, string), byte[]> resources)
    {
        if (!page.TryGetProperty("entry", out var entries)) return;
        foreach (var entry in entries.EnumerateArray())
            if (entry.GetProperty("search").GetProperty("mode").GetString() == "match") Take(entry.GetProperty("resource"), resources);
    }

    private static void Take(JsonElement resource, Dictionary<(string, string), byte[]> resources) =>
        resources[(resource.GetProperty("resourceType").GetString()!, resource.GetProperty("id").GetString()!)] = Encoding.UTF8.GetBytes(resource.GetRawText());
}
