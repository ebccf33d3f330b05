using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Reading;
using Myeloma.Fhir.Store.Searching;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Search: one statement, one round trip.</summary>
public sealed partial class ResourceStore
{
    /// <summary>A page of matches with what they include, all as of one instant.</summary>
    /// <returns>No matches and total 0 when nothing matches. With CountOnly the total alone.</returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: a cursor that is damaged or belongs to another search; <c>deleted</c>: one that is older than <see cref="StoreOptions.PageLinkLifetime"/>; <c>too-costly</c>: it takes longer than <see cref="StoreOptions.StatementTimeout"/>, or a set of codes
    /// has more than <see cref="StoreOptions.MaxCodeSetSize"/>; whatever <see cref="ListMembers"/> says of a set that can't be made.
    /// </exception>
    /// <remarks>
    /// https://hl7.org/fhir/R4/search.html. All pages of a search see what the first one saw: matches and includes as they were then, none twice and none left out,
    /// whatever is written meanwhile. What was expunged is the exception.
    /// </remarks>
    public async Task<SearchPage> SearchAsync(BoundSearch search, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                search = await WithCodeSetsAsync(search, cancellationToken).ConfigureAwait(false);
                if (search.CountOnly) return await CountAsync(search, cancellationToken).ConfigureAwait(false);

                var seal = await SealAsync(cancellationToken).ConfigureAwait(false);
                var cursor = search.Cursor is null ? null : SearchCursor.Parse(search.Cursor, search, seal);
                if (cursor is not null && !new SortSql(search).Fits(cursor))
                    throw new FhirException(Issue.Invalid("The cursor belongs to another search; parameters must stay the same from page to page."));
                return await PageAsync(search, cursor, seal, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (Reads.IsDeadConnection(exception, attempt, dataSource, cancellationToken))
            {
            }
            catch (Exception exception) when (SearchFault(exception, cancellationToken) is { } fault)
            {
                throw fault;
            }
        }
    }

    /// <summary>What the faults of a search mean: one that takes too long is the caller's to narrow.</summary>
    private Exception? SearchFault(Exception exception, CancellationToken cancellationToken) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } && !cancellationToken.IsCancellationRequested
            ? new FhirException(Issue.TooCostly(FormattableString.Invariant(
                $"The search took longer than the {options.StatementTimeout.TotalSeconds:0.###} s that a statement may take (setting Fhir:StatementTimeoutSeconds); narrow it, or leave out what is costly: _total=accurate, ':contains', sorting of many matches.")))
            : Faults.Translate(exception, cancellationToken);

    private async Task<SearchPage> CountAsync(BoundSearch search, CancellationToken cancellationToken)
    {
        while (true)
        {
            var narrow = NarrowSource.Of(search, options, frequent);
            await using var batch = CreateBatch();
            SearchStatement.Count(search, narrow).AddTo(batch);
            await using var reader = await ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false)) return new SearchPage([], [], (int)Math.Min(int.MaxValue, reader.GetInt64(0)), null);
            frequent.Add(narrow!.Fingerprint);
        }
    }

    private async Task<SearchPage> PageAsync(BoundSearch search, SearchCursor? cursor, CursorSeal seal, CancellationToken cancellationToken)
    {
        while (true)
        {
            var isKept = cursor is not null || search.Contained != ContainedMode.False || IsPastKept;
            if (await ListedPageAsync(search, cursor, seal, cancellationToken).ConfigureAwait(false) is { } listed)
            {
                if (listed.NextCursor is null || isKept) return listed;
                await KeepPastAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var narrow = MatchSql.IsPlainPage(search) ? null : NarrowSource.Of(search, options, frequent, cursor is not null);
            if (await PageAsync(search, cursor, seal, narrow, cancellationToken).ConfigureAwait(false) is not { } page) frequent.Add(narrow!.Fingerprint);
            else if (page.NextCursor is null || isKept) return page;

            // Only what is superseded after this is there for the next pages, so that the first one has to be read again.
            else await KeepPastAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Null when the narrow source has too many rows, or the list leaves something open.</returns>
    private async Task<SearchPage?> PageAsync(
        BoundSearch search, SearchCursor? cursor, CursorSeal seal, NarrowSource? narrow, CancellationToken cancellationToken, ListedSource? listed = null)
    {
        var view = cursor?.View ?? new PageView(await FindSettledAsync(cancellationToken).ConfigureAwait(false), 0, "", 0);
        await using var batch = CreateBatch();
        SearchStatement.Page(search, cursor, options, narrow, listed).AddTo(batch);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (cursor is not null && search.Contained == ContainedMode.False && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(0)) throw new FhirException(LinkExpired);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);

        List<(long Place, long Rid, string?[] Keys, ResourceVersion Version, decimal? Score)> matches = [];
        List<(long Rid, ResourceVersion Version)> includes = [];
        long? counted = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (reader.GetInt32(0))
            {
                case 0:
                    var keys = await reader.IsDBNullAsync(8, cancellationToken).ConfigureAwait(false) ? [] : reader.GetFieldValue<string?[]>(8);
                    matches.Add((reader.GetInt64(1), reader.GetInt64(2), keys, ReadFound(reader), await reader.IsDBNullAsync(9, cancellationToken).ConfigureAwait(false) ? null : reader.GetInt64(9) / 1_000_000m));
                    break;
                case 1:
                    includes.Add((reader.GetInt64(2), ReadFound(reader)));
                    break;
                case 3:
                    if (listed is not null) listed.IsStale = true;
                    return null;
                case 4:
                    view = view with { Newest = reader.GetInt64(1), Snapshot = reader.GetString(3), Until = reader.GetInt64(2) + (long)options.PageLinkLifetime.TotalMilliseconds };
                    break;
                default:
                    if (await reader.IsDBNullAsync(9, cancellationToken).ConfigureAwait(false)) goto case 3;
                    counted = reader.GetInt64(9);
                    break;
            }
        }

        if (listed is { IsWhole: false } && matches.Count <= search.Count) return null;
        matches.Sort((left, right) => left.Place.CompareTo(right.Place));
        includes.Sort((left, right) => right.Rid.CompareTo(left.Rid));
        var total = TotalOf(search, cursor, matches.Count, counted);
        var page = matches.Take(search.Count).ToList();
        var isMore = matches.Count > search.Count;
        var backward = cursor?.Backward == true;
        if (backward) page.Reverse();

        // The page a link was followed from lies on its other side.
        var hasNext = page.Count > 0 && (isMore || backward);
        var hasPrevious = page.Count > 0 && (backward ? isMore : cursor is not null);
        string? CursorAt(bool has, Index at, bool before) => has ? new SearchCursor(page[at].Keys, page[at].Rid, total, view, before).ToText(search, seal) : null;
        return new SearchPage(
            [.. page.Select(match => match.Version)],
            [.. includes.Take(options.MaxIncludes).Select(include => include.Version)],
            total, CursorAt(hasNext, ^1, false), includes.Count > options.MaxIncludes, CursorAt(hasPrevious, 0, true))
        {
            Scores = page.Exists(match => match.Score is not null) ? [.. page.Select(match => match.Score)] : null,
        };
    }

    private Issue LinkExpired => Issue.Deleted(FormattableString.Invariant(
        $"The page link is no longer good: what the first page saw is kept for {options.PageLinkLifetime.TotalSeconds:0} s after it was made (setting Fhir:PageLinkSeconds). Begin anew, without _cursor; the link 'first' of the pages leads there."));

    private int? TotalOf(BoundSearch search, SearchCursor? cursor, int found, long? counted)
    {
        if (search.Total == TotalMode.None) return null;
        if (cursor is not null) return cursor.Total;
        if (found <= search.Count) return found;
        return counted > options.CountLimit && search.Total != TotalMode.Accurate ? null : (int?)counted;
    }

    /// <summary>The first result is that of choosing the plan.</summary>
    private static async Task<NpgsqlDataReader> ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return reader;
    }

    /// <summary>A row of <c>kind, place, rid, type, id, version, method, body</c>; what is found is never deleted.</summary>
    private static ResourceVersion ReadFound(NpgsqlDataReader reader) => new(
        new ResourceKey(reader.GetString(3), reader.GetString(4)),
        reader.GetInt32(5),
        Rid.LastUpdated(reader.GetInt64(2)),
        false,
        reader.GetString(6),
        reader.GetFieldValue<byte[]>(7));
}
