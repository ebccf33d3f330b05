using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Writing;

[Trait("Category", "Postgres")]
public sealed class WriteTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static int last;

    private readonly ResourceStore store = fixture.Store;
    private readonly ResourceKey key = new("Basic", $"w{Interlocked.Increment(ref last)}");

    [Fact]
    public async Task A_created_resource_is_version_1_and_is_read_as_it_was_answered()
    {
        var result = await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));

        var read = await store.FindAsync(key, default);
        Assert.Equal(WriteOutcome.Created, result.Outcome);
        Assert.Equal(1, result.Version.VersionId);
        Assert.Equal("POST", result.Version.Method);
        Assert.False(result.Version.IsDeleted);
        Assert.NotNull(read);
        Assert.Equal(result.Version.TextOf(), read.TextOf());
        Assert.Equal(result.Version with { Body = default }, read with { Body = default });
    }

    [Fact]
    public async Task The_body_carries_the_id_the_version_and_the_instant_of_the_row()
    {
        var result = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("one")));

        var json = JsonNode.Parse(result.Version.Body.Span)!;
        Assert.Equal(key.Id, (string?)json["id"]);
        Assert.Equal("1", (string?)json["meta"]!["versionId"]);
        Assert.Equal(result.Version.LastUpdated, DateTimeOffset.Parse((string)json["meta"]!["lastUpdated"]!, null));
    }

    [Fact]
    public async Task Versions_count_up_and_their_instants_rise_though_the_clock_stands_still()
    {
        List<WriteResult> results = [];
        for (var at = 0; at < 3; at++) results.Add(await WriteAsync(new WriteOperation.Update(key, Documents.Basic($"v{at}"))));

        Assert.Equal([1, 2, 3], results.Select(result => result.Version.VersionId));
        Assert.Equal([WriteOutcome.Created, WriteOutcome.Updated, WriteOutcome.Updated], results.Select(result => result.Outcome));
        Assert.True(results[0].Version.LastUpdated < results[1].Version.LastUpdated);
        Assert.True(results[1].Version.LastUpdated < results[2].Version.LastUpdated);
        Assert.Equal("v0", (await store.FindVersionAsync(key, 1, default))!.CodeText());
        Assert.Equal("v2", (await store.FindVersionAsync(key, 3, default))!.CodeText());
        Assert.Equal("v2", (await store.FindAsync(key, default))!.CodeText());
        Assert.Null(await store.FindVersionAsync(key, 4, default));
    }

    [Fact]
    public async Task A_time_zone_and_a_clock_that_goes_back_do_not_disturb_the_order()
    {
        var first = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("one")));
        fixture.Time.Step(TimeSpan.FromHours(-1));
        var second = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("two")));
        fixture.Time.Step(TimeSpan.FromHours(1));

        Assert.Equal(first.Version.LastUpdated.AddMilliseconds(1), second.Version.LastUpdated);
    }

    [Fact]
    public async Task The_same_content_makes_no_version()
    {
        var first = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("one")));
        var again = await WriteAsync(new WriteOperation.Update(key, Documents.Parse(first.Version.TextOf())));

        Assert.Equal(WriteOutcome.Unchanged, again.Outcome);
        Assert.Equal(1, again.Version.VersionId);
        Assert.Equal(first.Version.TextOf(), again.Version.TextOf());
        Assert.Null(await store.FindVersionAsync(key, 2, default));
    }

    [Fact]
    public async Task Other_content_makes_a_version()
    {
        await WriteAsync(new WriteOperation.Update(key, Documents.Basic("one")));
        var changed = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("One")));

        Assert.Equal(WriteOutcome.Updated, changed.Outcome);
    }

    [Fact]
    public async Task A_deletion_is_a_version_without_a_body_and_a_new_create_goes_on_counting()
    {
        await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));
        var deleted = await WriteAsync(new WriteOperation.Delete(key));
        var current = await store.FindAsync(key, default);
        var again = await WriteAsync(new WriteOperation.Delete(key));
        var created = await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));

        Assert.Equal((WriteOutcome.Deleted, 2, true, 0), (deleted.Outcome, deleted.Version.VersionId, deleted.Version.IsDeleted, deleted.Version.Body.Length));
        Assert.Equal((2, true, "DELETE"), (current!.VersionId, current.IsDeleted, current.Method));
        Assert.Equal((WriteOutcome.Unchanged, 2), (again.Outcome, again.Version.VersionId));
        Assert.Equal((WriteOutcome.Created, 3), (created.Outcome, created.Version.VersionId));
    }

    [Fact]
    public async Task Deleting_what_was_never_there_changes_nothing()
    {
        var result = await WriteAsync(new WriteOperation.Delete(key));

        Assert.Equal((WriteOutcome.Unchanged, 0), (result.Outcome, result.Version.VersionId));
        Assert.Null(await store.FindAsync(key, default));
    }

    [Fact]
    public async Task Creating_what_exists_is_refused_as_a_duplicate()
    {
        await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));
        var fault = await Assert.ThrowsAsync<FhirException>(() => WriteAsync(new WriteOperation.Create(key, Documents.Basic("two"))));

        var issue = Assert.Single(fault.Issues);
        Assert.Equal(IssueType.Duplicate, issue.Type);
        Assert.Equal($"{key} exists already, as version 1.", issue.Diagnostics);
    }

    [Theory]
    [InlineData(2, "the current version is 1")]
    [InlineData(0, "the current version is 1")]
    public async Task If_Match_of_another_version_is_a_conflict(int version, string found)
    {
        await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));
        var fault = await Assert.ThrowsAsync<FhirException>(() => WriteAsync(new WriteOperation.Update(key, Documents.Basic("two"), version)));

        var issue = Assert.Single(fault.Issues);
        Assert.Equal((IssueType.Conflict, "version-conflict"), (issue.Type, issue.MessageId));
        Assert.Equal($"{key} is expected to be at version {version}, but {found}.", issue.Diagnostics);
    }

    [Fact]
    public async Task If_Match_of_the_current_version_goes_through_and_of_a_deleted_or_unknown_one_does_not()
    {
        var unknown = await Assert.ThrowsAsync<FhirException>(() => WriteAsync(new WriteOperation.Update(key, Documents.Basic("one"), 1)));
        await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));
        var updated = await WriteAsync(new WriteOperation.Update(key, Documents.Basic("two"), 1));
        var deleted = await WriteAsync(new WriteOperation.Delete(key, 2));
        var gone = await Assert.ThrowsAsync<FhirException>(() => WriteAsync(new WriteOperation.Update(key, Documents.Basic("three"), 3)));

        Assert.Equal(2, updated.Version.VersionId);
        Assert.Equal(3, deleted.Version.VersionId);
        Assert.EndsWith("but it does not exist.", unknown.Issues[0].Diagnostics, StringComparison.Ordinal);
        Assert.EndsWith("but it was deleted.", gone.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_obstacle_stops_all_operations_and_all_obstacles_are_told()
    {
        var other = new ResourceKey("Basic", key.Id + "b");
        var third = new ResourceKey("Basic", key.Id + "c");
        await WriteAsync(new WriteOperation.Create(key, Documents.Basic("one")));

        var fault = await Assert.ThrowsAsync<FhirException>(() => store.WriteAsync(
            [
                new WriteOperation.Create(other, Documents.Basic("new")),
                new WriteOperation.Create(key, Documents.Basic("two")),
                new WriteOperation.Delete(third, 7),
            ], default));

        Assert.Equal([IssueType.Duplicate, IssueType.Conflict], fault.Issues.Select(issue => issue.Type));
        Assert.Null(await store.FindAsync(other, default));
    }

    [Fact]
    public async Task A_key_named_twice_is_refused()
    {
        var fault = await Assert.ThrowsAsync<FhirException>(() => store.WriteAsync(
            [new WriteOperation.Create(key, Documents.Basic("one")), new WriteOperation.Delete(key)], default));

        Assert.Equal((IssueType.Invalid, $"{key} is named by two operations of one transaction; each resource may change once."),
            (fault.Issues[0].Type, fault.Issues[0].Diagnostics));
    }

    [Fact]
    public async Task A_character_that_PostgreSQL_cannot_keep_is_the_senders_fault()
    {
        var fault = await Assert.ThrowsAsync<FhirException>(() => WriteAsync(new WriteOperation.Create(new ResourceKey("Basic", "a\0b"), Documents.Basic("x"))));

        Assert.Equal(IssueType.Value, Assert.Single(fault.Issues).Type);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(400)]
    public async Task Creates_updates_and_deletes_mix_in_one_transaction(int each)
    {
        ResourceKey At(string part, int at) => new("Basic", $"{key.Id}-{part}{at}");
        await store.WriteAsync(
            [
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Create(At("u", at), Documents.Basic("old"))),
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Create(At("d", at), Documents.Basic("old"))),
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Create(At("s", at), Documents.Basic("same"))),
            ], default);
        var results = await store.WriteAsync(
            [
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Update(At("u", at), Documents.Basic($"new {at}"))),
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Delete(At("d", at))),
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Update(At("s", at), Documents.Basic("same"))),
                .. Enumerable.Range(0, each).Select(at => new WriteOperation.Create(At("c", at), Documents.Basic($"created {at}"))),
            ], default);

        Assert.Equal(
            Enumerable.Repeat(WriteOutcome.Updated, each).Concat(Enumerable.Repeat(WriteOutcome.Deleted, each))
                .Concat(Enumerable.Repeat(WriteOutcome.Unchanged, each)).Concat(Enumerable.Repeat(WriteOutcome.Created, each)),
            results.Select(result => result.Outcome));
        for (var at = 0; at < each; at += 37)
        {
            Assert.Equal($"new {at}", (await store.FindAsync(At("u", at), default))!.CodeText());
            Assert.Equal("old", (await store.FindVersionAsync(At("u", at), 1, default))!.CodeText());
            Assert.True((await store.FindAsync(At("d", at), default))!.IsDeleted);
            Assert.Equal($"created {at}", (await store.FindAsync(At("c", at), default))!.CodeText());
        }
    }

    [Fact]
    public async Task A_body_of_five_megabytes_comes_back_byte_for_byte()
    {
        var result = await WriteAsync(new WriteOperation.Create(key, Documents.Basic(new string('x', 5_000_000))));

        Assert.True((await store.FindAsync(key, default))!.Body.Span.SequenceEqual(result.Version.Body.Span));
    }

    private async Task<WriteResult> WriteAsync(WriteOperation operation) => Assert.Single(await store.WriteAsync([operation], default));
}
