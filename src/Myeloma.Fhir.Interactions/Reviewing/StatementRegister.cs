using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>A statement of a built resource, as the Provenance of that resource records it.</summary>
/// <param name="Id">What it is known by.</param>
/// <param name="Resource">Relative reference.</param>
/// <param name="Element">FHIRPath from the root; null for one that was taken out.</param>
/// <param name="Sources">The places it was read from; empty for one that was taken out.</param>
/// <param name="Decision">Null while nobody has decided about it.</param>
public sealed record ReviewedStatement(string Id, string Resource, string? Element, IReadOnlyList<RecordedSource> Sources, StatementDecision? Decision)
{
    /// <summary><c>open</c>, <c>approved</c>, <c>corrected</c> or <c>rejected</c>.</summary>
    public string State => Decision?.Verdict ?? "open";
}

/// <summary>The statements of what the loader made, with what was decided about each.</summary>
/// <remarks>Both are read from the Provenance resources of this moment: nothing else has to be kept in step with them.</remarks>
public sealed class StatementRegister(ResourceStore store, CurrentSearchParameters searchParameters, SearchOptions options)
{
    /// <param name="resource">Relative reference of the one resource that is asked for; null: all.</param>
    /// <returns>In ordinal order of the resources, then of the elements in the order of the resource's Provenance by their path.</returns>
    public async Task<IReadOnlyList<ReviewedStatement>> FindAsync(string? resource, CancellationToken cancellationToken)
    {
        // A decision is about what a statement says, in whichever version of the resource it was made.
        var decisions = (await DecisionsAsync(cancellationToken)).ToDictionary(decision => decision.Statement, StringComparer.Ordinal);
        var statements = new List<ReviewedStatement>();
        var registered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provenance in await SearchAsync(ReviewRules.LoaderTag, resource, cancellationToken))
        {
            if (TargetOf(provenance) is not { } target) continue;
            foreach (var statement in RecordedSources.Of(provenance, target).Where(source => source.Statement is not null).GroupBy(source => source.Statement!))
            {
                registered.Add(statement.Key);
                var places = statement.DistinctBy(source => (source.Element, source.Place, source.Rule)).ToList();
                statements.Add(new ReviewedStatement(statement.Key, target, places[0].Element, places, decisions.GetValueOrDefault(statement.Key)));
            }
        }

        // What was rejected is in no resource any more; of other decisions whose statement is gone, the words have changed.
        statements.AddRange(decisions.Values.Where(decision => decision.Verdict == "rejected" && !registered.Contains(decision.Statement) && (resource is null || decision.Resource == resource))
            .Select(decision => new ReviewedStatement(decision.Statement, decision.Resource, null, [], decision)));
        return [.. statements.OrderBy(statement => statement.Resource, StringComparer.Ordinal).ThenBy(statement => statement.Element ?? statement.Decision!.Element, PathOrder.Instance)];
    }

    /// <summary>The decisions about statements.</summary>
    private async Task<IEnumerable<StatementDecision>> DecisionsAsync(CancellationToken cancellationToken) =>
        (await SearchAsync(ReviewRules.ReviewTag, null, cancellationToken)).Select(StatementDecision.Read).OfType<StatementDecision>();

    private static string? TargetOf(ResourceDocument provenance)
    {
        foreach (var target in provenance.Root.Children("target")) return target.TextOf("reference");
        return null;
    }

    private async Task<IReadOnlyList<ResourceDocument>> SearchAsync(string tag, string? target, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> parameters = [new("_tag", $"{ReviewRules.TagSystem}|{tag}"), new("_count", "500"), new("_total", "none")];
        if (target is not null) parameters.Add(new("target", target));
        var search = SearchRequest.Bind("Provenance", parameters, searchParameters.Registry, options with { Strict = true, MaxCount = 500 });
        var found = new List<ResourceDocument>();
        for (string? cursor = null; ;)
        {
            var page = await store.SearchAsync(search with { Cursor = cursor }, cancellationToken);
            foreach (var match in page.Matches) found.Add(ResourceDocument.Parse(match.Body));
            cursor = page.NextCursor;
            if (cursor is null) return found;
        }
    }
}

/// <summary>Paths in the order a reader expects: <c>action[2]</c> before <c>action[10]</c>.</summary>
internal sealed class PathOrder : IComparer<string>
{
    public static PathOrder Instance { get; } = new();

    public int Compare(string? left, string? right)
    {
        var (a, b) = (left ?? "", right ?? "");
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var (x, y) = (Number(a, ref i), Number(b, ref j));
                if (x != y) return x.CompareTo(y);
            }
            else if (a[i] != b[j]) return a[i].CompareTo(b[j]);
            else (i, j) = (i + 1, j + 1);
        }

        return (a.Length - i).CompareTo(b.Length - j);
    }

    private static long Number(string text, ref int at)
    {
        long number = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++) number = Math.Min(number * 10 + (text[at] - '0'), int.MaxValue);
        return number;
    }
}
