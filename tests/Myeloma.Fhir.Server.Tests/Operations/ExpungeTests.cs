using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

[Trait("Category", "Postgres")]
public sealed class ExpungeTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task It_is_not_there_unless_the_setting_says_so()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"ex"}""");

        Assert.Equal(404, (await server.SendAsync("POST", "/Patient/ex/$expunge")).Status);
        Assert.DoesNotContain("expunge", (await server.GetAsync("/metadata")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Past_versions_go_and_the_current_one_stays_and_every_write_may_be_a_version()
    {
        var open = await RunningServer.StartAsync(("Fhir:Expunge", "true"), ("Fhir:VersionIdentical", "true"));
        try
        {
            for (var i = 0; i < 3; i++) await open.PutAsync("""{"resourceType":"Patient","id":"ex"}""");
            await open.PutAsync("""{"resourceType":"Patient","id":"ex-gone"}""");
            await open.SendAsync("DELETE", "/Patient/ex-gone");

            Assert.Equal(405, (await open.GetAsync("/Patient/ex/$expunge")).Status);
            var answer = await open.SendAsync("POST", "/Patient/ex/$expunge");
            var gone = await open.SendAsync("POST", "/Patient/ex-gone/$expunge");

            Assert.Equal(["information informational: 2 versions of Patient/ex were removed."], answer.Issues);
            Assert.Equal(["information informational: 2 versions of Patient/ex-gone were removed."], gone.Issues);
            Assert.Equal((200, "W/\"3\""), ((await open.GetAsync("/Patient/ex")).Status, (await open.GetAsync("/Patient/ex")).Header("ETag")));
            Assert.Equal((404, 404), ((await open.GetAsync("/Patient/ex/_history/2")).Status, (await open.GetAsync("/Patient/ex-gone")).Status));
            Assert.Single((await open.GetAsync("/Patient/ex/_history")).Entries);
            Assert.Equal(404, (await open.SendAsync("POST", "/Patient/ex-gone/$expunge")).Status);
            Assert.Contains("OperationDefinition/expunge", (await open.GetAsync("/metadata")).Body, StringComparison.Ordinal);
            Assert.Single((await open.GetAsync("/OperationDefinition?url=http://myeloma-fhir.org/fhir/OperationDefinition/expunge")).Entries);
        }
        finally
        {
            await open.DisposeAsync();
        }
    }
}
