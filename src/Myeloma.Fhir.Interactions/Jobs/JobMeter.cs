using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Jobs;

/// <summary>What a server's jobs measure. No measurement names a job: its id opens its result.</summary>
/// <remarks>Names as OpenTelemetry asks: https://opentelemetry.io/docs/specs/semconv/general/metrics/</remarks>
internal sealed class JobMeter
{
    private readonly ConcurrentDictionary<string, (string Kind, JobProgress Progress)> running = new(StringComparer.Ordinal);
    private readonly Counter<long> ended;
    private readonly Counter<long> items;
    private readonly Histogram<double> durations;

    public JobMeter(Meter meter, IReadOnlyList<IJobKind> kinds)
    {
        ended = meter.CreateCounter<long>("myeloma.fhir.job.ended", "{job}", "Runs of jobs that ended, by what they came to: done, failed, cancelled, released.");
        items = meter.CreateCounter<long>("myeloma.fhir.job.items", "{item}", "What jobs have worked through, in what each kind counts.");
        durations = meter.CreateHistogram<double>(
            "myeloma.fhir.job.duration", "s", "How long runs of jobs took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 600, 3600, 36000] });
        meter.CreateObservableUpDownCounter(
            "myeloma.fhir.job.running", () => kinds.Select(kind => new Measurement<int>(running.Values.Count(one => one.Kind == kind.Name), Kind(kind.Name))), "{job}", "Jobs this server works on.");
        meter.CreateObservableGauge("myeloma.fhir.job.progress", Progress, "1", "How far the least advanced of the running jobs of a kind is, from 0 to 1, where the total is known.");
    }

    public void Begin(ClaimedJob job) => running[job.Id] = (job.Kind, job.Progress);

    public void Report(ClaimedJob job, JobProgress progress)
    {
        var before = running.TryGetValue(job.Id, out var known) ? known.Progress.Done : 0;
        running[job.Id] = (job.Kind, progress);
        if (progress.Done > before) items.Add(progress.Done - before, Kind(job.Kind));
    }

    public void End(ClaimedJob job, string outcome, TimeSpan took)
    {
        running.TryRemove(job.Id, out _);
        ended.Add(1, Kind(job.Kind), new KeyValuePair<string, object?>("outcome", outcome));
        durations.Record(took.TotalSeconds, Kind(job.Kind));
    }

    private IEnumerable<Measurement<double>> Progress() =>
        from one in running.Values
        where one.Progress.Total > 0
        group (double)one.Progress.Done / one.Progress.Total!.Value by one.Kind into kind
        select new Measurement<double>(Math.Min(1, kind.Min()), Kind(kind.Key));

    private static KeyValuePair<string, object?> Kind(string name) => new("kind", name);
}
