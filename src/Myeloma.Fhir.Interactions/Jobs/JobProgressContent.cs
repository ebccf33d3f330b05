using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>How far a job is, as Parameters: <c>kind</c>, <c>state</c>, <c>created</c>, <c>started</c>, <c>done</c>, <c>total</c>, <c>percent</c>, <c>words</c>; what is not known is left out.</summary>
/// <remarks>The body of 202 is the server's to choose: https://hl7.org/fhir/R4/async.html</remarks>
public sealed class JobProgressContent(Job job) : ResponseContent
{
    /// <summary>Longest text of X-Progress. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---in-progress-status</summary>
    private const int MaxHeader = 100;

    public override string ResourceType => "Parameters";

    /// <summary>The same in one line of ASCII: <c>25% (500 of 2000), Patient</c>.</summary>
    public static string Line(Job job)
    {
        if (job.Started is not { } started) return "waiting";
        var progress = job.Progress;
        var line = progress switch
        {
            { Percent: { } percent } => string.Create(CultureInfo.InvariantCulture, $"{percent}% ({progress.Done} of {progress.Total})"),
            { Done: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{progress.Done} done"),
            _ => string.Create(CultureInfo.InvariantCulture, $"in progress since {started.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
        };
        if (progress.Words is { Length: > 0 } words) line += ", " + string.Concat(words.Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
        return line.Length <= MaxHeader ? line : line[..MaxHeader];
    }

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        Write(writer, "kind", "valueCode", job.Kind);
        Write(writer, "state", "valueCode", job.State == JobState.Queued ? "waiting" : "running");
        Write(writer, "created", "valueInstant", Instant(job.Created));
        if (job.Started is { } started) Write(writer, "started", "valueInstant", Instant(started));
        Write(writer, "done", "valueDecimal", job.Progress.Done);
        if (job.Progress.Total is { } total) Write(writer, "total", "valueDecimal", total);
        if (job.Progress.Percent is { } percent) Write(writer, "percent", "valueDecimal", percent);
        if (job.Progress.Words is { Length: > 0 } words) Write(writer, "words", "valueString", words);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter writer, string name, string element, object value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        if (value is string text) writer.WriteString(element, text);
        else writer.WriteNumber(element, Convert.ToInt64(value, CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }
}
