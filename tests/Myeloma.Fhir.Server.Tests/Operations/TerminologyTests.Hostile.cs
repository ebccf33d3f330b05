using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Clients that want to keep the server busy, fill its memory or bring it down: each gets an answer that says what is wrong, and the next one is served.</summary>
public sealed partial class TerminologyTests
{
    private static readonly string Bomb = $"({string.Concat(Enumerable.Repeat("a+|", 200))}b)*$";

    public static TheoryData<string, string, string, int, string> Hostile => new()
    {
        { "a code of a megabyte", "/CodeSystem/$lookup", Parameters(Uri("system", "http://hl7.org/fhir/administrative-gender"), Value("code", "Code", new string('x', 1 << 20))), 404, "" },
        { "a code of a megabyte to validate", "/CodeSystem/$validate-code", Parameters(Uri("url", "http://hl7.org/fhir/administrative-gender"), Value("code", "Code", new string('x', 1 << 20))), 413, "a code may have 10000" },
        { "ten thousand resources", "/CodeSystem/$validate-code", Parameters([Uri("url", "http://hl7.org/fhir/administrative-gender"), Value("code", "Code", "male"), .. Enumerable.Repeat(Resource("tx-resource", Empty), 10_000)]), 422, "not 10000" },
        { "a page behind the end", "/ValueSet/$expand", Parameters(Uri("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), Number("offset", int.MaxValue), Number("count", int.MaxValue)), 200, "\"total\":4" },
        { "a negative page", "/ValueSet/$expand", Parameters(Uri("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), Number("offset", -1), Number("count", -5)), 400, "" },
        { "a set that imports itself", "/ValueSet/$expand", Parameters(Uri("url", "http://example.org/self"), Resource("tx-resource", Importing("http://example.org/self", "http://example.org/self"))), 400, "circularity pointing to http://example.org/self" },
        { "sets that import each other", "/ValueSet/$expand", Parameters(Uri("url", "http://example.org/a"), Resource("tx-resource", Importing("http://example.org/a", "http://example.org/b")), Resource("tx-resource", Importing("http://example.org/b", "http://example.org/a"))), 400, "circularity pointing to http://example.org/a" },
        { "a regular expression without end", "/ValueSet/$expand", Parameters(Resource("valueSet", Filtering(Bomb)), Resource("tx-resource", Long)), 200, "\"total\":1" },
        { "a regular expression that goes back", "/ValueSet/$expand", Parameters(Resource("valueSet", Filtering(@"(a+)+\1b")), Resource("tx-resource", Long)), 422, "too-costly" },
        { "a regular expression that is a little slow with each of many codes", "/ValueSet/$expand", Parameters(Resource("valueSet", Filtering(@"(a+)+\1b")), Resource("tx-resource", Many)), 422, "too-costly" },
        { "concepts in a circle", "/CodeSystem/$subsumes", Parameters(Uri("system", "http://example.org/circle"), Value("codeA", "Code", "a"), Value("codeB", "Code", "b"), Resource("tx-resource", Circle)), 200, "\"outcome\"" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_client_is_answered_and_the_next_one_served(string what, string path, string body, int status, string told)
    {
        var answer = await server.SendAsync("POST", path, body);

        Assert.True(status == answer.Status, $"{what}: {answer.Status} {answer.Body[..Math.Min(500, answer.Body.Length)]}");
        Assert.Contains(told, answer.Body, StringComparison.Ordinal);
        Assert.InRange(answer.Body.Length, 1, 4 << 20);
        Assert.Equal(200, (await server.GetAsync("/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male")).Status);
    }

    private const string Empty = """{"resourceType":"ValueSet","status":"active"}""";

    private static readonly string Long = $$"""{"resourceType":"CodeSystem","url":"http://example.org/long","status":"active","content":"complete","concept":[{"code":"{{new string('a', 40)}}!"},{"code":"{{new string('a', 5_000)}}"}]}""";

    private static readonly string Many = $$"""{"resourceType":"CodeSystem","url":"http://example.org/long","status":"active","content":"complete","concept":[{{string.Join(',', Enumerable.Range(0, 3_000).Select(each => $$"""{"code":"{{new string('a', 19)}}!{{each}}"}"""))}}]}""";

    private const string Circle = """
        {"resourceType":"CodeSystem","url":"http://example.org/circle","status":"active","content":"complete","concept":[
         {"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]}
        """;

    private static string Importing(string url, string other) => $$$"""{"resourceType":"ValueSet","url":"{{{url}}}","status":"active","compose":{"include":[{"valueSet":["{{{other}}}"]}]}}""";

    private static string Filtering(string expression) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceType = "ValueSet", status = "active",
        compose = new { include = new[] { new { system = "http://example.org/long", filter = new[] { new { property = "code", op = "regex", value = expression } } } } },
    }));

    private static string Parameters(params IEnumerable<string> parameters) => $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', parameters)}}]}""";

    private static string Value(string name, string type, string value) => $$"""{"name":"{{name}}","value{{type}}":"{{value}}"}""";

    private static string Uri(string name, string value) => Value(name, "Uri", value);

    private static string Number(string name, int value) => $$"""{"name":"{{name}}","valueInteger":{{value.ToString(CultureInfo.InvariantCulture)}}}""";

    private static string Resource(string name, string resource) => $$"""{"name":"{{name}}","resource":{{resource}}}""";
}
