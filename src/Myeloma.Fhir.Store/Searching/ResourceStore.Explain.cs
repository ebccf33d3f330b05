using System.Globalization;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Searching;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>What PostgreSQL is asked for a search, and how it went about it.</summary>
/// <param name="Statement">Text with <c>$1</c>, <c>$2</c>, … for the values.</param>
/// <param name="Values">In the order of their numbers.</param>
/// <param name="Plan">Lines of EXPLAIN (ANALYZE, BUFFERS): the statement was run.</param>
public sealed record SearchExplanation(string Statement, IReadOnlyList<string> Values, IReadOnlyList<string> Plan);

/// <summary>Diagnostics of searches.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Runs a search for its plan alone.</summary>
    /// <exception cref="Model.Issues.FhirException">As <see cref="SearchAsync"/>.</exception>
    /// <remarks>https://www.postgresql.org/docs/current/sql-explain.html</remarks>
    public async Task<SearchExplanation> ExplainAsync(BoundSearch search, CancellationToken cancellationToken)
    {
        try
        {
            search = await WithCodeSetsAsync(search, cancellationToken);
            var cursor = search.Cursor is null ? null : SearchCursor.Parse(search.Cursor, search, await SealAsync(cancellationToken));
            var narrow = MatchSql.IsPlainPage(search) && !search.CountOnly ? null : NarrowSource.Of(search, options, frequent, cursor is not null);
            var statement = search.CountOnly ? SearchStatement.Count(search, narrow) : SearchStatement.Page(search, cursor, options, narrow);
            await using var batch = CreateBatch();
            var command = statement.AddTo(batch);
            var text = command.CommandText;
            var values = command.Parameters.Select(parameter => Text(parameter.Value)).ToList();

            command.CommandText = "EXPLAIN (ANALYZE, BUFFERS) " + text;
            List<string> plan = [];
            await using var reader = await ExecuteAsync(batch, cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) plan.Add(reader.GetString(0));
            return new SearchExplanation(text, values, plan);
        }
        catch (Exception exception) when (SearchFault(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private static string Text(object? value) => value is System.Collections.IEnumerable and not string
        ? $"[{string.Join(", ", ((System.Collections.IEnumerable)value).Cast<object>().Select(Text))}]"
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
