using Npgsql;

namespace Myeloma.Fhir.Store.Jobs;

/// <summary>Rows of the table <c>job</c>, as they are read.</summary>
internal static class JobRow
{
    public const string Columns = "id, kind, state, created, started, finished, done, total, words, status, media_type, answer";

    public const int ColumnCount = 12;

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static Job Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), StateOf(reader.GetString(2)),
        reader.GetFieldValue<DateTimeOffset>(3), Time(reader, 4), Time(reader, 5), Progress(reader, 6),
        reader.IsDBNull(9) ? null : new JobResult(reader.GetInt16(9), reader.GetString(10), reader.GetFieldValue<byte[]>(11)));

    /// <summary>A row of id, kind, request, checkpoint, done, total, words, tries, interrupted.</summary>
    public static ClaimedJob Claimed(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2),
        reader.IsDBNull(3) ? default(ReadOnlyMemory<byte>?) : reader.GetFieldValue<byte[]>(3), Progress(reader, 4), reader.GetInt32(7), reader.GetBoolean(8));

    public static string NameOf(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Done => "done",
        JobState.Failed => "failed",
        _ => "cancelled",
    };

    private static JobState StateOf(string name) => name switch
    {
        "queued" => JobState.Queued,
        "running" => JobState.Running,
        "done" => JobState.Done,
        "failed" => JobState.Failed,
        _ => JobState.Cancelled,
    };

    private static JobProgress Progress(NpgsqlDataReader reader, int at) => new(
        reader.GetInt64(at), reader.IsDBNull(at + 1) ? null : reader.GetInt64(at + 1), reader.IsDBNull(at + 2) ? null : reader.GetString(at + 2));

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<DateTimeOffset>(at);
}
