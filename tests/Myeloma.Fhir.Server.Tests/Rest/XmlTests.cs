using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Xml;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>The same interactions in XML. https://hl7.org/fhir/R4/xml.html</summary>
[Trait("Category", "Postgres")]
public sealed class XmlTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly (string, string) Sent = ("Content-Type", "application/fhir+xml");
    private static readonly (string, string) Wanted = ("Accept", "application/fhir+xml");

    [Fact]
    public async Task What_is_put_as_XML_is_read_as_JSON_and_as_XML()
    {
        const string xml = """
            <Patient xmlns="http://hl7.org/fhir"><id value="x-1"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><b>A</b> &amp; B</div></text>
              <contained><Organization><id value="o"/><name value="Ward"/></Organization></contained>
              <extension url="http://example.org/e"><valueDecimal value="1.50"/></extension><active value="true"/><birthDate value="1970-01"><extension url="http://example.org/p"><valueCode value="y"/></extension></birthDate></Patient>
            """;

        var put = await server.SendAsync("PUT", "/Patient/x-1", xml, Sent);
        var json = await server.GetAsync("/Patient/x-1");
        var read = await server.GetAsync("/Patient/x-1", Wanted);

        Assert.Equal((201, "application/fhir+json; charset=utf-8"), (put.Status, put.Header("Content-Type")));
        var instant = json.Json.GetProperty("meta").GetProperty("lastUpdated").GetString();
        Assert.Equal(
            $$$"""{"resourceType":"Patient","id":"x-1","meta":{"versionId":"1","lastUpdated":"{{{instant}}}"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>A</b> &amp; B</div>"},"contained":[{"resourceType":"Organization","id":"o","name":"Ward"}],"extension":[{"url":"http://example.org/e","valueDecimal":1.50}],"active":true,"birthDate":"1970-01","_birthDate":{"extension":[{"url":"http://example.org/p","valueCode":"y"}]}}""",
            json.Body);
        Assert.Equal((200, "application/fhir+xml; charset=utf-8", "W/\"1\"", "Accept"), (read.Status, read.Header("Content-Type"), read.Header("ETag"), read.Header("Vary")));
        Assert.Equal(
            $"""<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="x-1"/><meta><versionId value="1"/><lastUpdated value="{instant}"/></meta><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><b>A</b> &amp; B</div></text><contained><Organization><id value="o"/><name value="Ward"/></Organization></contained><extension url="http://example.org/e"><valueDecimal value="1.50"/></extension><active value="true"/><birthDate value="1970-01"><extension url="http://example.org/p"><valueCode value="y"/></extension></birthDate></Patient>""",
            read.Body);
    }

    [Theory]
    [InlineData("*/*", "application/fhir+xml; charset=utf-8")]
    [InlineData("", "application/fhir+xml; charset=utf-8")]
    [InlineData("application/fhir+json", "application/fhir+json; charset=utf-8")]
    [InlineData("application/json, */*;q=0.1", "application/json; charset=utf-8")]
    public async Task Where_anything_is_welcome_XML_is_answered_with_XML(string accept, string type)
    {
        var answer = await server.SendAsync("PUT", "/Patient/x-any", """<Patient xmlns="http://hl7.org/fhir"><id value="x-any"/></Patient>""", Sent, ("Accept", accept));

        Assert.Equal(type, answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("/Patient?identifier=x-same")]
    [InlineData("/Patient?identifier=x-same&_summary=true")]
    [InlineData("/Patient?identifier=x-same&colour=red")]
    [InlineData("/Patient/x-same/_history")]
    [InlineData("/Patient/x-same/_history/1")]
    [InlineData("/Patient/x-same?_elements=active")]
    [InlineData("/Patient/x-same?_summary=text")]
    [InlineData("/Patient/never-used")]
    [InlineData("/metadata")]
    public async Task Every_answer_says_the_same_in_both_formats(string path)
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"x-same","identifier":[{"value":"x-same"}],"active":true,"birthDate":"1970-01"}""");

        var json = await server.GetAsync(path);
        var xml = await server.GetAsync(path, Wanted);
        var pretty = await server.GetAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_pretty=true&_format=xml");

        Assert.Equal((json.Status, "application/fhir+xml; charset=utf-8"), (xml.Status, xml.Header("Content-Type")));
        AssertSame(json.Body, xml.Body);
        AssertSame(json.Body, pretty.Body);
        Assert.DoesNotContain('\n', xml.Body);
        Assert.Contains("\n  <", pretty.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_has_the_length_of_the_XML_and_a_copy_that_is_still_good_gets_304()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"x-head","active":true}""");

        var get = await server.GetAsync("/Patient/x-head", Wanted);
        var head = await server.SendAsync("HEAD", "/Patient/x-head", null, Wanted);
        var again = await server.GetAsync("/Patient/x-head", Wanted, ("If-None-Match", "W/\"1\""));

        Assert.Equal((Encoding.UTF8.GetByteCount(get.Body).ToString(System.Globalization.CultureInfo.InvariantCulture), ""), (head.Header("Content-Length"), head.Body));
        Assert.Equal((304, ""), (again.Status, again.Body));
    }

    [Fact]
    public async Task Faults_of_an_XML_body_have_its_lines_and_columns()
    {
        const string xml = """
            <Patient xmlns="http://hl7.org/fhir">
              <active value="true"/>
              <gender value="man"/>
                <birthDate value="31.1.1970"/>
            </Patient>
            """;

        var answer = await server.SendAsync("POST", "/Patient", xml, Sent);

        Assert.Equal(422, answer.Status);
        Assert.Equal(["Patient.gender 3:3", "Patient.birthDate 4:5"], Places(answer));
    }

    [Fact]
    public async Task What_is_no_XML_or_no_resource_is_refused_where_it_breaks()
    {
        var broken = await server.SendAsync("POST", "/Patient", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <active value=\"true\">\n</Patient>", Sent);
        var unknown = await server.SendAsync("POST", "/Patient", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <colour value=\"red\"/>\n</Patient>", Sent);
        var expanding = await server.SendAsync("POST", "/Patient", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Patient xmlns=\"http://hl7.org/fhir\"><language value=\"&a;\"/></Patient>", Sent);
        var untyped = await server.SendAsync("POST", "/Patient", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <active value=\"yes\"/>\n</Patient>", Sent);
        var empty = await server.SendAsync("POST", "/Patient", "", Sent);

        Assert.All([broken, unknown, expanding, untyped, empty], answer => Assert.Equal(400, answer.Status));
        Assert.Equal(3, Line(broken));
        Assert.Equal(["Patient.colour 2:3"], Places(unknown));
        Assert.Equal(["Patient.active 2:3"], Places(untyped));
        Assert.StartsWith("error structure: ", Assert.Single(expanding.Issues), StringComparison.Ordinal);
        Assert.Equal(["error structure: The request has no body; a resource was expected."], empty.Issues);
    }

    [Fact]
    public async Task A_transaction_in_XML_is_done_and_answered_in_XML()
    {
        const string xml = """
            <Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/>
              <entry><fullUrl value="urn:uuid:7d9c2a44-4d64-4a3a-8a52-0d0f1f0e6a01"/><resource><Patient><active value="true"/></Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry>
              <entry><resource><Observation><id value="x-obs"/><status value="final"/><code><text value="x"/></code><subject><reference value="urn:uuid:7d9c2a44-4d64-4a3a-8a52-0d0f1f0e6a01"/></subject></Observation></resource><request><method value="PUT"/><url value="Observation/x-obs"/></request></entry>
              <entry><request><method value="GET"/><url value="Observation/x-obs"/></request></entry></Bundle>
            """;

        var answer = await server.SendAsync("POST", "", xml, Sent, Wanted);

        Assert.Equal((200, "application/fhir+xml; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        var bundle = JsonNode.Parse(XmlReading.ToJson(Encoding.UTF8.GetBytes(answer.Body)))!;
        Assert.Equal(["201 Created", "201 Created", "200 OK"], bundle["entry"]!.AsArray().Select(entry => (string)entry!["response"]!["status"]!));
        var patient = string.Join('/', ((string)bundle["entry"]![0]!["response"]!["location"]!).Split('/')[..2]);
        Assert.Equal(patient, (string)bundle["entry"]![2]!["resource"]!["subject"]!["reference"]!);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("batch")]
    public async Task Faults_of_an_entry_have_the_lines_of_the_bundle(string type)
    {
        var xml = $"""
            <Bundle xmlns="http://hl7.org/fhir"><type value="{type}"/>
              <entry>
                <resource>
                  <Patient>
                    <gender value="man"/>
                  </Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry>
              <entry><resource>
                <SearchParameter><url value="http://example.org/x"/><name value="x"/><status value="active"/><description value="x"/>
                  <code value="x-broken"/><base value="Patient"/><type value="string"/><expression value="Patient.name.where("/>
                </SearchParameter></resource><request><method value="POST"/><url value="SearchParameter"/></request></entry></Bundle>
            """;

        var answer = await server.SendAsync("POST", "", xml, Sent);

        var places = type == "transaction"
            ? Places(answer)
            : [.. answer.Entries.SelectMany(entry => Places(entry.GetProperty("response").GetProperty("outcome")))];
        Assert.Equal("Bundle.entry[0].resource.gender 5:9", places[0]);
        Assert.StartsWith("Bundle.entry[1].resource.expression", places[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-8", false)]
    public async Task A_body_in_UTF_16_is_read_when_it_says_so_by_its_mark(string charset, bool isUtf16)
    {
        var encoding = isUtf16 ? Encoding.Unicode : Encoding.UTF8;
        var xml = "<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"Ærø\"/></name></Patient>";
        using var request = new HttpRequestMessage(HttpMethod.Post, server.BaseUrl + "/Patient") { Content = new ByteArrayContent([.. encoding.GetPreamble(), .. encoding.GetBytes(xml)]) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/fhir+xml; charset={charset}");
        request.Headers.TryAddWithoutValidation("Accept", "application/fhir+json");

        using var response = await server.Client.SendAsync(request);
        var answer = await Answer.ReadAsync(response);

        Assert.Equal(201, answer.Status);
        Assert.Equal("Ærø", answer.Json.GetProperty("name")[0].GetProperty("family").GetString());
    }

    [Fact]
    public async Task What_XML_has_no_form_for_is_written_all_the_same_but_not_read_as_XML()
    {
        const string json = "{\"resourceType\":\"Patient\",\"id\":\"x-none\",\"name\":[{\"family\":\"a\uFFFFb\"}]}";

        var put = await server.SendAsync("PUT", "/Patient/x-none", json, Wanted);
        var read = await server.GetAsync("/Patient/x-none", Wanted);
        var refused = await server.SendAsync("GET", "/Patient?birthdate=%01", null, Wanted);

        Assert.Equal((201, "application/fhir+json; charset=utf-8"), (put.Status, put.Header("Content-Type")));
        Assert.Equal((406, "application/fhir+xml; charset=utf-8"), (read.Status, read.Header("Content-Type")));
        Assert.Contains("This can't be written as XML; ask for application/fhir+json.", read.Body, StringComparison.Ordinal);
        Assert.Contains("Patient.name[0].family", read.Body, StringComparison.Ordinal);
        Assert.Equal((400, "application/fhir+xml; charset=utf-8"), (refused.Status, refused.Header("Content-Type")));
        Assert.Contains("\uFFFD", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_content_of_a_Binary_is_given_to_whom_asks_for_its_own_type_and_the_resource_to_whom_asks_for_FHIR()
    {
        await server.PutAsync("""{"resourceType":"Binary","id":"x-bin","contentType":"text/plain","data":"aGVsbG8="}""");

        var raw = await server.GetAsync("/Binary/x-bin", ("Accept", "text/plain"));
        var xml = await server.GetAsync("/Binary/x-bin", Wanted);

        Assert.Equal((200, "text/plain", "hello"), (raw.Status, raw.Header("Content-Type"), raw.Body));
        Assert.Contains("<data value=\"aGVsbG8=\"/>", xml.Body, StringComparison.Ordinal);
    }

    private static void AssertSame(string json, string xml)
    {
        var actual = JsonNode.Parse(XmlReading.ToJson(Encoding.UTF8.GetBytes(xml)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), actual), $"{json}\n{actual?.ToJsonString()}");
    }

    private static List<string> Places(Answer answer) => Places(answer.Json);

    private static List<string> Places(System.Text.Json.JsonElement outcome) =>
        [.. outcome.GetProperty("issue").EnumerateArray().Select(issue =>
            $"{(issue.TryGetProperty("expression", out var expressions) ? expressions[0].GetString() : "")} {(issue.TryGetProperty("extension", out var places) ? $"{places[0].GetProperty("valueInteger")}:{places[1].GetProperty("valueInteger")}" : "")}".Trim())];

    private static int Line(Answer answer) => answer.Json.GetProperty("issue")[0].GetProperty("extension")[0].GetProperty("valueInteger").GetInt32();
}
