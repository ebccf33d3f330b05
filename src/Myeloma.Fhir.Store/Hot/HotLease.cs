using System.Globalization;
using Myeloma.Fhir.Store.Writing;
using Npgsql;

namespace Myeloma.Fhir.Store.Hot;

/// <summary>Holds the one lease of a database to answer reads from memory, for as long as no other server writes.</summary>
/// <remarks>src/decisions/hot-bodies.md has the reasons. Times that PostgreSQL compares are its own; this server counts from before it asked, and so is always earlier.</remarks>
internal sealed class HotLease : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2), Margin = TimeSpan.FromMilliseconds(200), Interval = TimeSpan.FromMilliseconds(400), Barred = TimeSpan.FromSeconds(60);

    private const string RenewText = "SELECT hot_lease_renew($1, $2)";

    private const string TimeText = "SELECT ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    /// <summary>Nothing when no other server is to be thought of; else whether one answers from memory now. Who goes on writing keeps all barred.</summary>
    private const string OthersText = """
        SELECT until > clock_timestamp() FROM hot_lease
        WHERE holder <> $1 AND (until > clock_timestamp() OR barred_until BETWEEN clock_timestamp() AND clock_timestamp() + interval '30 seconds')
        """;

    private const string BarText = "UPDATE hot_lease SET barred_until = clock_timestamp() + $1 RETURNING greatest(0, extract(epoch FROM until - clock_timestamp()) * 1000)::float8";

    private readonly NpgsqlDataSource dataSource;
    private readonly HotBodies bodies;
    private readonly string server;
    private readonly CancellationTokenSource closing = new();
    private readonly Task work;
    private int isDoubtful;

    /// <param name="server">Names this server among all.</param>
    public HotLease(NpgsqlDataSource dataSource, HotBodies bodies, string server)
    {
        this.dataSource = dataSource;
        this.bodies = bodies;
        this.server = server;
        work = Task.Run(WorkAsync);
    }

    /// <summary>One row or none: whether a write has to wait for another server.</summary>
    public static NpgsqlBatchCommand AskForOthers(string server) => new(OthersText) { Parameters = { new NpgsqlParameter<string> { TypedValue = server } } };

    /// <summary>Goes on keeping every server from the lease, after a write that was committed: should it fail, the next write does it.</summary>
    public static async Task KeepBarredAsync(NpgsqlConnection connection)
    {
        try
        {
            await BarAsync(connection, waits: false, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            NpgsqlConnection.ClearPool(connection);
        }
    }

    /// <summary>Keeps every server from the lease for a while, and waits for the end of the one that is held.</summary>
    public static async Task BarAsync(NpgsqlConnection connection, bool waits, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(BarText, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Barred });
        var milliseconds = Convert.ToDouble(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        if (waits) await Task.Delay(TimeSpan.FromMilliseconds(milliseconds + 1), cancellationToken);
    }

    /// <summary>A write of this server ended without an answer: it may yet be committed, so that nothing is given out before it surely has ended.</summary>
    public void Doubt()
    {
        Volatile.Write(ref isDoubtful, 1);
        bodies.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        bodies.Clear();
        closing.Dispose();
    }

    private async Task WorkAsync()
    {
        // When writes that began before the lease was taken have surely ended, it may be used.
        long? unsettled = null;
        while (!closing.IsCancellationRequested)
        {
            try
            {
                unsettled = await RenewAsync(unsettled);
                await Task.Delay(Interval, closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException)
            {
                // The lease runs out by itself; whether it was kept is told by the next renewal.
                await Task.Delay(Interval, CancellationToken.None);
            }
        }
    }

    /// <returns>When the lease was taken, in milliseconds by PostgreSQL, if it may not be used yet; null when it may, or when there is none.</returns>
    private async Task<long?> RenewAsync(long? unsettled)
    {
        var asked = TimeProvider.System.GetTimestamp();
        var isNew = Interlocked.Exchange(ref isDoubtful, 0) == 1;
        var isHeld = await AskAsync();
        if (isHeld is not true || isNew) bodies.Clear();
        if (isHeld is null) return null;
        var generation = bodies.Generation;

        // A write that begins after this sees the lease; it is told from one that began before by the clock of PostgreSQL, which is read when the lease is there for all.
        if (isHeld is false || isNew) unsettled = await FindTimeAsync();
        if (unsettled is { } since)
        {
            var settled = await CommitHorizon.FindSettledAsync(dataSource, null, closing.Token);
            if (settled.ToUnixTimeMilliseconds() <= since) return unsettled;
        }

        if (Volatile.Read(ref isDoubtful) == 0) bodies.AllowUntil(asked + (long)((Duration - Margin).TotalSeconds * TimeProvider.System.TimestampFrequency), generation);
        return null;
    }

    private async Task<long> FindTimeAsync()
    {
        await using var command = dataSource.CreateCommand(TimeText);
        return (long)(await command.ExecuteScalarAsync(closing.Token))!;
    }

    /// <returns>Whether the lease was held without a break; null when it is not ours.</returns>
    private async Task<bool?> AskAsync()
    {
        await using var command = dataSource.CreateCommand(RenewText);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = server });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Duration });
        return await command.ExecuteScalarAsync(closing.Token) as bool?;
    }
}
