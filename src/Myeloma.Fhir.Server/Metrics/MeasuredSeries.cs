using System.Diagnostics.Metrics;

namespace Myeloma.Fhir.Server.Metrics;

/// <summary>What one instrument has measured under one set of tags.</summary>
/// <param name="tags">Sorted by name.</param>
/// <param name="bounds">Upper bounds of a histogram's buckets, rising; empty for other instruments.</param>
internal sealed class MeasuredSeries(Instrument instrument, IReadOnlyList<KeyValuePair<string, string>> tags, IReadOnlyList<double> bounds)
{
    private readonly long[] buckets = new long[bounds.Count];

    public Instrument Instrument => instrument;

    public IReadOnlyList<KeyValuePair<string, string>> Tags => tags;

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>The sum of all measurements; of a gauge and of what is observed the last one.</summary>
    public double Value { get; private set; }

    /// <summary>How many measurements there were.</summary>
    public long Count { get; private set; }

    /// <summary>Of a histogram: measurements up to each bound, those of lower ones included.</summary>
    public IReadOnlyList<long> Buckets => buckets;

    public void Add(double measurement)
    {
        Count++;
        Value += measurement;
        for (var at = bounds.Count - 1; at >= 0 && measurement <= bounds[at]; at--) buckets[at]++;
    }

    public void Set(double measurement)
    {
        Count++;
        Value = measurement;
    }

    public MeasuredSeries Copy()
    {
        var copy = new MeasuredSeries(instrument, tags, bounds) { Value = Value, Count = Count };
        buckets.CopyTo(copy.buckets, 0);
        return copy;
    }
}
