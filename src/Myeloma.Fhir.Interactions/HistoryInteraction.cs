using System.Globalization;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The history interaction: the versions of a resource, of a type, or of everything, newest first.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#history</remarks>
public sealed class HistoryInteraction(ResourceStore store, PageSizes pages)
{
    /// <param name="type">Null for the whole system.</param>
    /// <param name="id">Null for a whole type.</param>
    /// <param name="parameters"><c>_count</c>, <c>_since</c>, <c>_at</c>, and the cursor of a link that an earlier page gave.</param>
    /// <returns>200 with a bundle of type history: an empty one for a type without resources.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the id was never used; <c>invalid</c>: a parameter that can't be read, or an unknown one under strict handling.</exception>
    public async Task<FhirResponse> HandleAsync(
        string? type, string? id, IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, CancellationToken cancellationToken)
    {
        var query = Bind(type, id, parameters, context, out var self);
        var page = await store.HistoryAsync(query, cancellationToken);
        if (id is not null && page.Versions.Count == 0 && query.Cursor is null
            && await store.FindAsync(new ResourceKey(type!, id), cancellationToken) is null)
            throw new FhirException(Issue.NotFound($"{type}/{id} is not known here."));

        var address = string.Join('/', new[] { context.BaseUrl, type, id, "_history" }.Where(part => part is not null));
        return FhirResponse.Ok(new HistoryContent(page, context, address, self));
    }

    private HistoryQuery Bind(
        string? type, string? id, IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, out List<KeyValuePair<string, string>> self)
    {
        self = [];
        int? count = null;
        DateTimeOffset? since = null;
        (DateTimeOffset, DateTimeOffset)? at = null;
        string? cursor = null;
        var issues = new List<Issue>();
        foreach (var parameter in parameters)
        {
            switch (parameter.Key)
            {
                case "_count": count = Count(parameter.Value, issues); break;
                case "_since": since = Period(parameter, issues)?.Start; break;
                case "_at": at = Period(parameter, issues); break;
                case PageSizes.CursorParameter: cursor = parameter.Value; continue;
                case "_list" or "_sort": issues.Add(Issue.NotSupported($"The parameter '{parameter.Key}' is not offered for histories.")); break;
                default:
                    if (context.IsStrict) issues.Add(Issue.Invalid($"The parameter '{parameter.Key}' is not known for histories; _count, _since and _at are."));
                    continue;
            }

            self.Add(parameter);
        }

        if (issues.Count > 0) throw new FhirException(issues);
        return new HistoryQuery(type, id, since, Math.Min(count ?? pages.Default, pages.Largest), cursor) { At = at };
    }

    private static int? Count(string text, List<Issue> issues)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return count;
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0) return int.MaxValue;
        issues.Add(Issue.Invalid($"_count is a whole number of 0 or more, not '{text}'."));
        return null;
    }

    /// <summary>The time that a date as written stands for, to its precision; a date or a time without zone counts in UTC.</summary>
    private static (DateTimeOffset Start, DateTimeOffset End)? Period(KeyValuePair<string, string> parameter, List<Issue> issues)
    {
        // A plus sign that was not percent-encoded arrives as a space.
        var text = parameter.Value.Replace(' ', '+');
        foreach (var (format, end) in Precisions)
        {
            if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) continue;
            try
            {
                return (instant, end(instant));
            }
            catch (ArgumentOutOfRangeException)
            {
                return (instant, DateTimeOffset.MaxValue);
            }
        }

        issues.Add(Issue.Invalid($"{parameter.Key} is an instant like 2026-01-31T10:00:00Z, not '{text}'."));
        return null;
    }

    private static readonly (string Format, Func<DateTimeOffset, DateTimeOffset> End)[] Precisions =
    [
        ("yyyy-MM-dd'T'HH:mm:ssK", instant => instant.AddSeconds(1)),
        ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", instant => instant.AddMilliseconds(1)),
        ("yyyy-MM-dd'T'HH:mmK", instant => instant.AddMinutes(1)),
        ("yyyy-MM-dd", instant => instant.AddDays(1)),
        ("yyyy-MM", instant => instant.AddMonths(1)),
        ("yyyy", instant => instant.AddYears(1)),
    ];
}

/// <summary>How many entries a page of a search or history has.</summary>
/// <param name="Default">When the request names none.</param>
/// <param name="Largest">A larger wish is cut to it.</param>
public sealed record PageSizes(int Default, int Largest)
{
    /// <summary>The parameter in which a paging link carries its place; its value is opaque.</summary>
    public const string CursorParameter = "_cursor";
}
