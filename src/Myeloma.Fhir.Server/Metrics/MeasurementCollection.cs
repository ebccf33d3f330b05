using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Myeloma.Fhir.Server.Metrics;

/// <summary>Sums up what the instruments of this server, of ASP.NET Core, of Npgsql and of the runtime measure.</summary>
/// <remarks>https://learn.microsoft.com/dotnet/core/diagnostics/metrics-collection#create-a-custom-collection-tool-using-the-net-meterlistener-api</remarks>
internal sealed class MeasurementCollection : IDisposable
{
    /// <summary>Meters are listened to whose name begins so.</summary>
    private static readonly string[] Meters = ["Myeloma.Fhir.", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    /// <summary>Series that are kept at most; a tag with ever new values must not fill the memory.</summary>
    private const int MaxSeries = 10_000;

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

    private readonly ConcurrentDictionary<(Instrument, string), MeasuredSeries> series = new();
    private readonly MeterListener listener = new();

    /// <param name="factory">Of this server: meters of other servers in the same process are left out.</param>
    public MeasurementCollection(IMeterFactory factory)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            var meter = instrument.Meter;
            if ((meter.Scope is null || ReferenceEquals(meter.Scope, factory)) && Meters.Any(name => meter.Name.StartsWith(name, StringComparison.Ordinal)))
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<byte>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<short>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, _) => Take(instrument, (double)value, tags));
        listener.Start();
    }

    /// <summary>Everything measured so far, observed instruments as of now; by instrument name, then in the order of first measurements.</summary>
    public IReadOnlyList<MeasuredSeries> Collect()
    {
        lock (listener)
        {
            // What an observed instrument does not tell any more is no longer there.
            foreach (var key in series.Keys.Where(key => key.Item1.IsObservable)) series.TryRemove(key, out _);
            listener.RecordObservableInstruments();
            var copies = new List<MeasuredSeries>();
            foreach (var one in series.Values)
                lock (one) copies.Add(one.Copy());
            return [.. copies.OrderBy(one => one.Instrument.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var sorted = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, tag) in tags) sorted.Add(new(name, Convert.ToString(tag, CultureInfo.InvariantCulture) ?? ""));
        sorted.Sort((one, other) => string.CompareOrdinal(one.Key, other.Key));
        var key = (instrument, string.Join('\u0001', sorted.Select(tag => $"{tag.Key}\u0002{tag.Value}")));
        if (!series.TryGetValue(key, out var one))
        {
            if (series.Count >= MaxSeries) return;
            one = series.GetOrAdd(key, _ => new MeasuredSeries(instrument, sorted, BoundsOf(instrument)));
        }

        lock (one)
        {
            if (instrument.IsObservable || IsGauge(instrument)) one.Set(value);
            else one.Add(value);
        }
    }

    /// <summary>Whether the last measurement counts, and not their sum.</summary>
    public static bool IsGauge(Instrument instrument) => NameOf(instrument) is "Gauge`1" or "ObservableGauge`1";

    /// <summary>Whether measurements are sorted into buckets.</summary>
    public static bool IsHistogram(Instrument instrument) => NameOf(instrument) == "Histogram`1";

    /// <summary>Whether the sum only grows.</summary>
    public static bool IsCounter(Instrument instrument) => NameOf(instrument) is "Counter`1" or "ObservableCounter`1";

    private static string NameOf(Instrument instrument) => instrument.GetType().Name;

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => !IsHistogram(instrument) ? [] : instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
        Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };
}
