using System.Text;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Validation;

/// <summary>What a server knows of definitions that others change.</summary>
[Trait("Category", "Postgres")]
public sealed class CurrentDefinitionsTests
{
    private const string Url = "http://example.org/fhir/ValueSet/late";

    [Fact]
    public async Task What_changed_elsewhere_while_nobody_asked_is_known_however_long_that_is_ago()
    {
        var time = new SteppedTime();
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var opened = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), time, _ => new IndexRows(), default);
        using var definitions = new CurrentDefinitions(opened.Store, new ConceptForms(opened.Concepts, time), new ValidationPolicy(), TimeSpan.FromSeconds(1), time);
        Assert.Null((await definitions.FollowDefinitionsAsync(default))(Url));
        Assert.Empty((await definitions.FollowTerminologyAsync(default)).ValueSets(Url));

        time.Step(TimeSpan.FromHours(2));
        await PutAsync(opened.Store, "A");
        time.Step(TimeSpan.FromHours(2));

        Assert.Equal("A", (await definitions.FollowDefinitionsAsync(default))(Url)?.Root.TextOf("name"));

        await PutAsync(opened.Store, "B");
        time.Step(TimeSpan.FromHours(2));

        Assert.Equal("B", Assert.Single((await definitions.FollowTerminologyAsync(default)).ValueSets(Url)).Name);
    }

    [Theory]
    [InlineData("ValueSet", "status")]
    [InlineData("PlanDefinition", "status")]
    [InlineData("SearchParameter", "status")]
    public async Task What_another_server_writes_is_known_at_once_and_nothing_is_read_while_nothing_changes(string type, string property)
    {
        var time = new SteppedTime();
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var mine = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), time, _ => new IndexRows(), default);
        await using var other = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), time, _ => new IndexRows(), default);
        using var definitions = new CurrentDefinitions(mine.Store, new ConceptForms(mine.Concepts, time), new ValidationPolicy(), TimeSpan.FromSeconds(1), time);
        var url = $"http://example.org/fhir/{type}/there";
        ResourceDocument Document(string status) => ResourceDocument.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{type}}","id":"there","url":"{{url}}","{{property}}":"{{status}}"}"""));
        async Task<string?> KnownAsync() => (await definitions.FollowVersionsAsync(default))(url).SingleOrDefault()?.Root.TextOf(property);

        var seen = new List<string?> { await KnownAsync() };
        foreach (var status in (string[])["draft", "active", "retired"])
        {
            await other.Store.WriteAsync([new WriteOperation.Update(new ResourceKey(type, "there"), Document(status))], default);
            seen.Add(await KnownAsync());
        }

        await other.Store.WriteAsync([new WriteOperation.Delete(new ResourceKey(type, "there"))], default);
        seen.Add(await KnownAsync());
        var changes = definitions.Changes;
        await other.Store.WriteAsync([new WriteOperation.Update(new ResourceKey("Patient", "p"), ResourceDocument.Parse("""{"resourceType":"Patient","id":"p"}"""u8.ToArray()))], default);
        seen.Add(await KnownAsync());

        Assert.Equal([null, "draft", "active", "retired", null, null], seen);
        Assert.Equal(changes, definitions.Changes);
    }

    private static Task<IReadOnlyList<WriteResult>> PutAsync(ResourceStore store, string name) => store.WriteAsync(
        [
            new WriteOperation.Update(new ResourceKey("ValueSet", "late"), ResourceDocument.Parse(Encoding.UTF8.GetBytes(
                $$"""{"resourceType":"ValueSet","id":"late","url":"{{Url}}","name":"{{name}}","status":"active"}"""))),
        ],
        default);

    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => now.UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan by) => now += by;
    }
}
