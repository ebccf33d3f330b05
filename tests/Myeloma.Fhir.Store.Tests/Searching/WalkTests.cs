using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Npgsql;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>Walks from page to page while others write. src/decisions/consistent-paging.md</summary>
[Trait("Category", "Postgres")]
public sealed class WalkTests(WalkTests.Garden garden) : IClassFixture<WalkTests.Garden>
{
    private const int Basics = 400, Patients = 40, Writers = 4;

    public static TheoryData<string> Searches => ["newest", "oldest", "token", "by number", "by number, down", "by id", "chain", "has", "include", "not", "either", "words"];

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task A_walk_sees_what_its_first_page_saw_while_four_others_create_update_and_delete(string name)
    {
        using var end = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(seed => Task.Run(() => garden.WriteAsync(seed, end.Token)))];
        try
        {
            var search = garden.Search(name);
            await using var snapshot = await garden.Store().OpenSnapshotAsync(false, default);
            var whole = await snapshot.Store.SearchAsync(search with { Count = 5_000 }, default);
            var first = await snapshot.Store.SearchAsync(search, default);
            Assert.NotNull(first.NextCursor);

            // A store of its own for each page: a restart, or another server, makes no difference.
            List<SearchPage> pages = [first];
            while (pages[^1].NextCursor is { } next) pages.Add(await garden.Store().SearchAsync(search with { Cursor = next }, default));
            Assert.Equal(whole.Matches.Select(Told), pages.SelectMany(page => page.Matches).Select(Told));
            Assert.Equal(
                whole.Includes.Select(Told).Order(StringComparer.Ordinal), pages.SelectMany(page => page.Includes).Select(Told).Distinct().Order(StringComparer.Ordinal));
            Assert.All(pages, page => Assert.Equal(whole.Total, page.Total));

            List<string> back = [];
            for (var page = pages[^1]; ; page = await garden.Store().SearchAsync(search with { Cursor = page.PreviousCursor }, default))
            {
                back.InsertRange(0, page.Matches.Select(Told));
                if (page.PreviousCursor is null) break;
            }

            Assert.Equal(whole.Matches.Select(Told), back);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(writers);
        }
    }

    [Fact]
    public async Task What_is_superseded_is_only_kept_while_somebody_pages()
    {
        await using var alone = new Garden();
        await alone.InitializeAsync();
        var store = alone.Store();

        await Garden.SetAsync(store, 1, "a", 5, 1);
        Assert.Equal(0L, await alone.CountPastAsync());
        await store.SearchAsync(alone.Search("token") with { Count = 1_000 }, default);
        await Garden.SetAsync(store, 1, "a", 6, 1);
        Assert.Equal(0L, await alone.CountPastAsync());

        var first = await store.SearchAsync(alone.Search("token"), default);
        await Garden.SetAsync(store, 1, "a", 7, 1);
        await Garden.SetAsync(store, 2, "a", 7, 1);
        Assert.Equal(2L, await alone.CountPastAsync());
        Assert.NotNull(first.NextCursor);
    }

    [Fact]
    public async Task A_first_page_waits_for_writers_that_do_not_know_yet_that_somebody_pages()
    {
        await using var alone = new Garden();
        await alone.InitializeAsync();
        await using var writer = await alone.Fixture.Inner.DataSource.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await using (var supersede = new NpgsqlCommand("SELECT index_supersede(ARRAY(SELECT rid FROM resource WHERE type = 'Basic' LIMIT 1))", writer))
            await supersede.ExecuteNonQueryAsync();

        var first = alone.Store().SearchAsync(alone.Search("token"), default);
        while (await alone.Fixture.Inner.ScalarAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") is 0L) Assert.False(first.IsCompleted, "Nobody waits.");
        Assert.False(first.IsCompleted);
        await transaction.RollbackAsync();

        Assert.NotNull((await first).NextCursor);
    }

    [Fact]
    public async Task A_link_that_is_too_old_is_gone_and_the_setting_named()
    {
        var store = garden.Fixture.WithOptions(garden.Fixture.Inner.Options with { PageLinkLifetime = TimeSpan.FromMilliseconds(1) });
        var first = await store.SearchAsync(garden.Search("token"), default);
        await Task.Delay(20);

        var issue = Assert.Single((await Assert.ThrowsAsync<FhirException>(() => store.SearchAsync(garden.Search("token") with { Cursor = first.NextCursor }, default))).Issues);

        Assert.Equal(IssueType.Deleted, issue.Type);
        Assert.Contains("Fhir:PageLinkSeconds", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_no_link_asks_for_any_more_is_swept_and_what_was_expunged_is_gone_at_once()
    {
        await using var alone = new Garden();
        await alone.InitializeAsync();
        var store = alone.Store();
        var search = alone.Search("token");
        var first = await store.SearchAsync(search, default);
        var whole = await store.SearchAsync(search with { Count = 1_000 }, default);
        string[] rest = [.. whole.Matches.Skip(first.Matches.Count).Select(Told)];
        var last = whole.Matches[^1].Key;
        await store.WriteAsync([new WriteOperation.Delete(last)], default);

        async Task<string[]> RestAsync()
        {
            List<string> seen = [];
            for (var next = first.NextCursor; next is not null;)
            {
                var page = await store.SearchAsync(search with { Cursor = next }, default);
                seen.AddRange(page.Matches.Select(Told));
                next = page.NextCursor;
            }

            return [.. seen];
        }

        Assert.Equal(rest, await RestAsync());
        Assert.Equal(0, await store.SweepPastAsync(default));
        Assert.Equal(2L, await store.ExpungeAsync(last, default));
        Assert.Equal(rest[..^1], await RestAsync());

        await Garden.SetAsync(store, 3, "b", 1, 1);
        Assert.Equal(1L, await alone.CountPastAsync());
        await alone.Fixture.Inner.ScalarAsync("UPDATE past.resource SET kept_until = now() - interval '6 minutes'");
        Assert.Equal(1, await store.SweepPastAsync(default));
        Assert.Equal(0L, await alone.CountPastAsync());
        Assert.Equal(0L, await alone.Fixture.Inner.ScalarAsync("SELECT count(*) FROM past.index_token"));
    }

    [Fact]
    public async Task Indexing_anew_changes_nothing_in_a_walk()
    {
        var search = garden.Search("chain");
        var store = garden.Store();
        var first = await store.SearchAsync(search, default);
        var whole = await store.SearchAsync(search with { Count = 1_000 }, default);
        await store.ReindexAsync([garden.Mark], default);

        List<string> seen = [.. first.Matches.Select(Told)];
        for (var next = first.NextCursor; next is not null;)
        {
            var page = await store.SearchAsync(search with { Cursor = next }, default);
            seen.AddRange(page.Matches.Select(Told));
            next = page.NextCursor;
        }

        Assert.Equal(whole.Matches.Select(Told), seen);
    }

    [Fact]
    public async Task Every_index_table_has_its_past_and_its_view()
    {
        const string Columns = "SELECT string_agg(table_name || '.' || column_name || ' ' || udt_name, E'\\n' ORDER BY table_name, column_name) FROM information_schema.columns WHERE starts_with(table_name, 'index_') AND column_name <> 'gone' AND table_schema = ";
        var current = Assert.IsType<string>(await garden.Fixture.Inner.ScalarAsync(Columns + "'public'"));

        Assert.Equal(current, await garden.Fixture.Inner.ScalarAsync(Columns + "'past'"));
        Assert.Equal(current, await garden.Fixture.Inner.ScalarAsync(Columns + "'view_at'"));
    }

    private static string Told(ResourceVersion version) => $"{version.Key}/{version.VersionId} {version.TextOf()}";

    /// <summary>Patients, and resources that refer to them; what is indexed of each stands in its text as <c>group|number|patient</c>.</summary>
    public sealed class Garden : IAsyncLifetime, IAsyncDisposable
    {
        private SearchParameter number = null!, patient = null!, kind = null!;

        public SearchFixture Fixture { get; } = new();

        public SearchParameter Mark { get; private set; } = null!;

        public ResourceStore Store() => new(Fixture.Inner.DataSource, Fixture.Inner.Options, TimeProvider.System, Rows);

        public async Task InitializeAsync()
        {
            await Fixture.InitializeAsync();
            Mark = await Fixture.ParameterAsync(SearchParameterType.Token);
            number = await Fixture.ParameterAsync(SearchParameterType.Number);
            patient = await Fixture.ParameterAsync(SearchParameterType.Reference);
            kind = await Fixture.ParameterAsync(SearchParameterType.Token, "Observation");
            var random = new Random(1);
            await Store().WriteAsync(
                [
                    .. Enumerable.Range(0, Patients).Select(at => Update("Observation", at, at % 2 == 0 ? "x" : "y", 0, 0)),
                    .. Enumerable.Range(0, Basics).Select(at => Update("Basic", at, at % 3 == 0 ? "b" : "a", random.Next(20), random.Next(Patients))),
                ],
                default);
        }

        public Task DisposeAsync() => Fixture.DisposeAsync();

        async ValueTask IAsyncDisposable.DisposeAsync() => await Fixture.DisposeAsync();

        public async Task<long> CountPastAsync() => (long)(await Fixture.Inner.ScalarAsync("SELECT count(*) FROM past.resource"))!;

        public static Task SetAsync(ResourceStore store, int at, string group, int value, int target) => store.WriteAsync([Update("Basic", at, group, value, target)], default);

        /// <summary>Creates, updates and deletes until the end; also what others refer to, and several at once.</summary>
        public async Task WriteAsync(int seed, CancellationToken end)
        {
            var random = new Random(seed);
            var store = Store();
            while (!end.IsCancellationRequested)
            {
                await Task.Delay(random.Next(10), CancellationToken.None);
                var at = random.Next(Basics + 100);
                await store.WriteAsync(
                    random.Next(10) switch
                    {
                        0 => [new WriteOperation.Delete(new ResourceKey("Basic", $"{at}"))],
                        1 => [Update("Observation", at % Patients, random.Next(2) == 0 ? "x" : "y", 0, 0)],
                        2 => [.. Enumerable.Range(at, 30).Select(each => Update("Basic", each, random.Next(2) == 0 ? "b" : "a", random.Next(20), random.Next(Patients)))],
                        _ => [Update("Basic", at, random.Next(3) == 0 ? "b" : "a", random.Next(20), random.Next(Patients))],
                    },
                    default);
            }
        }

        public BoundSearch Search(string name)
        {
            Criterion group = new Criterion.Token(Mark, [new TokenValue.AnySystem("a")]);
            Criterion ofKind = new Criterion.Token(kind, [new TokenValue.AnySystem("x")]);
            var toPatient = new Criterion.Chain(patient, [new ChainTarget("Observation", ofKind)]);
            Criterion[] criteria = name switch
            {
                "newest" or "oldest" => [],
                "chain" => [group, toPatient],
                "words" => [new Criterion.FullText(Mark with { Code = "_content" }, new FullTextExpression.Phrase(["every"], false))],
                "has" => [new Criterion.Has(patient, "Observation", group)],
                "not" => [new Criterion.Token(Mark, [new TokenValue.AnySystem("a")], Negated: true)],
                "either" => [new Criterion.AnyOf([new Criterion.Number(number, [new NumberValue(Prefix.Eq, 2.5m, 3.5m, 3m)]), toPatient])],
                _ => [group],
            };
            return new BoundSearch
            {
                ResourceType = name == "has" ? "Observation" : "Basic", Criteria = criteria, Count = name == "has" ? 3 : 23,
                Sort = name switch
                {
                    "oldest" => [new SortKey(null, SortColumn.LastUpdated, false)],
                    "by number" => [new SortKey(number, SortColumn.None, false)],
                    "by number, down" => [new SortKey(number, SortColumn.None, true)],
                    "by id" => [new SortKey(null, SortColumn.Id, false)],
                    _ => [],
                },
                Includes = name == "include" ? [new IncludeRule("Basic", [patient], null, false, false)] : [],
            };
        }

        private static WriteOperation.Update Update(string type, int at, string group, int value, int target) => new(
            new ResourceKey(type, $"{at}"), Documents.Parse($$"""{"resourceType":"{{type}}","code":{"text":"{{group}}|{{value}}|{{target}}"} }"""));

        private IndexRows Rows(ResourceDocument document)
        {
            var parts = document.Root.Child("code")!.Value.TextOf("text")!.Split('|');
            var rows = new IndexRows();
            rows.FullText = new FullTextRow([], [new WordAt("every", 1)]);
            if (document.ResourceType == "Observation")
            {
                rows.Tokens.Add(new TokenRow(kind.Id, null, parts[0]));
                return rows;
            }

            var value = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            rows.Tokens.Add(new TokenRow(Mark.Id, null, parts[0]));
            if (value > 2) rows.Numbers.Add(new NumberRow(number.Id, value, value));
            rows.References.Add(new ReferenceRow(patient.Id, "Observation", parts[2], null, null));
            return rows;
        }
    }
}
