using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Operations;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>Sets and filters of so many concepts that they are made by bits, beside a naive evaluation.</summary>
public sealed class LargeSetTests
{
    private const int Count = 3_001;

    private static readonly string[] Words = ["alpha", "alphabet", "beta", "bet", "gamma", "gam", "Élan", "delta", "x1"];

    private static readonly (string Code, string Display, bool IsBelow)[] Concepts = Generate();

    private static readonly ResourceDocument System = ResourceDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceType = "CodeSystem",
        url = "http://example.org/large",
        status = "active",
        content = "complete",
        concept = new object[] { new { code = "top", display = "top", concept = Concepts.Where(each => each.IsBelow).Select(each => new { code = each.Code, display = each.Display }) } }
            .Concat(Concepts.Where(each => !each.IsBelow).Select(each => new { code = each.Code, display = each.Display })),
    }));

    private static readonly ResourceDocument Below = ResourceDocument.Parse("""
        {"resourceType":"ValueSet","url":"http://example.org/below","status":"active","compose":{"include":[{"system":"http://example.org/large","filter":[{"property":"concept","op":"descendent-of","value":"top"}]}]}}
        """u8.ToArray());

    private static readonly TerminologyCatalog Catalog = new(R4Schema.Instance, (type, url) => [.. new[] { System, Below }.Where(each => each.ResourceType == type && each.Root.TextOf("url") == url)]);

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Sets_made_by_bits_have_the_ordinals_they_were_made_of(int count)
    {
        var random = new Random(count);
        foreach (var share in (double[])[0, 0.01, 0.5, 0.99, 1])
        {
            var ordinals = Enumerable.Range(0, count).Where(_ => random.NextDouble() <= share).ToArray();
            using var bits = new ConceptBits(count);
            bits.Add(ordinals);
            var set = bits.ToSet();

            Assert.Equal(ordinals, set.From(0));
            Assert.Equal(ordinals.Length, set.Count);
            Assert.Equal(ConceptSet.Of(ordinals).RunCount, set.RunCount);
            Assert.Equal(ordinals, ConceptSet.OfMany([.. ordinals.Reverse(), .. ordinals], count).From(0));
            var others = Enumerable.Range(0, count).Where(_ => random.Next(3) == 0).ToArray();
            bits.And(ConceptSet.Of(others).Bits(count));
            Assert.Equal(ordinals.Intersect(others), bits.ToSet().From(0));
        }
    }

    [Theory]
    [InlineData("al")]
    [InlineData("alpha")]
    [InlineData("bet al")]
    [InlineData("gam élan b")]
    [InlineData("elan")]
    [InlineData("x")]
    [InlineData("delta gamma beta alphabet")]
    [InlineData("c17")]
    [InlineData("nothing")]
    [InlineData("alpha nothing")]
    public void A_filter_finds_the_members_that_a_naive_evaluation_finds_in_its_order(string filter)
    {
        var wanted = Concepts.Where(each => each.IsBelow && Folded(filter).All(word => Folded($"{each.Code} {each.Display}").Any(own => own.StartsWith(word, StringComparison.Ordinal)))).ToList();
        if (wanted.Count <= 1000) wanted = [.. wanted.OrderBy(each => Rank(filter, each.Code, each.Display))];
        else if (wanted.Where(each => Folded(filter).All(Folded($"{each.Code} {each.Display}").Contains)).ToList() is { Count: > 0 and <= 1000 } whole)
            wanted = [.. whole.OrderBy(each => Rank(filter, each.Code, each.Display)), .. wanted.Except(whole)];
        var expansion = Expand(("filter", filter), ("count", "3001"));

        Assert.Equal(wanted.Count, expansion.GetProperty("total").GetInt32());
        Assert.Equal(wanted.Select(each => (each.Code, each.Display)), Members(expansion));
        Assert.Equal(wanted.Select(each => each.Code).Skip(7).Take(5), Members(Expand(("filter", filter), ("count", "5"), ("offset", "7"))).Select(each => each.Code));
    }

    [Fact]
    public void A_page_tells_the_same_of_a_member_whatever_else_is_asked_for()
    {
        var plain = Expand(("count", "200"), ("offset", "11"));
        var withProperties = Expand(("count", "200"), ("offset", "11"), ("property", "none"));

        Assert.Equal(plain.GetProperty("contains").GetRawText(), withProperties.GetProperty("contains").GetRawText());
        Assert.Equal(Concepts.Where(each => each.IsBelow).Skip(11).Take(200).Select(each => (each.Code, each.Display)), Members(plain));
    }

    private static int Rank(string filter, string code, string display)
    {
        var (asked, shown) = (Folded(filter), Folded(display));
        if (code.Equals(filter.Trim(), StringComparison.OrdinalIgnoreCase) || asked.SequenceEqual(shown)) return 0;
        if (shown.Length >= asked.Length && asked.SkipLast(1).SequenceEqual(shown.Take(asked.Length - 1)) && shown[asked.Length - 1].StartsWith(asked[^1], StringComparison.Ordinal)) return 1;
        return asked.All(word => shown.Any(own => own.StartsWith(word, StringComparison.Ordinal))) ? 2 : 3;
    }

    private static string[] Folded(string text) => [.. text.ToLowerInvariant().Replace('é', 'e').Split(' ')];

    private static IEnumerable<(string Code, string Display)> Members(JsonElement expansion) => expansion.TryGetProperty("contains", out var contains)
        ? contains.EnumerateArray().Select(each => (each.GetProperty("code").GetString()!, each.GetProperty("display").GetString()!)) : [];

    private static JsonElement Expand(params (string Name, string Value)[] parameters) => JsonDocument.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(
        Catalog, new TerminologyArguments([new("url", "http://example.org/below", null), .. parameters.Select(each => new TerminologyArgument(each.Name, each.Value, null))]))).RootElement.GetProperty("expansion").Clone();

    private static (string, string, bool)[] Generate()
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, Count).Select(each => (
            string.Create(CultureInfo.InvariantCulture, $"c{each}"), string.Join(' ', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Words[random.Next(Words.Length)])), random.Next(5) > 0))];
    }
}
