using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>Compiled hierarchies and filters beside a naive evaluation, on random graphs with any number of parents, with and without circles.</summary>
public sealed class HierarchyTests
{
    [Theory]
    [InlineData(1, 40, false)]
    [InlineData(2, 150, false)]
    [InlineData(3, 300, false)]
    [InlineData(4, 60, true)]
    [InlineData(5, 200, true)]
    public void Subsumption_is_that_of_walking_up_the_parents(int seed, int count, bool canCircle)
    {
        var system = new CompiledCodeSystem(RandomSystem(seed, count, canCircle));
        var above = Enumerable.Range(0, count).Select(ordinal => Above(system, ordinal)).ToArray();
        for (var ancestor = 0; ancestor < count; ancestor++)
        {
            Assert.Equal(
                Enumerable.Range(0, count).Where(ordinal => above[ordinal].Contains(ancestor)),
                Enumerable.Range(0, count).Where(ordinal => system.Hierarchy.Subsumes(ancestor, ordinal)));
            Assert.Equal(Enumerable.Range(0, count).Where(ordinal => above[ordinal].Contains(ancestor)), system.Hierarchy.SelfAndDescendants(ancestor).From(0));
            Assert.Equal(above[ancestor].Order(), system.Hierarchy.SelfAndAncestors(ancestor).From(0));
        }
    }

    [Fact]
    public void Filters_over_the_hierarchy_select_what_a_walk_selects()
    {
        const int Count = 120;
        var system = new CompiledCodeSystem(RandomSystem(7, Count, false));
        var above = Enumerable.Range(0, Count).Select(ordinal => Above(system, ordinal)).ToArray();
        for (var at = 0; at < Count; at++)
        {
            var code = system.Code(at);
            IEnumerable<int> Where(Func<int, bool> test) => Enumerable.Range(0, Count).Where(test);
            IEnumerable<int> Filter(string op) => ConceptFilters.Apply(system, new ComposeFilter("concept", op, code, ""), TerminologyLimits.Default).From(0);
            Assert.Equal(Where(ordinal => above[ordinal].Contains(at)), Filter("is-a"));
            Assert.Equal(Where(ordinal => ordinal != at && above[ordinal].Contains(at)), Filter("descendent-of"));
            Assert.Equal(Where(ordinal => !above[ordinal].Contains(at)), Filter("is-not-a"));
            Assert.Equal(Where(above[at].Contains), Filter("generalizes"));
            Assert.Equal(Where(ordinal => system.Hierarchy.Parents(ordinal).Contains(at)), Filter("child-of"));
            Assert.Equal(Where(ordinal => ordinal != at && above[ordinal].Contains(at) && !Where(below => system.Hierarchy.Parents(below).Contains(ordinal)).Any()), Filter("descendent-leaf"));
            Assert.Equal(at == 0 ? "equivalent" : above[0].Contains(at) ? "subsumes" : above[at].Contains(0) ? "subsumed-by" : "not-subsumed", Subsumes.Outcome(system, at, 0));
        }
    }

    [Fact]
    public void A_circle_is_told_and_what_closed_it_counts_for_nothing()
    {
        ConceptSource Concept(string code, string parent) => new(code, null, null, -1) { Properties = [new ConceptProperty("parent", "code", parent)] };
        var system = new CompiledCodeSystem(new CodeSystemSource("http://example.org/circle", null, "complete", [Concept("a", "c"), Concept("b", "a"), Concept("c", "b"), Concept("self", "self")]));

        Assert.True(system.HadCycle);
        Assert.True(system.Hierarchy.Subsumes(system.Find("a"), system.Find("c")));
        Assert.False(system.Hierarchy.Subsumes(system.Find("c"), system.Find("a")));
        Assert.Empty(system.Hierarchy.Parents(system.Find("self")).ToArray());
    }

    [Fact]
    public void Sets_agree_with_sets_of_numbers()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var left = Enumerable.Range(0, 60).Where(_ => random.Next(3) == 0).ToHashSet();
            var right = Enumerable.Range(0, 60).Where(_ => random.Next(2) == 0).ToHashSet();
            var (a, b) = (ConceptSet.Of(left), ConceptSet.Of(right));
            Assert.Equal(left.Union(right).Order(), a.Union(b).From(0));
            Assert.Equal(left.Intersect(right).Order(), a.Intersect(b).From(0));
            Assert.Equal(left.Except(right).Order(), a.Except(b).From(0));
            Assert.Equal(left.Count, a.Count);
            Assert.Equal(Enumerable.Range(0, 60).Where(left.Contains), Enumerable.Range(0, 60).Where(a.Contains));
            for (var offset = 0; offset <= left.Count; offset++) Assert.Equal(left.Order().Skip(offset), a.From(offset));
        }
    }

    private static HashSet<int> Above(CompiledCodeSystem system, int ordinal)
    {
        var seen = new HashSet<int> { ordinal };
        var open = new Stack<int>([ordinal]);
        while (open.TryPop(out var at))
            foreach (var parent in system.Hierarchy.Parents(at))
                if (seen.Add(parent)) open.Push(parent);
        return seen;
    }

    private static CodeSystemSource RandomSystem(int seed, int count, bool canCircle)
    {
        var random = new Random(seed);
        var concepts = Enumerable.Range(0, count).Select(place => new ConceptSource($"c{place}", $"Concept {place}", null, -1)
        {
            Properties =
            [
                .. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(canCircle ? count : Math.Max(place, 1))).Where(parent => parent != place)
                    .Select(parent => new ConceptProperty("parent", "code", $"c{parent}")),
            ],
        });
        return new CodeSystemSource("http://example.org/random", "1", "complete", [.. concepts.OrderBy(_ => random.Next())]);
    }
}
