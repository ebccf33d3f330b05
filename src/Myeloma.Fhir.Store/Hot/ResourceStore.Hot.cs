using System.Diagnostics.Metrics;

namespace Myeloma.Fhir.Store;

/// <summary>Current versions in memory.</summary>
public sealed partial class ResourceStore : IAsyncDisposable
{
    /// <summary>From now on reads of current versions are answered from memory where that is sure to be what the database has.</summary>
    /// <param name="meter">Gets the numbers of hits and misses, and the bytes that are held.</param>
    /// <remarks>src/decisions/hot-bodies.md has the reasons. To be called once, by a server that serves; nothing happens where <see cref="StoreOptions.HotBytes"/> is 0.</remarks>
    public void BeginHot(Meter meter)
    {
        if (options.HotBytes <= 0) return;
        hot.Begin(options.HotBytes);
        meter.CreateObservableCounter("myeloma.fhir.hot.hits", () => hot.Bodies!.Hits, "{read}", "Reads of current versions answered from memory.");
        meter.CreateObservableCounter("myeloma.fhir.hot.misses", () => hot.Bodies!.Misses, "{read}", "Reads of current versions answered from the database.");
        meter.CreateObservableUpDownCounter("myeloma.fhir.hot.bytes", () => hot.Bodies!.Bytes, "By", "Memory that current versions take.");
    }

    /// <summary>Lets go of what others wait for.</summary>
    public ValueTask DisposeAsync() => pinned is null ? hot.DisposeAsync() : ValueTask.CompletedTask;
}
