using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>Methods, media types, URLs: what is refused before an interaction begins, always with an OperationOutcome.</summary>
[Trait("Category", "Postgres")]
public sealed class NegotiationTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("/metadata?_format=ttl", null)]
    [InlineData("/metadata", "application/fhir+xml; fhirVersion=3.0")]
    [InlineData("/Patient/x?_format=application%2Fpdf", "application/fhir+json")]
    public async Task Another_format_is_not_acceptable(string path, string? accept)
    {
        var answer = accept is null ? await server.GetAsync(path) : await server.GetAsync(path, ("Accept", accept));

        Assert.Equal(406, answer.Status);
        Assert.Equal("application/fhir+json; charset=utf-8", answer.Header("Content-Type"));
        Assert.EndsWith("offered; this server writes application/fhir+json and application/fhir+xml, FHIR 4.0 in UTF-8.", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "application/json; charset=utf-8")]
    [InlineData("text/json", "text/json; charset=utf-8")]
    [InlineData("text/html,*/*;q=0.8", "application/fhir+json; charset=utf-8")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/fhir+json; charset=utf-8")]
    [InlineData("application/fhir+xml", "application/fhir+xml; charset=utf-8")]
    [InlineData("application/xml", "application/xml; charset=utf-8")]
    [InlineData("text/xml", "text/xml; charset=utf-8")]
    public async Task The_answer_bears_the_type_that_was_asked_for(string accept, string contentType) =>
        Assert.Equal(contentType, (await server.GetAsync("/Patient/none", ("Accept", accept))).Header("Content-Type"));

    [Theory]
    [InlineData("application/fhir+turtle")]
    [InlineData("application/fhir+xml; charset=iso-8859-1")]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    public async Task A_body_of_another_type_gets_415(string contentType)
    {
        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient"}""", ("Content-Type", contentType));

        Assert.Equal(415, answer.Status);
        Assert.StartsWith("error not-supported: ", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_compressed_in_another_way_gets_415()
    {
        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient"}""", ("Content-Encoding", "zstd"));

        Assert.Equal(415, answer.Status);
        Assert.Equal(["error not-supported: A body in the content encoding 'zstd' is not read; gzip, br, deflate are, and none."], answer.Issues);
    }

    [Theory]
    [InlineData("PATCH", "/Patient/1/_history/1", "GET, HEAD, OPTIONS")]
    [InlineData("POST", "/Patient/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS")]
    [InlineData("TRACE", "/Patient", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
    [InlineData("POST", "/metadata", "GET, HEAD, OPTIONS")]
    [InlineData("DELETE", "/Patient/1/_history/1", "GET, HEAD, OPTIONS")]
    [InlineData("GET", "/Patient/_search", "POST, OPTIONS")]
    [InlineData("BREW", "/Patient/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS")]
    public async Task A_method_that_a_place_does_not_have_gets_405_and_those_it_has(string method, string path, string allow)
    {
        var answer = await server.SendAsync(method, path, method is "GET" ? null : "{}");

        Assert.Equal(405, answer.Status);
        Assert.Equal(allow, answer.Header("Allow"));
        Assert.StartsWith("error not-supported: ", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Pätient/1", 404)]
    [InlineData("/Foo/1", 404)]
    [InlineData("/Patient/$match", 404)]
    [InlineData("/Patient/1/Observation", 404)]
    [InlineData("/Patient/%zz", 400)]
    [InlineData("/Patient/%C3", 400)]
    [InlineData("/Patient/1?x=%", 400)]
    [InlineData("/Patient/1?x=%00", 400)]
    public async Task A_place_that_is_none_is_answered_with_an_OperationOutcome(string path, int status)
    {
        var answer = await server.GetAsync(path);

        Assert.Equal(status, answer.Status);
        Assert.Single(answer.Issues);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/fhirs/Patient")]
    [InlineData("/fhir2")]
    [InlineData("/nowhere/at/all")]
    public async Task Outside_the_base_path_unknown_places_get_one_too(string path)
    {
        var root = new Uri(server.BaseUrl).GetLeftPart(UriPartial.Authority);
        using var response = await server.Client.GetAsync(new Uri(root + path));
        if (path == "/" && response.IsSuccessStatusCode) return;

        var answer = await Answer.ReadAsync(response);

        Assert.Equal(404, answer.Status);
        Assert.StartsWith("error not-found: There is nothing at", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_URL_past_the_limit_gets_414()
    {
        var answer = await server.GetAsync("/Patient?name=" + new string('x', 9000));

        Assert.Equal(414, answer.Status);
        Assert.StartsWith("error too-long: The URL has ", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_past_the_limit_gets_413_whether_it_states_its_length_or_not()
    {
        var small = await RunningServer.StartAsync(("Fhir:MaxBodyBytes", "2000"));
        try
        {
            var body = $$"""{"resourceType":"Patient","name":[{"text":"{{new string('x', 3000)}}"}]}""";
            var measured = await small.SendAsync("POST", "/Patient", body);
            using var chunked = new HttpRequestMessage(HttpMethod.Post, small.BaseUrl + "/Patient") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body))) };
            chunked.Content.Headers.ContentType = new("application/fhir+json");
            chunked.Content.Headers.ContentLength = null;
            chunked.Headers.TransferEncodingChunked = true;
            using var response = await small.Client.SendAsync(chunked);
            var unmeasured = await Answer.ReadAsync(response);

            foreach (var answer in new[] { measured, unmeasured })
            {
                Assert.Equal(413, answer.Status);
                Assert.Equal(["error too-long: The body is larger than 2,000 bytes, the limit of this server (setting Fhir:MaxBodyBytes)."], answer.Issues);
            }
        }
        finally
        {
            await small.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_body_that_nests_too_deep_is_refused_and_the_server_lives_on()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"extension":[""", 100_000));

        var answer = await server.SendAsync("POST", "/Patient", """{"resourceType":"Patient","extension":[""" + deep);

        Assert.InRange(answer.Status, 400, 413);
        Assert.Single(answer.Issues);
        Assert.Equal(200, (await server.GetAsync("/metadata")).Status);
    }

    [Fact]
    public async Task A_request_that_is_broken_off_harms_nobody()
    {
        var address = new Uri(server.BaseUrl);
        using (var socket = new TcpClient(address.Host, address.Port))
        {
            await socket.GetStream().WriteAsync("POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nContent-Length: 500\r\n\r\n{\"resourceType\""u8.ToArray());
        }

        Assert.Equal(404, (await server.GetAsync("/Patient/none")).Status);
    }

    [Fact]
    public async Task OPTIONS_answers_with_the_CapabilityStatement() =>
        Assert.Equal("CapabilityStatement", (await server.SendAsync("OPTIONS", "/")).Json.GetProperty("resourceType").GetString());
}
