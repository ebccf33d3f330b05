using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <remarks>https://hl7.org/fhir/R4/http.html: what lies between client and interaction.</remarks>
[Trait("Category", "Postgres")]
public sealed class TransportTests(RunningServer server, ProxiedServer proxied) : IClassFixture<RunningServer>, IClassFixture<ProxiedServer>
{
    private static readonly string Patient = $$"""{"resourceType":"Patient","name":[{"family":"{{new string('x', 5000)}}"}]}""";

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_compressed_body_is_read(string encoding)
    {
        var answer = await PostAsync(server, Compressed(Encoding.UTF8.GetBytes(Patient), encoding), encoding);

        Assert.True(answer.Status == 201, answer.Body);
        Assert.Equal(5000, answer.Json.GetProperty("name")[0].GetProperty("family").GetString()!.Length);
    }

    [Fact]
    public async Task A_small_body_that_would_become_huge_is_given_up_at_the_limit()
    {
        var small = await RunningServer.StartAsync(("Fhir:MaxBodyBytes", "100000"));
        try
        {
            var answer = await PostAsync(small, Compressed(new byte[50_000_000], "gzip"), "gzip");

            Assert.Equal(413, answer.Status);
            Assert.Equal(["error too-long: The body is larger than 100,000 bytes, the limit of this server (setting Fhir:MaxBodyBytes)."], answer.Issues);
        }
        finally
        {
            await small.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("identity", null)]
    public async Task An_answer_is_compressed_for_whom_accepts_it(string accepted, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.BaseUrl}/metadata");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var response = await server.Client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        Assert.Contains("\"CapabilityStatement\"", Encoding.UTF8.GetString(encoding is null ? body : Decompressed(body, encoding)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_and_HEAD_go_well_with_compression()
    {
        var fault = await server.GetAsync("/Patient/never-was", ("Accept-Encoding", "gzip"));
        await server.PutAsync(Patient.Replace("\"Patient\"", "\"Patient\",\"id\":\"head\"", StringComparison.Ordinal));
        var head = await server.SendAsync("HEAD", "/Patient/head", null, ("Accept-Encoding", "gzip"));

        Assert.Equal(404, fault.Status);
        Assert.Equal((200, "", "W/\"1\""), (head.Status, head.Body, head.Header("ETag")));
    }

    [Fact]
    public async Task Content_Location_names_the_version_that_is_sent()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"where"}""");

        Assert.Equal($"{server.BaseUrl}/Patient/where/_history/1", (await server.GetAsync("/Patient/where")).Header("Content-Location"));
        Assert.Equal($"{server.BaseUrl}/Patient/where/_history/1", (await server.GetAsync("/Patient/where/_history/1")).Header("Content-Location"));
        var created = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient"}""");
        Assert.Equal(created.Header("Location"), created.Header("Content-Location"));
        Assert.Null((await server.GetAsync("/Patient")).Header("Content-Location"));
    }

    [Fact]
    public async Task Options_tells_the_methods_of_a_place()
    {
        var answer = await server.SendAsync("OPTIONS", "/Patient/1");

        Assert.Equal((200, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"), (answer.Status, answer.Header("Allow")));
        Assert.Equal("CapabilityStatement", answer.Json.GetProperty("resourceType").GetString());
        Assert.NotNull(answer.Header("Accept-Patch"));
    }

    [Theory]
    [InlineData("/$validate", "GET, HEAD, POST, OPTIONS")]
    [InlineData("/Patient/$reindex", "POST, OPTIONS")]
    [InlineData("/_async/0123456789abcdef", "GET, HEAD, DELETE, OPTIONS")]
    [InlineData("/metadata", "GET, HEAD, OPTIONS")]
    public async Task Options_tells_them_of_operations_and_jobs_too(string path, string allowed)
    {
        var answer = await server.SendAsync("OPTIONS", path);

        Assert.Equal((200, allowed), (answer.Status, answer.Header("Allow")));
        Assert.Null(answer.Header("Accept-Patch"));
    }

    [Theory]
    [InlineData("Forwarded", "for=192.0.2.1;proto=https;host=fhir.example.org", "https://fhir.example.org/fhir")]
    [InlineData("Forwarded", "host=evil.example, for=192.0.2.1;proto=https;host=\"fhir.example.org:8443\"", "https://fhir.example.org:8443/fhir")]
    [InlineData("Forwarded", "proto=https", "https://127.0.0.1/fhir")]
    [InlineData("Forwarded", "host=\"a<b\"", "http://127.0.0.1/fhir")]
    [InlineData("X-Forwarded-Host", "fhir.example.org", "http://fhir.example.org/fhir")]
    [InlineData("X-Forwarded-Prefix", "/hospital/", "http://127.0.0.1/hospital/fhir")]
    [InlineData("X-Forwarded-Prefix", "//evil.example", "http://127.0.0.1/fhir")]
    public async Task Links_are_right_behind_a_trusted_proxy(string header, string value, string expected)
    {
        var behind = proxied.Server;
        var answer = await behind.GetAsync("/Patient?_count=1", (header, value), ("Host", "127.0.0.1"));

        Assert.StartsWith($"{expected}/Patient?", answer.Link("self"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_headers_of_a_proxy_make_one_address()
    {
        var behind = proxied.Server;
        var answer = await behind.SendAsync(
            "POST", "/Patient", """{"resourceType":"Patient"}""", ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "fhir.example.org"), ("X-Forwarded-Port", "8443"), ("X-Forwarded-Prefix", "/r4"));

        Assert.StartsWith("https://fhir.example.org:8443/r4/fhir/Patient/", answer.Header("Location"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        var answer = await server.GetAsync("/Patient?_count=1", ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"));

        Assert.StartsWith(server.BaseUrl, answer.Link("self"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_other_origins_are_let_in_where_the_setting_names_them()
    {
        var behind = proxied.Server;
        var preflight = await behind.SendAsync(
            "OPTIONS", "/Patient", null, ("Origin", "https://app.example.org"), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "content-type, if-match"));
        var read = await behind.GetAsync("/metadata", ("Origin", "https://app.example.org"));
        var fault = await behind.GetAsync("/Patient/never-was", ("Origin", "https://app.example.org"));
        var other = await behind.GetAsync("/metadata", ("Origin", "https://evil.example"));
        var off = await server.GetAsync("/metadata", ("Origin", "https://app.example.org"));

        Assert.Equal((204, ""), (preflight.Status, preflight.Body));
        Assert.Equal("https://app.example.org", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal("content-type, if-match", preflight.Header("Access-Control-Allow-Headers"));
        Assert.Equal("https://app.example.org", read.Header("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", read.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Equal((404, "https://app.example.org"), (fault.Status, fault.Header("Access-Control-Allow-Origin")));
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
        Assert.Null(off.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Http_2_is_spoken_where_an_endpoint_says_so()
    {
        var second = await RunningServer.StartAsync(("Kestrel:Endpoints:Second:Url", "http://127.0.0.1:0"), ("Kestrel:Endpoints:Second:Protocols", "Http2"));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{second.BaseUrl}/metadata") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await second.Client.SendAsync(request);

            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    private static async Task<Answer> PostAsync(RunningServer server, byte[] body, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.BaseUrl}/Patient") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        request.Content.Headers.ContentEncoding.Add(encoding);
        using var response = await server.Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    private static byte[] Compressed(byte[] plain, string encoding)
    {
        using var stream = new MemoryStream();
        using (Stream compressing = encoding switch
        {
            "gzip" => new GZipStream(stream, CompressionLevel.Fastest),
            "br" => new BrotliStream(stream, CompressionLevel.Fastest),
            _ => new ZLibStream(stream, CompressionLevel.Fastest),
        }) compressing.Write(plain);
        return stream.ToArray();
    }

    private static byte[] Decompressed(byte[] compressed, string encoding)
    {
        using var source = new MemoryStream(compressed);
        using Stream plain = encoding == "gzip" ? new GZipStream(source, CompressionMode.Decompress) : new BrotliStream(source, CompressionMode.Decompress);
        using var target = new MemoryStream();
        plain.CopyTo(target);
        return target.ToArray();
    }
}

/// <summary>A server that trusts this machine as a proxy, and one origin.</summary>
public sealed class ProxiedServer : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Server = await RunningServer.StartAsync(("Fhir:TrustedProxies", "10.0.0.0/8;127.0.0.1"), ("Fhir:CorsOrigins", "https://app.example.org"));

    public Task DisposeAsync() => Server.DisposeAsync();
}
