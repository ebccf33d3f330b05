using System.Globalization;
using Npgsql;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>What the first page of a walk saw: each later one sees the same, whatever was written meanwhile.</summary>
/// <param name="Settled">Every version with a lower rid was committed when the first page was made, or never will be.</param>
/// <param name="Newest">No version with a higher rid was committed then.</param>
/// <param name="Snapshot">PostgreSQL's snapshot of the first page, which decides about the versions between. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT</param>
/// <param name="Until">Milliseconds since 1970, by PostgreSQL's clock: how long what is superseded is kept for this walk.</param>
/// <remarks>src/decisions/consistent-paging.md has the reasons.</remarks>
internal sealed record PageView(long Settled, long Newest, string Snapshot, long Until)
{
    /// <summary>From here the names of the tables mean the views on them. Tables that were empty when a plan was made may be large when it runs, so that none is to be read from end to end.</summary>
    private const string EnterText = """
        SELECT $1 < extract(epoch FROM clock_timestamp()) * 1000,
            set_config('fhir.view_settled', $2, true), set_config('fhir.view_newest', $3, true), set_config('fhir.view_snapshot', $4, true),
            set_config('search_path', 'view_at, ' || current_setting('search_path'), true), set_config('enable_seqscan', 'off', true),
            set_config('plan_cache_mode', $5, true)
        """;

    /// <summary>From here the names of the tables mean the tables again, within a transaction that goes on.</summary>
    public const string LeaveText = """
        SELECT set_config('search_path', substr(current_setting('search_path'), length('view_at, ') + 1), true), set_config('enable_seqscan', 'on', true)
        """;

    /// <summary>Stands before a statement about views, so that its plan is not taken for that of the same words about tables.</summary>
    public const string Mark = "/* view */ ";

    /// <summary>One row, which begins with whether the view is no longer kept.</summary>
    public NpgsqlBatchCommand Enter(string planMode) => new(EnterText)
    {
        Parameters =
        {
            new NpgsqlParameter<decimal> { TypedValue = Until },
            new NpgsqlParameter<string> { TypedValue = Settled.ToString(CultureInfo.InvariantCulture) },
            new NpgsqlParameter<string> { TypedValue = Newest.ToString(CultureInfo.InvariantCulture) },
            new NpgsqlParameter<string> { TypedValue = Snapshot },
            new NpgsqlParameter<string> { TypedValue = planMode },
        },
    };
}
