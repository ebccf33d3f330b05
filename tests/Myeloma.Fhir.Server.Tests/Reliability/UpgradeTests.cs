using System.Diagnostics;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>Databases that an earlier program has filled.</summary>
[Trait("Category", "Postgres")]
public sealed class UpgradeTests
{
    /// <summary>The layout before sets of codes, whose postings had another hash.</summary>
    private const string Before0006 = """
        DROP TABLE code_set, code_set_member;
        DELETE FROM schema_migration WHERE "MigrationId" = '0006_code_sets';
        UPDATE index_token SET hash = ~hash;
        UPDATE index_token_item SET hash = ~hash;
        """;

    /// <param name="maxRunning">0: the job is left to the server that was there before and knows nothing of what is to be made anew.</param>
    [Theory]
    [InlineData("1000000", "1")]
    [InlineData("0", "1")]
    [InlineData("0", "0")]
    public async Task Postings_of_before_are_made_anew_at_the_next_start(string inlineReindexLimit, string maxRunning)
    {
        var before = await RunningServer.StartAsync();
        RunningServer? after = null;
        try
        {
            await before.PutAsync("""{"resourceType":"Patient","id":"old","identifier":[{"system":"urn:x","value":"1"}],"gender":"male","managingOrganization":{"identifier":{"system":"urn:o","value":"2"}}}""");
            await before.PutAsync("""{"resourceType":"Observation","id":"old","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1234-5"}]},"valueCodeableConcept":{"coding":[{"system":"http://x","code":"y"}]}}""");
            await before.ExecuteAsync(Before0006);
            Assert.Empty((await before.GetAsync("/Patient?identifier=urn:x|1")).Matches);

            after = await before.AnotherAsync(("Fhir:InlineReindexLimit", inlineReindexLimit), ("Fhir:MaxAsyncRunning", maxRunning));

            foreach (var query in (string[])["/Patient?identifier=urn:x|1", "/Patient?organization:identifier=urn:o|2", "/Observation?code-value-concept=1234-5$y", "/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"])
                Assert.Equal(["old"], await MatchesAsync(after, query));
        }
        finally
        {
            if (after is not null) await after.DisposeAsync();
            await before.DisposeAsync();
        }
    }

    /// <summary>As long as the resources of a type are being indexed, searches of them are refused and may be sent again.</summary>
    private static async Task<IReadOnlyList<string>> MatchesAsync(RunningServer server, string query)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), $"{query} is refused for good.");
            var answer = await server.GetAsync(query, ("Prefer", "handling=strict"));
            if (answer.Status == 200) return answer.Matches;
            Assert.Equal(503, answer.Status);
            await Task.Delay(100);
        }
    }
}
