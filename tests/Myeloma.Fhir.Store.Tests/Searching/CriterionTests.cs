using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#ptypes</remarks>
[Trait("Category", "Postgres")]
public sealed class CriterionTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    [Fact]
    public async Task Tokens_are_found_in_their_four_forms()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Token);
        await fixture.AddAsync("a", rows => { rows.Tokens.Add(new TokenRow(p.Id, "s1", "x")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("b", rows => { rows.Tokens.Add(new TokenRow(p.Id, "s2", "x")); rows.Tokens.Add(new TokenRow(p.Id, "s2", "y")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("c", rows => { rows.Tokens.Add(new TokenRow(p.Id, null, "x")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("d", _ => { });

        Task<string> Find(params TokenValue[] values) => fixture.FindAsync(new Criterion.Token(p, values));
        Assert.Equal("a b c", await Find(new TokenValue.AnySystem("x")));
        Assert.Equal("b", await Find(new TokenValue.InSystem("s2", "x")));
        Assert.Equal("c", await Find(new TokenValue.NoSystem("x")));
        Assert.Equal("b", await Find(new TokenValue.WholeSystem("s2")));
        Assert.Equal("", await Find(new TokenValue.InSystem("s1", "y")));
        Assert.Equal("", await Find(new TokenValue.AnySystem("X")));
        Assert.Equal("a b", await Find(new TokenValue.InSystem("s1", "x"), new TokenValue.AnySystem("y")));
        Assert.Equal("b", await fixture.FindAsync(new Criterion.Token(p, [new TokenValue.AnySystem("x")]), new Criterion.Token(p, [new TokenValue.AnySystem("y")])));
        Assert.Equal("a c", await fixture.FindAsync(new Criterion.Missing(p, false), new Criterion.Token(p, [new TokenValue.AnySystem("y")], Negated: true)));
        Assert.Equal("a b c", await fixture.FindAsync(new Criterion.Missing(p, false)));
    }

    [Fact]
    public async Task Not_and_missing_hold_for_resources_without_a_value()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Token);
        var mark = await fixture.ParameterAsync(SearchParameterType.Token);
        await fixture.AddAsync("n1", rows => { rows.Tokens.Add(new TokenRow(mark.Id, null, "m")); rows.Tokens.Add(new TokenRow(p.Id, null, "x")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("n2", rows => { rows.Tokens.Add(new TokenRow(mark.Id, null, "m")); rows.Tokens.Add(new TokenRow(p.Id, null, "y")); rows.Present.Add(p.Id); });
        await fixture.AddAsync("n3", rows => rows.Tokens.Add(new TokenRow(mark.Id, null, "m")));

        var marked = new Criterion.Token(mark, [new TokenValue.AnySystem("m")]);
        Assert.Equal("n2 n3", await fixture.FindAsync(marked, new Criterion.Token(p, [new TokenValue.AnySystem("x")], Negated: true)));
        Assert.Equal("n3", await fixture.FindAsync(marked, new Criterion.Token(p, [new TokenValue.AnySystem("x"), new TokenValue.AnySystem("y")], Negated: true)));
        Assert.Equal("n3", await fixture.FindAsync(marked, new Criterion.Missing(p, true)));
        Assert.Equal("", await fixture.FindAsync(marked, new Criterion.Never()));
    }

    [Fact]
    public async Task Strings_are_found_by_prefix_by_part_and_exactly()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.String);
        var tail = new string('t', 400);
        await fixture.AddAsync("s1", rows => rows.Strings.Add(new StringRow(p.Id, "muller", "Müller")));
        await fixture.AddAsync("s2", rows => rows.Strings.Add(new StringRow(p.Id, "mullerin 100%_x", "Müllerin 100%_x")));
        await fixture.AddAsync("s3", rows => rows.Strings.Add(new StringRow(p.Id, tail + "a", tail + "a")));
        await fixture.AddAsync("s4", rows => rows.Strings.Add(new StringRow(p.TextId, "muller", "Müller")));

        Task<string> Find(StringMatch how, params string[] values) => fixture.FindAsync(new Criterion.String(p, how, values));
        Assert.Equal("s1 s2", await Find(StringMatch.Prefix, "mull"));
        Assert.Equal("", await Find(StringMatch.Prefix, "uller"));
        Assert.Equal("", await Find(StringMatch.Prefix, "m%"));
        Assert.Equal("s1 s2", await Find(StringMatch.Contains, "uller"));
        Assert.Equal("s2", await Find(StringMatch.Contains, "0%_"));
        Assert.Equal("", await Find(StringMatch.Contains, "m_l"));
        Assert.Equal("s1", await Find(StringMatch.Exact, "Müller"));
        Assert.Equal("", await Find(StringMatch.Exact, "müller"));
        Assert.Equal("s3", await Find(StringMatch.Prefix, tail + "a"));
        Assert.Equal("", await Find(StringMatch.Prefix, tail + "b"));
        Assert.Equal("s2 s3", await Find(StringMatch.Prefix, "mulleri", "tt"));
        Assert.Equal("s4", await fixture.FindAsync(new Criterion.String(p, StringMatch.Prefix, ["mul"], Text: true)));
    }

    [Fact]
    public async Task References_are_found_by_key_by_id_and_by_canonical()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Reference);
        await fixture.AddAsync("r1", rows => rows.References.Add(new ReferenceRow(p.Id, "Patient", "1", null, null)));
        await fixture.AddAsync("r2", rows => rows.References.Add(new ReferenceRow(p.Id, "Group", "1", null, null)));
        await fixture.AddAsync("r3", rows => rows.References.Add(new ReferenceRow(p.Id, null, null, "http://x/y", "2")));
        await fixture.AddAsync("r4", rows => rows.References.Add(new ReferenceRow(p.Id, null, null, "http://x/y", null)));

        Task<string> Find(params ReferenceValue[] values) => fixture.FindAsync(new Criterion.Reference(p, values));
        Assert.Equal("r1", await Find(new ReferenceValue.Local("Patient", "1", null)));
        Assert.Equal("", await Find(new ReferenceValue.Local("Patient", "1", "7")));
        Assert.Equal("r1 r2", await Find(new ReferenceValue.AnyType("1")));
        Assert.Equal("r3 r4", await Find(new ReferenceValue.Url("http://x/y", null)));
        Assert.Equal("r3", await Find(new ReferenceValue.Url("http://x/y", "2")));
        Assert.Equal("", await Find(new ReferenceValue.Url("http://x", null)));
        Assert.Equal("r1 r3", await Find(new ReferenceValue.Local("Patient", "1", null), new ReferenceValue.Url("http://x/y", "2")));
    }

    [Fact]
    public async Task Uris_are_found_exactly_below_and_above()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Uri);
        await fixture.AddAsync("u1", rows => rows.Uris.Add(new UriRow(p.Id, "http://a.org/fhir")));
        await fixture.AddAsync("u2", rows => rows.Uris.Add(new UriRow(p.Id, "http://a.org/fhir/ValueSet/1")));
        await fixture.AddAsync("u3", rows => rows.Uris.Add(new UriRow(p.Id, "http://a.org/fhirsmith")));
        await fixture.AddAsync("u4", rows => rows.Uris.Add(new UriRow(p.Id, "urn:oid:1.2.3")));

        Task<string> Find(UriMatch how, string value) => fixture.FindAsync(new Criterion.Uri(p, how, [value]));
        Assert.Equal("u1", await Find(UriMatch.Exact, "http://a.org/fhir"));
        Assert.Equal("", await Find(UriMatch.Exact, "http://a.org/fhir/"));
        Assert.Equal("u4", await Find(UriMatch.Exact, "urn:oid:1.2.3"));
        Assert.Equal("u1 u2", await Find(UriMatch.Below, "http://a.org/fhir"));
        Assert.Equal("u1 u2", await Find(UriMatch.Below, "http://a.org/fhir/"));
        Assert.Equal("u1 u2 u3", await Find(UriMatch.Below, "http://a.org"));
        Assert.Equal("u1 u2", await Find(UriMatch.Above, "http://a.org/fhir/ValueSet/1"));
        Assert.Equal("u3", await Find(UriMatch.Above, "http://a.org/fhirsmith/x"));
    }

    [Theory]
    [InlineData(Prefix.Eq, "feb")]
    [InlineData(Prefix.Ne, "jan mar open year")]
    [InlineData(Prefix.Gt, "mar open year")]
    [InlineData(Prefix.Lt, "jan year")]
    [InlineData(Prefix.Ge, "feb mar open year")]
    [InlineData(Prefix.Le, "feb jan year")]
    [InlineData(Prefix.Sa, "mar")]
    [InlineData(Prefix.Eb, "jan")]
    [InlineData(Prefix.Ap, "feb open year")]
    public async Task Dates_compare_as_periods(Prefix prefix, string expected)
    {
        static DateTimeOffset Day(int month, int day) => new(2024, month, day, 0, 0, 0, TimeSpan.Zero);
        var p = await fixture.ParameterAsync(SearchParameterType.Date);
        await fixture.AddAsync("jan", rows => rows.Dates.Add(new DateRow(p.Id, Day(1, 1), Day(2, 1))));
        await fixture.AddAsync("feb", rows => rows.Dates.Add(new DateRow(p.Id, Day(2, 10), Day(2, 11))));
        await fixture.AddAsync("mar", rows => rows.Dates.Add(new DateRow(p.Id, Day(3, 1), Day(4, 1))));
        await fixture.AddAsync("year", rows => rows.Dates.Add(new DateRow(p.Id, Day(1, 1), Day(12, 31).AddDays(1))));
        await fixture.AddAsync("open", rows => rows.Dates.Add(new DateRow(p.Id, Day(2, 20), DateTimeOffset.MaxValue)));

        Assert.Equal(expected, await fixture.FindAsync(new Criterion.Date(p, [new DateValue(prefix, Day(2, 1), Day(3, 1))])));
    }

    [Theory]
    [InlineData(Prefix.Eq, "100 100.4")]
    [InlineData(Prefix.Ne, "101 99 wide")]
    [InlineData(Prefix.Gt, "100.4 101 wide")]
    [InlineData(Prefix.Lt, "99 wide")]
    [InlineData(Prefix.Ge, "100 100.4 101 wide")]
    [InlineData(Prefix.Le, "100 99 wide")]
    [InlineData(Prefix.Sa, "100.4 101")]
    [InlineData(Prefix.Eb, "99")]
    [InlineData(Prefix.Ap, "100 100.4 wide")]
    public async Task Numbers_and_quantities_compare_with_the_written_precision(Prefix prefix, string expected)
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Number);
        var q = await fixture.ParameterAsync(SearchParameterType.Quantity);
        foreach (var (id, low, high) in new[] { ("99", 99m, 99m), ("100", 100m, 100m), ("100.4", 100.4m, 100.4m), ("101", 101m, 101m), ("wide", 90m, 110m) })
            await fixture.AddAsync(id, rows =>
            {
                rows.Numbers.Add(new NumberRow(p.Id, low, high));
                rows.Quantities.Add(new QuantityRow(q.Id, "http://unitsofmeasure.org", "mg", low, high));
            });

        var value = new NumberValue(prefix, 99.5m, 100.5m, 100m);
        Assert.Equal(expected, await fixture.FindAsync(new Criterion.Number(p, [value])));
        Assert.Equal(expected, await fixture.FindAsync(new Criterion.Quantity(q, [new QuantityValue(value, null, null)])));
        Assert.Equal(expected, await fixture.FindAsync(new Criterion.Quantity(q, [new QuantityValue(value, "http://unitsofmeasure.org", "mg")])));
        Assert.Equal("", await fixture.FindAsync(new Criterion.Quantity(q, [new QuantityValue(value, null, "g")])));
        Assert.Equal("", await fixture.FindAsync(new Criterion.Quantity(q, [new QuantityValue(value, "http://other", "mg")])));
    }

    [Fact]
    public async Task Ids_and_instants_are_columns()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Token);
        void Mark(IndexRows rows) => rows.Tokens.Add(new TokenRow(p.Id, null, "m"));
        var marked = new Criterion.Token(p, [new TokenValue.AnySystem("m")]);
        await fixture.AddAsync("i1", Mark);
        var start = fixture.Inner.Time.GetUtcNow();
        fixture.Inner.Time.Step(TimeSpan.FromMinutes(1));
        await fixture.AddAsync("i2", Mark);

        DateValue At(Prefix prefix) => new(prefix, start.AddSeconds(30), start.AddSeconds(31));
        Assert.Equal("i2", await fixture.FindAsync(new Criterion.Id(["i2", "other"]), marked));
        Assert.Equal("i1", await fixture.FindAsync(marked, new Criterion.Id(["i2"], Negated: true)));
        Assert.Equal("i2", await fixture.FindAsync(marked, new Criterion.LastUpdated([At(Prefix.Gt)])));
        Assert.Equal("i1", await fixture.FindAsync(marked, new Criterion.LastUpdated([At(Prefix.Lt)])));
        Assert.Equal("", await fixture.FindAsync(marked, new Criterion.LastUpdated([At(Prefix.Eq)])));
        Assert.Equal("i1 i2", await fixture.FindAsync(marked, new Criterion.LastUpdated([new DateValue(Prefix.Ge, DateTimeOffset.MinValue, DateTimeOffset.MaxValue)])));
        Assert.Equal("i1 i2", await fixture.FindAsync(marked, new Criterion.LastUpdated([At(Prefix.Ne)])));
        Assert.Equal(["i2"], await fixture.IdsAsync(new BoundSearch { ResourceType = null, Criteria = [new Criterion.Id(["i2"])] }));
        Assert.Empty(await fixture.IdsAsync(new BoundSearch { ResourceType = null, Criteria = [new Criterion.Type(["Patient"]), new Criterion.Id(["i2"])] }));
    }

    [Fact]
    public async Task A_chain_follows_references_and_canonicals_one_step_and_more()
    {
        var subject = await fixture.ParameterAsync(SearchParameterType.Reference);
        var part = await fixture.ParameterAsync(SearchParameterType.Reference, "Condition");
        var name = await fixture.ParameterAsync(SearchParameterType.Token, "Condition");
        var url = await fixture.ParameterAsync(SearchParameterType.Uri, "Condition", "url");
        await fixture.AddAsync("g1", rows => rows.Tokens.Add(new TokenRow(name.Id, null, "x")), "Condition");
        await fixture.AddAsync("g2", rows => { rows.References.Add(new ReferenceRow(part.Id, "Condition", "g1", null, null)); rows.Uris.Add(new UriRow(url.Id, "http://x/g2")); }, "Condition");
        await fixture.AddAsync("c1", rows => rows.References.Add(new ReferenceRow(subject.Id, "Condition", "g1", null, null)));
        await fixture.AddAsync("c2", rows => rows.References.Add(new ReferenceRow(subject.Id, "Condition", "g2", null, null)));
        await fixture.AddAsync("c3", rows => rows.References.Add(new ReferenceRow(subject.Id, null, null, "http://x/g2", null)));
        await fixture.AddAsync("c4", rows => rows.References.Add(new ReferenceRow(subject.Id, "Patient", "g1", null, null)));

        ChainTarget To(Criterion criterion) => new("Condition", criterion) { Canonical = new CanonicalTarget("Condition", url, null) };
        var named = new Criterion.Token(name, [new TokenValue.AnySystem("x")]);
        Assert.Equal("c1", await fixture.FindAsync(new Criterion.Chain(subject, [new ChainTarget("Condition", named)])));
        Assert.Equal("", await fixture.FindAsync(new Criterion.Chain(subject, [new ChainTarget("Patient", named)])));
        Assert.Equal("c2 c3", await fixture.FindAsync(new Criterion.Chain(subject, [To(new Criterion.Chain(part, [To(named)]))])));
        Assert.Equal("c2 c3", await fixture.FindAsync(new Criterion.Chain(subject, [new ChainTarget("Patient", new Criterion.Never()), To(new Criterion.Id(["g2"]))])));
        Assert.Equal("c2", await fixture.FindAsync(new Criterion.Chain(subject, [new ChainTarget("Condition", new Criterion.Id(["g2"]))])));
    }

    [Fact]
    public async Task Superseded_and_deleted_versions_are_not_found()
    {
        var p = await fixture.ParameterAsync(SearchParameterType.Token);
        await fixture.AddAsync("o1", rows => rows.Tokens.Add(new TokenRow(p.Id, null, "old")));
        await fixture.AddAsync("o2", rows => rows.Tokens.Add(new TokenRow(p.Id, null, "old")));
        await fixture.AddAsync("o1", rows => rows.Tokens.Add(new TokenRow(p.Id, null, "new")));
        await fixture.Store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Basic", "o2"))], default);

        Assert.Equal("", await fixture.FindAsync(new Criterion.Token(p, [new TokenValue.AnySystem("old")])));
        Assert.Equal("o1", await fixture.FindAsync(new Criterion.Token(p, [new TokenValue.AnySystem("new")])));
        Assert.DoesNotContain("o2", await fixture.IdsAsync(new BoundSearch { ResourceType = "Basic" }));
    }
}
