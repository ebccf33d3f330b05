using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Searching;
using Myeloma.Fhir.Terminology.Members;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <summary>What PostgreSQL does for a search over 100,000 resources: no big table is read from end to end.</summary>
[Trait("Category", "Postgres")]
public sealed class PlanTests(PlanTests.Filled filled) : IClassFixture<PlanTests.Filled>
{
    public static TheoryData<string> Searches =>
        ["token", "two tokens", "token of many", "not", "date", "date and token", "string", "reference", "url", "url below", "quantity", "id", "chain", "include", "missing", "newest", "composite", "words", "canonical chain", "has", "either", "both types", "ends with", "few codes", "many codes", "not many codes", "many codes of both types", "among few codes", "among many codes"];

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task No_search_reads_a_big_table_from_end_to_end(string name)
    {
        var plan = await ExplainAsync(filled.Search(name), null, generic: false);

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task A_search_that_begins_with_few_rows_has_one_plan_for_all_values_that_looks_each_up(string name)
    {
        var search = filled.Search(name);
        if (NarrowSource.Of(search, filled.Fixture.Inner.Options, new FrequentCriteria(TimeProvider.System)) is not { } narrow)
        {
            Assert.Contains(name, "newest, both types, either, words, not many codes, many codes of both types", StringComparison.Ordinal);
            return;
        }

        var plan = await ExplainAsync(search, narrow, generic: true);

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Hash Join", plan, StringComparison.Ordinal);
        if (search.Includes.Count == 0) Assert.DoesNotContain("hashed SubPlan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Merge", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("newest")]
    public async Task A_plan_for_all_values_walks_the_index_in_order_and_sorts_nothing(string name)
    {
        var plan = await ExplainAsync(filled.Search(name), null, generic: true);

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        Assert.Contains("Index Only Scan Backward", plan, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task A_later_page_reads_no_more_than_the_first(string name)
    {
        var store = filled.Fixture.Store;
        var search = filled.Search(name) with { Count = 2 };
        var first = await store.SearchAsync(search, default);
        if (first.NextCursor is not { } next)
        {
            Assert.Contains(name, "id, chain, not, among few codes, date, reference, url, url below, quantity, composite, canonical chain, has, string", StringComparison.Ordinal);
            return;
        }

        var plan = await store.ExplainAsync(search, default);
        var later = await store.ExplainAsync(search with { Cursor = next }, default);

        var (blocks, laterBlocks) = (Blocks(plan), Blocks(later));
        Assert.True(laterBlocks <= (2 * blocks) + 100, $"{laterBlocks} blocks instead of {blocks}:\n{string.Join('\n', later.Plan)}");
        Assert.DoesNotContain(later.Plan, line => line.Contains("Seq Scan", StringComparison.Ordinal) && !line.Contains("search_parameter", StringComparison.Ordinal));
    }

    /// <summary>Of the whole statement, whose line is the first.</summary>
    private static long Blocks(SearchExplanation explanation) => System.Text.RegularExpressions.Regex
        .Matches(explanation.Plan.First(line => line.Contains("Buffers:", StringComparison.Ordinal)), "(?:hit|read)=([0-9]+)")
        .Sum(match => long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    private async Task<string> ExplainAsync(BoundSearch search, NarrowSource? narrow, bool generic)
    {
        await using var connection = await filled.Fixture.Inner.DataSource.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        var mode = generic ? "force_generic_plan" : "force_custom_plan";
        SearchStatement.Page(search, null, filled.Fixture.Inner.Options, narrow).AddTo(batch);
        var statement = batch.BatchCommands[^1];
        batch.BatchCommands.Clear();

        // Typed like the parameters, so that the prepared statement is the one the store has.
        var types = string.Join(", ", statement.Parameters.Select(parameter => parameter.DataTypeName ?? TypeName(parameter.Value)));
        var values = string.Join(", ", statement.Parameters.Select(parameter => Literal(parameter.Value)));
        await ExecuteAsync($"SET plan_cache_mode = {mode}");
        await ExecuteAsync($"PREPARE search{(types.Length == 0 ? "" : $"({types})")} AS {statement.CommandText}");
        await using var explain = new Npgsql.NpgsqlCommand($"EXPLAIN EXECUTE search{(values.Length == 0 ? "" : $"({values})")}", connection);
        List<string> lines = [];
        await using (var reader = await explain.ExecuteReaderAsync())
            while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        await ExecuteAsync("DEALLOCATE search; RESET plan_cache_mode");
        return string.Join('\n', lines.Where(line => !line.Contains("Seq Scan on search_parameter", StringComparison.Ordinal)));

        async Task ExecuteAsync(string text)
        {
            await using var command = new Npgsql.NpgsqlCommand(text, connection) { AllResultTypesAreUnknown = true };
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string TypeName(object? value) => value switch
    {
        string => "text",
        long => "bigint",
        int => "integer",
        decimal => "numeric",
        DateTimeOffset => "timestamptz",
        long[] => "bigint[]",
        int[] => "integer[]",
        _ => "text[]",
    };

    private static string Literal(object? value) => value switch
    {
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        DateTimeOffset instant => $"'{instant:O}'",
        long[] numbers => $"'{{{string.Join(',', numbers)}}}'",
        int[] numbers => $"'{{{string.Join(',', numbers)}}}'",
        string[] texts => $"'{{{string.Join(',', texts)}}}'",
        _ => FormattableString.Invariant($"{value}"),
    };

    /// <summary>100,000 resources with a row of every kind.</summary>
    public sealed class Filled : IAsyncLifetime
    {
        private const int Resources = 100_000;
        private readonly Dictionary<string, SearchParameter> parameters = [];

        public SearchFixture Fixture { get; } = new();

        public async Task InitializeAsync()
        {
            await Fixture.InitializeAsync();
            foreach (var type in Enum.GetValues<SearchParameterType>())
                parameters[type.ToString()] = await Fixture.ParameterAsync(type);
            parameters["target"] = await Fixture.ParameterAsync(SearchParameterType.Token, "Patient");

            var store = new ResourceStore(Fixture.Inner.DataSource, Fixture.Inner.Options, Fixture.Inner.Time, document => Rows(int.Parse(document.Id!, System.Globalization.CultureInfo.InvariantCulture)));
            foreach (var chunk in Enumerable.Range(0, Resources).Chunk(10_000))
                await store.WriteAsync([.. chunk.Select(at => new WriteOperation.Create(
                    new ResourceKey("Basic", $"{at}"), Documents.Parse($$"""{"resourceType":"Basic","id":"{{at}}","code":{"text":"number {{at}}"} }""")))], default);
            Fixture.Store.ListMembers = (name, _) => Task.FromResult(new CodeMembers([], Codes(((CodeSetName.StoredValueSet)name).Id == "few" ? 20 : 4_000), 0));
            foreach (var name in (string[])["few", "many"])
                await Fixture.Store.SearchAsync(new BoundSearch { ResourceType = "Basic", CountOnly = true, Criteria = [new Criterion.TokenIn(parameters["Token"], [new CodeSetName.StoredValueSet(name)], "code:in")] }, default);
            await Fixture.Inner.ScalarAsync("INSERT INTO code_set_member SELECT other, hashint8extended(member, other) FROM generate_series(100, 149) other, generate_series(1, 4000) member");
            Fixture.Inner.Time.Step(TimeSpan.FromSeconds(1));
            await Fixture.Inner.ScalarAsync("VACUUM ANALYZE");
        }

        public Task DisposeAsync() => Fixture.DisposeAsync();

        /// <summary>The first of the 5,000 codes that resources have, in turn.</summary>
        private static IEnumerable<(string, string)> Codes(int count) => Enumerable.Range(0, count).Select(at => ("http://s", $"c{at}"));

        private static Criterion.TokenIn In(SearchParameter parameter, int size) =>
            new(parameter, [new CodeSetName.StoredValueSet(size == 20 ? "few" : "many")], "code:in") { Stored = [new StoredCodeSet(size == 20 ? 1 : 2, size)] };

        public BoundSearch Search(string name)
        {
            var token = parameters["Token"];
            Criterion rare = new Criterion.Token(token, [new TokenValue.InSystem("http://s", "c77")]);
            Criterion frequent = new Criterion.Token(token, [new TokenValue.AnySystem("active")]);
            var day = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
            Criterion date = new Criterion.Date(parameters["Date"], [new DateValue(Prefix.Eq, day, day.AddDays(1))]);
            Criterion[] criteria = name switch
            {
                "token" or "include" => [rare],
                "two tokens" => [rare, frequent],
                "token of many" => [new Criterion.Token(token, [new TokenValue.InSystem("http://s", "c77"), new TokenValue.InSystem("http://s", "c78")])],
                "not" => [rare, new Criterion.Token(token, [new TokenValue.AnySystem("active")], Negated: true)],
                "date" => [date],
                "date and token" => [date, frequent],
                "string" => [new Criterion.String(parameters["String"], StringMatch.Prefix, ["name 777"])],
                "reference" => [new Criterion.Reference(parameters["Reference"], [new ReferenceValue.Local("Patient", "77", null)])],
                "url" => [new Criterion.Uri(parameters["Uri"], UriMatch.Exact, ["http://x/77"])],
                "url below" => [new Criterion.Uri(parameters["Uri"], UriMatch.Below, ["http://x/77"])],
                "quantity" => [new Criterion.Quantity(parameters["Quantity"], [new QuantityValue(new NumberValue(Prefix.Eq, 76.5m, 77.5m, 77m), null, "mg")])],
                "id" => [new Criterion.Id(["77"])],
                "chain" => [new Criterion.Chain(parameters["Reference"], [new ChainTarget("Patient", new Criterion.Token(parameters["target"], [new TokenValue.AnySystem("x")]))])],
                "composite" => [new Criterion.Composite(parameters["Composite"],
                    [[new Criterion.Token(new SearchParameter { ResourceType = "Basic", Code = "a", Url = "", Type = SearchParameterType.Token, Id = parameters["Composite"].Id + 1, IsComponent = true }, [new TokenValue.AnySystem("active")]),
                      new Criterion.Quantity(new SearchParameter { ResourceType = "Basic", Code = "b", Url = "", Type = SearchParameterType.Quantity, Id = parameters["Composite"].Id + 2, IsComponent = true }, [new QuantityValue(new NumberValue(Prefix.Eq, 76.5m, 77.5m, 77m), null, null)])]])],
                "words" => [new Criterion.FullText(parameters["String"] with { Code = "_content" }, new FullTextExpression.And(new FullTextExpression.Phrase(["word77"], false), new FullTextExpression.Phrase(["every"], false)))],
                "canonical chain" => [new Criterion.Chain(parameters["Reference"], [new ChainTarget("Basic", rare) { Canonical = new CanonicalTarget("Basic", parameters["Uri"], null) }])],
                "has" => [new Criterion.Has(parameters["Reference"], "Basic", rare) { LeadsByCanonical = true }],
                "either" => [new Criterion.AnyOf([rare, new Criterion.AllOf([date, frequent]), new Criterion.Number(parameters["Number"], [new NumberValue(Prefix.Eq, 76.5m, 77.5m, 77m)])])],
                "both types" => [new Criterion.OverTypes([rare, new Criterion.Token(parameters["target"], [new TokenValue.AnySystem("x")])])],
                "ends with" => [rare, new Criterion.String(parameters["String"], StringMatch.Suffix, ["77"])],
                "few codes" => [In(token, 20)],
                "many codes" => [In(token, 4_000)],
                "not many codes" => [In(token, 4_000) with { Negated = true }],
                "many codes of both types" => [new Criterion.OverTypes([In(token, 4_000), In(parameters["target"], 4_000)])],
                "among few codes" => [date, In(token, 20)],
                "among many codes" => [date, In(token, 4_000)],
                "missing" => [rare, new Criterion.Missing(parameters["Number"], true)],
                _ => [],
            };
            return new BoundSearch
            {
                ResourceType = "Basic", Criteria = criteria, Count = 20,
                Includes = name == "include" ? [new IncludeRule("Basic", [parameters["Reference"]], null, false, true), new IncludeRule("Basic", [parameters["Reference"]], null, true, false)] : [],
            };
        }

        private IndexRows Rows(int at)
        {
            var rows = new IndexRows();
            var day = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(at % 10_000);
            rows.Tokens.Add(new TokenRow(parameters["Token"].Id, "http://s", $"c{at % 5_000}"));
            rows.Tokens.Add(new TokenRow(parameters["Token"].Id, "http://status", at % 10 == 0 ? "retired" : "active"));
            rows.Strings.Add(new StringRow(parameters["String"].Id, $"name {at}", $"Name {at}"));
            rows.References.Add(new ReferenceRow(parameters["Reference"].Id, "Patient", $"{at % 20_000}", null, null));
            rows.Uris.Add(new UriRow(parameters["Uri"].Id, $"http://x/{at}"));
            rows.Dates.Add(new DateRow(parameters["Date"].Id, day, day.AddDays(1)));
            rows.Quantities.Add(new QuantityRow(parameters["Quantity"].Id, "http://unitsofmeasure.org", "mg", at, at));
            rows.FullText = new FullTextRow([], [new WordAt("every", 1), new WordAt($"word{at % 10_000}", 2)]);
            rows.Tokens.Add(new TokenRow(parameters["Composite"].Id + 1, null, at % 10 == 0 ? "retired" : "active", 0));
            rows.Quantities.Add(new QuantityRow(parameters["Composite"].Id + 2, null, null, at, at, 0));
            if (at % 2 == 0) rows.Numbers.Add(new NumberRow(parameters["Number"].Id, at, at));
            rows.Present.AddRange(parameters.Values.Where(parameter => parameter.ResourceType == "Basic" && (at % 2 == 0 || parameter.Code != parameters["Number"].Code)).Select(parameter => parameter.Id));
            return rows;
        }
    }
}
