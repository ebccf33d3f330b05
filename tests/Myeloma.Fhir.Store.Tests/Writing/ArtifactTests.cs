using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Writing;

/// <summary>Url and version belong to one resource of a type, and a status does not go back.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-lifecycle.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ArtifactTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly StoreOptions Strict = new() { UniqueVersions = true, StatusRules = true, MaxRetries = 10 };

    private readonly ResourceStore store = fixture.Open(Strict);
    private readonly ResourceStore lenient = fixture.Open(new StoreOptions());

    [Fact]
    public async Task A_second_resource_of_a_url_and_version_is_refused_and_names_the_first()
    {
        await PutAsync("one", "http://x/one", "1.0.0");

        var fault = await Assert.ThrowsAsync<FhirException>(() => PutAsync("one-again", "http://x/one", "1.0.0"));

        var issue = Assert.Single(fault.Issues);
        Assert.Equal(
            (IssueType.Duplicate, "Library.version", "Library/one-again has the url http://x/one and the version 1.0.0, which Library/one has already; give it another version, or change that one (setting Fhir:Artifacts:UniqueVersions)."),
            (issue.Type, issue.Expression, issue.Diagnostics));
        Assert.Null(await store.FindAsync(new ResourceKey("Library", "one-again"), default));
    }

    [Fact]
    public async Task Other_versions_other_types_and_resources_without_a_version_stand_side_by_side()
    {
        await PutAsync("side-1", "http://x/side", "1.0.0");
        await PutAsync("side-2", "http://x/side", "2.0.0");
        await PutAsync("side-3", "http://x/side", null);
        await PutAsync("side-4", "http://x/side", null);
        await store.WriteAsync([Update("Measure", "side", """{"resourceType":"Measure","url":"http://x/side","version":"1.0.0","status":"draft"}""")], default);
        await PutAsync("side-1", "http://x/side", "1.0.0", "active");

        Assert.Equal(2, (await store.FindAsync(new ResourceKey("Library", "side-1"), default))!.VersionId);
    }

    [Fact]
    public async Task A_version_is_free_again_when_its_resource_is_deleted_or_takes_another_one()
    {
        await PutAsync("free-1", "http://x/free", "1.0.0");
        await store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Library", "free-1"))], default);
        await PutAsync("free-2", "http://x/free", "1.0.0");
        await PutAsync("free-2", "http://x/free", "1.1.0");
        await PutAsync("free-3", "http://x/free", "1.0.0");

        await Assert.ThrowsAsync<FhirException>(() => PutAsync("free-4", "http://x/free", "1.1.0"));
    }

    [Fact]
    public async Task Two_resources_exchange_their_versions_in_one_transaction_and_a_deleted_one_leaves_its_to_another()
    {
        await PutAsync("swap-1", "http://x/swap", "1.0.0");
        await PutAsync("swap-2", "http://x/swap", "2.0.0");

        await store.WriteAsync([Library("swap-1", "http://x/swap", "2.0.0"), Library("swap-2", "http://x/swap", "1.0.0")], default);
        await store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Library", "swap-1")), Library("swap-3", "http://x/swap", "2.0.0")], default);

        await Assert.ThrowsAsync<FhirException>(() => PutAsync("swap-4", "http://x/swap", "2.0.0"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    public async Task Two_resources_of_one_transaction_may_not_take_the_same_version(int count)
    {
        var operations = Enumerable.Range(0, count).Select(at => Library($"both-{count}-{at}", $"http://x/both-{count}", at == count - 1 ? "0" : $"{at}")).ToList();

        var fault = await Assert.ThrowsAsync<FhirException>(() => store.WriteAsync(operations, default));

        Assert.Equal(
            $"Library/both-{count}-{count - 1} has the url http://x/both-{count} and the version 0, which Library/both-{count}-0 has in the same request; give it another version, or change that one (setting Fhir:Artifacts:UniqueVersions).",
            Assert.Single(fault.Issues).Diagnostics);
        Assert.Null(await store.FindAsync(new ResourceKey("Library", $"both-{count}-0"), default));
    }

    [Fact]
    public async Task Of_fifty_writers_of_a_url_and_version_one_wins_and_the_others_learn_who()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(async at =>
        {
            try
            {
                await PutAsync($"race-{at}", "http://x/race", "1.0.0");
                return $"Library/race-{at}";
            }
            catch (FhirException fault)
            {
                Assert.Equal(IssueType.Duplicate, Assert.Single(fault.Issues).Type);
                return fault.Message.Split("which ")[1].Split(' ')[0] + "!";
            }
        }));

        var winner = Assert.Single(outcomes, outcome => !outcome.EndsWith('!'));
        Assert.All(outcomes.Where(outcome => outcome != winner), outcome => Assert.Equal(winner + "!", outcome));
    }

    [Fact]
    public async Task A_medication_is_known_by_its_extensions()
    {
        static WriteOperation.Update Medication(string id, string status) => Update("Medication", id, $$"""
            {"resourceType":"Medication","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/artifact-url","valueUri":"http://x/med"},
            {"url":"http://hl7.org/fhir/StructureDefinition/artifact-version","valueString":"1.0.0"},{"url":"http://hl7.org/fhir/StructureDefinition/artifact-status","valueCode":"{{status}}"}]}
            """);
        await store.WriteAsync([Medication("med-1", "active")], default);

        var second = await Assert.ThrowsAsync<FhirException>(() => store.WriteAsync([Medication("med-2", "active")], default));
        var back = await Assert.ThrowsAsync<FhirException>(() => store.WriteAsync([Medication("med-1", "draft")], default));

        Assert.Equal((IssueType.Duplicate, "Medication.extension[1].value"), (second.Issues[0].Type, second.Issues[0].Expression));
        Assert.Equal((IssueType.BusinessRule, "Medication.extension[2].value"), (back.Issues[0].Type, back.Issues[0].Expression));
    }

    [Fact]
    public async Task What_was_stored_twice_before_stays_writable_and_is_told_and_a_third_one_is_refused()
    {
        await lenient.WriteAsync([Library("twice-1", "http://x/twice", "1.0.0")], default);
        await lenient.WriteAsync([Library("twice-2", "http://x/twice", "1.0.0"), Library("twice-3", "http://x/twice", "1.0.0")], default);

        // As the migration finds them in a database of before.
        await MigratedAnewAsync();
        Assert.Equal([("Library/twice-2", "Library/twice-1"), ("Library/twice-3", "Library/twice-1")], await DoubledAsync());
        await PutAsync("twice-1", "http://x/twice", "1.0.0", "active");
        await store.WriteAsync([Library("twice-2", "http://x/twice", "1.0.0", "active"), Library("twice-3", "http://x/twice", "1.0.0", "active")], default);
        await Assert.ThrowsAsync<FhirException>(() => PutAsync("twice-4", "http://x/twice", "1.0.0"));

        // When the one that has it gives it up, one of the others has it.
        await PutAsync("twice-1", "http://x/twice", "2.0.0", "active");
        Assert.Equal([("Library/twice-3", "Library/twice-2")], await DoubledAsync());
        await store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Library", "twice-2"))], default);
        Assert.Equal([], await DoubledAsync());
        await Assert.ThrowsAsync<FhirException>(() => PutAsync("twice-4", "http://x/twice", "1.0.0"));
    }

    [Theory]
    [InlineData("draft", "active", null)]
    [InlineData("draft", "retired", null)]
    [InlineData("draft", "unknown", null)]
    [InlineData("unknown", "draft", null)]
    [InlineData("unknown", "active", null)]
    [InlineData("active", "active", null)]
    [InlineData("active", "retired", null)]
    [InlineData("active", "draft", "active and can't become draft: an active artifact becomes retired and nothing else; use $draft for a new version of it, or $retire to end it")]
    [InlineData("active", "unknown", "active and can't become unknown: an active artifact becomes retired and nothing else; use $draft for a new version of it, or $retire to end it")]
    [InlineData("retired", "draft", "retired and can't become draft: a retired artifact stays retired; use $draft for a new version of it, or give this one another version")]
    [InlineData("retired", "active", "retired and can't become active: a retired artifact stays retired; use $draft for a new version of it, or give this one another version")]
    [InlineData("retired", "unknown", "retired and can't become unknown: a retired artifact stays retired; use $draft for a new version of it, or give this one another version")]
    public async Task A_status_goes_forward_only(string from, string to, string? refusal)
    {
        var id = $"status-{from}-{to}";
        await PutAsync(id, $"http://x/{id}", "1.0.0", from);

        if (refusal is null)
        {
            await PutAsync(id, $"http://x/{id}", "1.0.0", to);
            return;
        }

        var fault = await Assert.ThrowsAsync<FhirException>(() => PutAsync(id, $"http://x/{id}", "1.0.0", to));
        var issue = Assert.Single(fault.Issues);
        Assert.Equal((IssueType.BusinessRule, "Library.status", $"Library/{id} is {refusal} (setting Fhir:Artifacts:StatusRules)."), (issue.Type, issue.Expression, issue.Diagnostics));
        Assert.Equal(1, (await store.FindAsync(new ResourceKey("Library", id), default))!.VersionId);
    }

    [Fact]
    public async Task A_new_version_may_follow_a_retired_one_under_its_id_but_no_draft_an_active_one()
    {
        await PutAsync("anew", "http://x/anew", "1.0.0", "active");
        await Assert.ThrowsAsync<FhirException>(() => PutAsync("anew", "http://x/anew", "1.1.0", "draft"));
        await PutAsync("anew", "http://x/anew", "1.0.0", "retired");
        await PutAsync("anew", "http://x/anew", "1.1.0", "draft");
        await store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Library", "anew"))], default);
        await PutAsync("anew", "http://x/anew", "1.1.0", "draft");

        Assert.Equal(5, (await store.FindAsync(new ResourceKey("Library", "anew"), default))!.VersionId);
    }

    [Fact]
    public async Task Without_the_rules_everything_is_stored()
    {
        await lenient.WriteAsync([Library("plain-1", "http://x/plain", "1.0.0", "retired")], default);
        await lenient.WriteAsync([Library("plain-1", "http://x/plain", "1.0.0", "draft")], default);
        await Task.WhenAll(Enumerable.Range(2, 8).Select(at => lenient.WriteAsync([Library($"plain-{at}", "http://x/plain", "1.0.0")], default)));

        Assert.NotNull(await store.FindAsync(new ResourceKey("Library", "plain-9"), default));
        await lenient.WriteAsync([.. Enumerable.Range(1, 9).Select(at => new WriteOperation.Delete(new ResourceKey("Library", $"plain-{at}")))], default);
    }

    private async Task PutAsync(string id, string url, string? version, string status = "draft") => await store.WriteAsync([Library(id, url, version, status)], default);

    private async Task<List<(string, string)>> DoubledAsync()
    {
        var (doubled, total) = await store.DoubledArtifactsAsync(100, default);
        Assert.Equal(doubled.Count, total);
        return [.. doubled.Where(each => each.Key.Id.StartsWith("twice", StringComparison.Ordinal)).Select(each => (each.Key.ToString(), each.Other.ToString()))];
    }

    private async Task MigratedAnewAsync()
    {
        using var reader = new StreamReader(typeof(ResourceStore).Assembly.GetManifestResourceStream("Migrations.0017_artifact_identities.sql")!);
        await fixture.ScalarAsync("DROP TABLE artifact_identity; " + await reader.ReadToEndAsync());
    }

    private static WriteOperation.Update Library(string id, string url, string? version, string status = "draft") => Update(
        "Library", id, $$"""{"resourceType":"Library","url":"{{url}}",{{(version is null ? "" : $"\"version\":\"{version}\",")}}"status":"{{status}}","type":{"text":"any"} }""");

    private static WriteOperation.Update Update(string type, string id, string json) =>
        new(new ResourceKey(type, id), ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
}
