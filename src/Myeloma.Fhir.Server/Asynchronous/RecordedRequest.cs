using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.Asynchronous;

/// <summary>A request as it is kept until it is worked on.</summary>
/// <param name="Target">Path and query as sent, the base path in front.</param>
/// <param name="BaseUrl">What its links begin with, wherever it is worked on.</param>
/// <param name="Headers">Those that say what is asked for.</param>
internal sealed record RecordedRequest(string Method, string Target, string BaseUrl, Dictionary<string, string> Headers, byte[] Body)
{
    private static readonly string[] Kept = ["Accept-Language", "Content-Type", "If-Match", "If-None-Match", "If-Modified-Since", "If-None-Exist", "X-Cache-Id"];

    /// <summary>Whether doing it twice comes to the same.</summary>
    public bool ChangesNothing => Method is "GET" or "HEAD" || (Method == "POST" && Target.Split('?')[0].EndsWith("/_search", StringComparison.Ordinal));

    public static RecordedRequest Of(HttpRequest request, string baseUrl, Preferences wanted, ReadOnlyMemory<byte> body)
    {
        var headers = Kept.Where(name => request.Headers.ContainsKey(name)).ToDictionary(name => name, name => request.Headers[name].ToString());
        List<string> preferences = [];
        if (wanted.IsStrict) preferences.Add("handling=strict");
        if (wanted.Return is { } form) preferences.Add($"return={Preferences.NameOf(form)}");
        if (preferences.Count > 0) headers["Prefer"] = string.Join(", ", preferences);

        // The answer is kept as JSON and given in the format that is asked for when it is fetched.
        headers["Accept"] = "application/fhir+json";
        return new RecordedRequest(request.Method, request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, baseUrl, headers, body.ToArray());
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static RecordedRequest Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize<RecordedRequest>(bytes.Span) ?? throw new InvalidOperationException("A recorded request is empty.");

    /// <summary>The request once more, with a place for its answer.</summary>
    public (HttpContext Context, MemoryStream Answer) Replay(CancellationToken cancelled)
    {
        var answer = new MemoryStream();
        var request = new HttpRequestFeature { Method = Method, Scheme = "http", Protocol = "HTTP/1.1", Path = Target.Split('?')[0], RawTarget = Target, Body = new MemoryStream(Body) };
        foreach (var (name, value) in Headers) request.Headers[name] = value;
        if (Body.Length > 0) request.Headers.ContentLength = Body.Length;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(Body.Length > 0));
        features.Set<IHttpRequestLifetimeFeature>(new Lifetime { RequestAborted = cancelled });
        return (new DefaultHttpContext(features), answer);
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
        }
    }
}
