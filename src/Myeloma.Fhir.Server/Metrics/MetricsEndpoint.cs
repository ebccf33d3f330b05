using System.Diagnostics.Metrics;

namespace Myeloma.Fhir.Server.Metrics;

/// <summary>For those who run the server: <c>/metrics</c>, what the server and the runtime measure, in the text format of Prometheus.</summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/. src/decisions/metrics.md says why this is no library's.</remarks>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    /// <summary>The meter of background jobs.</summary>
    public const string JobMeter = "Myeloma.Fhir.Jobs";

    /// <summary>The meter of subscriptions.</summary>
    public const string SubscriptionMeter = "Myeloma.Fhir.Subscriptions";

    /// <summary>The meter of what the store keeps in memory.</summary>
    public const string StoreMeter = "Myeloma.Fhir.Store";

    /// <summary>The meter of code systems in memory.</summary>
    public const string TerminologyMeter = "Myeloma.Fhir.Terminology";

    public static void MapMetrics(this WebApplication app)
    {
        var collection = new MeasurementCollection(app.Services.GetRequiredService<IMeterFactory>());
        app.Lifetime.ApplicationStopped.Register(collection.Dispose);
        app.MapGet(Path, async context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(PrometheusText.Of(collection.Collect()), context.RequestAborted);
        });
    }
}
