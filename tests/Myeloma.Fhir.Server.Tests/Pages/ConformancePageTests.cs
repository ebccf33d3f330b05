using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Terminology.Tests.Conformance;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>The results of the suites of others, as a person sees them; and the two tests among them that only a whole server can run.</summary>
[Trait("Category", "Postgres")]
public sealed class ConformancePageTests(RunningServer server) : IClassFixture<RunningServer>
{
    /// <remarks>https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/</remarks>
    [ConformanceFact]
    public async Task The_capabilities_are_those_that_the_terminology_ecosystem_asks_for()
    {
        async Task<string?> DifferenceAsync(string file, string path) => new AnswerComparison(null, isPattern: true)
            .Difference(file, JsonNode.Parse(await File.ReadAllTextAsync(ConformanceFolder.Suite("tx", file))), JsonNode.Parse((await server.GetAsync(path)).Body));

        var found = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["metadata/metadata"] = await DifferenceAsync("capstmt.json", "/metadata"),
            ["metadata/term-caps"] = await DifferenceAsync("capterms.json", "/metadata?mode=terminology"),
        };
        SuiteResults.Hold("tx", found, found.ContainsKey);
    }

    [Fact]
    public async Task Every_test_of_every_suite_is_on_the_page_and_what_fails_has_its_reason()
    {
        using var client = new HttpClient();
        var page = WebUtility.HtmlDecode(await client.GetStringAsync(new Uri(new Uri(server.BaseUrl), "/conformance")));

        foreach (var file in Directory.GetFiles(RepositoryRoot.Combine("src", "Myeloma.Fhir.Server", "Conformance"), "*.json"))
        {
            using var suite = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
            Assert.Contains(suite.RootElement.GetProperty("name").GetString()!, page, StringComparison.Ordinal);
            foreach (var name in suite.RootElement.GetProperty("passing").EnumerateArray()) Assert.Contains($"<li>{name}</li>", page, StringComparison.Ordinal);
            foreach (var each in suite.RootElement.GetProperty("failing").EnumerateObject())
            {
                Assert.NotEmpty(each.Value.GetString()!);
                Assert.Contains($"<th scope=\"row\">{each.Name}</th><td>{each.Value}</td>", page, StringComparison.Ordinal);
            }
        }
    }
}
