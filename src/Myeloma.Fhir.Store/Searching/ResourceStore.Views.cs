using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>Sees to it that the later pages of a search can still see what the first one saw.</summary>
/// <remarks>src/decisions/consistent-paging.md has the reasons.</remarks>
public sealed partial class ResourceStore
{
    /// <summary>How often a server on which somebody pages says so in the database.</summary>
    private static readonly TimeSpan KeepInterval = TimeSpan.FromMinutes(1);

    /// <summary>An older horizon is as good, but leaves more versions to be looked at one by one.</summary>
    private static readonly TimeSpan SettledInterval = TimeSpan.FromSeconds(1);

    /// <summary>Versions that are taken out of the past in one transaction.</summary>
    private const int SweepBatch = 500;

    private const string KeepText = "SELECT past.keep($1)";

    /// <summary>The lock of index_supersede ("mfpast" in ASCII): who has it alone has waited for all who did not know that the past is kept.</summary>
    private const string WaitForWritersText = "SELECT pg_advisory_xact_lock(x'6d6670617374'::bigint)";

    private const string SweepText = "SELECT past.sweep($1)";

    /// <summary>In ticks of <see cref="time"/>; 0: not yet.</summary>
    private long keptSince, settledSince;

    private long settled;

    /// <summary>Takes superseded versions away that no page link asks for any more.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SweepPastAsync(CancellationToken cancellationToken)
    {
        var swept = 0;
        try
        {
            while (true)
            {
                await using var command = dataSource.CreateCommand(SweepText);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = SweepBatch });
                var count = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
                swept += count;
                if (count < SweepBatch) return swept;
            }
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Whether what is superseded from now on is kept for as long as a page link is good.</summary>
    private bool IsPastKept => pinned is not null || (Volatile.Read(ref keptSince) is not 0 and var since && time.GetElapsedTime(since) < KeepInterval);

    private async Task KeepPastAsync(CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        try
        {
            await using (var keep = dataSource.CreateCommand(KeepText))
            {
                keep.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.PageLinkLifetime + (2 * KeepInterval) });
                if (await keep.ExecuteScalarAsync(cancellationToken) is true)
                {
                    await using var wait = dataSource.CreateCommand(WaitForWritersText);
                    await wait.ExecuteNonQueryAsync(cancellationToken);
                }
            }

            Volatile.Write(ref keptSince, begin);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>A rid below which everything is visible to statements that begin from now on, or was never committed.</summary>
    private async ValueTask<long> FindSettledAsync(CancellationToken cancellationToken)
    {
        if (pinned is not null || (Volatile.Read(ref settledSince) is not 0 and var since && time.GetElapsedTime(since) < SettledInterval)) return Volatile.Read(ref settled);
        var begin = time.GetTimestamp();
        var horizon = await CommitHorizon.FindSettledAsync(dataSource, ReferenceEquals(time, TimeProvider.System) ? null : time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref settled, Rid.First(horizon));
        Volatile.Write(ref settledSince, begin);
        return Volatile.Read(ref settled);
    }
}
