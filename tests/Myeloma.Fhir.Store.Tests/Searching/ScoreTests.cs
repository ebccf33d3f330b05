using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Searching;

/// <remarks>https://hl7.org/fhir/R4/search.html#relevance</remarks>
[Trait("Category", "Postgres")]
[Collection(ResourceSearches.Name)]
public sealed class ScoreTests(ResourceFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        """{"resourceType":"Basic","id":"score-once","code":{"text":"zirconium and lead"}}""",
        """{"resourceType":"Basic","id":"score-thrice","code":{"text":"zirconium, zirconium, zirconium"}}""",
        """{"resourceType":"Basic","id":"score-twice","code":{"text":"zirconium or zirconium"}}""",
    ];

    public Task InitializeAsync() => fixture.PutOnceAsync(Resources);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("-_score", "score-thrice score-twice score-once")]
    [InlineData("_score", "score-once score-twice score-thrice")]
    public async Task The_better_a_match_the_higher_its_score_which_sorts_over_pages(string sort, string expected)
    {
        List<string> ids = [];
        List<decimal> scores = [];
        var search = fixture.Bind($"Basic?_content=zirconium&_sort={sort}&_count=2");
        for (string? cursor = null; ; )
        {
            var page = await fixture.Store.SearchAsync(search with { Cursor = cursor }, default);
            ids.AddRange(page.Matches.Select(match => match.Key.Id));
            scores.AddRange(page.Scores!.Select(score => score!.Value));
            if ((cursor = page.NextCursor) is null) break;
        }

        Assert.Equal(expected, string.Join(' ', ids));
        Assert.Equal(sort[0] == '-' ? scores.OrderDescending() : scores.Order(), scores);
        Assert.All(scores, score => Assert.InRange(score, 0.000001m, 0.999999m));
    }

    [Fact]
    public async Task Only_searches_for_words_have_scores()
    {
        Assert.Null((await fixture.Store.SearchAsync(fixture.Bind("Basic?_id=score-once"), default)).Scores);
        Assert.NotNull(Assert.Single((await fixture.Store.SearchAsync(fixture.Bind("?_content=zirconium lead"), default)).Scores!));
        Assert.Equal(IssueType.Value, Assert.Single(Assert.Throws<FhirException>(() => fixture.Bind("Basic?_id=score-once&_sort=_score")).Issues).Type);
    }
}
