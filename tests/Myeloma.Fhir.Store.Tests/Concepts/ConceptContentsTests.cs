using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Setup;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Concepts;

/// <summary>Concepts that lie in tables: what was written is read, once for all who write it, and goes when nobody names it.</summary>
[Trait("Category", "Postgres")]
public sealed class ConceptContentsTests
{
    private static readonly ConceptSource[] Concepts =
    [
        new("a", "A", "The first.", -1) { Extensions = [new("http://e", "{\"url\":\"http://e\"}"), new("http://f", "{}")] },
        new("b", null, null, 0)
        {
            FurtherParents = [2], Designations = [new("de", new ConceptUse("http://u", "short", null), "Bé", "draft"), new(null, null, "B")],
            Properties = [new("colour", "Coding", "red", "http://c", "Red"), new("weight", "decimal", "1.50")],
        },
        new("c", "C", null, -1),
    ];

    [Fact]
    public async Task What_was_written_is_read_and_its_form_is_kept_once()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var opened = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), TimeProvider.System, _ => new IndexRows(), default);
        var (contents, hash) = (opened.Concepts, ConceptContent.Hash(Concepts));
        Assert.Null(await contents.FindAsync(hash, default));
        var source = new CodeSystemSource("http://example.org/s", null, "complete", Concepts);
        var form = ConceptForm.Of(source);

        var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => contents.AddAsync(hash, Concepts, null, default)));
        var read = await contents.FindAsync(hash, default);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => contents.KeepFormAsync(hash, "case", form, default)));
        var kept = await contents.FindFormAsync(hash, "case", default);

        Assert.Single(written, true);
        Assert.Equal(hash, ConceptContent.Hash([.. read!.Select((each, at) => at == 1 ? each with { Parent = 0, FurtherParents = [2] } : each)]));
        Assert.Equal(Bytes(form), Bytes(kept!));
        Assert.True(await contents.HasFormAsync(hash, "case", default));
        Assert.False(await contents.HasFormAsync(hash, "no-case", default));
        Assert.Null(await contents.FindFormAsync(hash, "no-case", default));
        Assert.Null(await contents.FindFormAsync("other", "case", default));
    }

    [Fact]
    public async Task A_form_larger_than_a_part_comes_back_whole()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var opened = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), TimeProvider.System, _ => new IndexRows(), default);
        ConceptSource[] many = [.. Enumerable.Range(0, 5000).Select(each => new ConceptSource($"code-{each}", $"Number {each}", null, each == 0 ? -1 : (each - 1) / 3))];
        var (hash, form) = (ConceptContent.Hash(many), ConceptForm.Of(new CodeSystemSource("http://example.org/s", null, "complete", many)));
        await opened.Concepts.AddAsync(hash, many, null, default);

        await opened.Concepts.KeepFormAsync(hash, "case", form, default);

        Assert.InRange(Bytes(form).Length, 200_000, int.MaxValue);
        Assert.Equal(Bytes(form), Bytes((await opened.Concepts.FindFormAsync(hash, "case", default))!));
        Assert.Equal(hash, ConceptContent.Hash((await opened.Concepts.FindAsync(hash, default))!));
    }

    [Fact]
    public async Task What_nobody_names_is_removed_after_an_hour_with_all_that_belongs_to_it()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var opened = await StoreDatabase.OpenAsync(database.ConnectionString, new StoreOptions(), TimeProvider.System, _ => new IndexRows(), default);
        var contents = opened.Concepts;
        foreach (var hash in (string[])["named", "old", "fresh"]) await contents.AddAsync(hash, Concepts, null, default);
        await contents.KeepFormAsync("old", "case", ConceptForm.Of(new CodeSystemSource("http://example.org/s", null, "complete", Concepts)), default);
        await database.ExecuteAsync("UPDATE concept_content SET imported = imported - interval '2 hours' WHERE hash <> 'fresh'");

        var removed = await contents.RemoveUnnamedAsync(["named"], default);
        var again = await contents.AddAsync("old", Concepts, null, default);

        Assert.Equal((1, true), (removed, again));
        Assert.NotNull(await contents.FindAsync("named", default));
        Assert.NotNull(await contents.FindAsync("fresh", default));
        Assert.False(await contents.HasFormAsync("old", "case", default));
    }

    private static byte[] Bytes(ConceptForm form)
    {
        using var stream = new MemoryStream();
        form.Write(stream);
        return stream.ToArray();
    }
}
