using System.Diagnostics.Metrics;
using Myeloma.Fhir.Store.Subscriptions;

namespace Myeloma.Fhir.Server.Subscriptions;

/// <summary>The numbers of subscriptions, for those who run the server. https://learn.microsoft.com/dotnet/core/diagnostics/metrics</summary>
/// <remarks>Totals are those of the database, told by the server that delivers; the others tell none. No measurement names a subscription.</remarks>
internal sealed class SubscriptionMeter
{
    private readonly Counter<long> delivered;
    private readonly Counter<long> failed;
    private volatile SubscriptionTotals? totals;

    public SubscriptionMeter(Meter meter)
    {
        delivered = meter.CreateCounter<long>("myeloma.fhir.subscription.deliveries", "{notification}", "Notifications delivered to endpoints.");
        failed = meter.CreateCounter<long>("myeloma.fhir.subscription.failures", "{failure}", "Tries to deliver notifications that failed.");
        meter.CreateObservableGauge("myeloma.fhir.subscription.active", () => Of(totals?.Active), "{subscription}", "Subscriptions that are active, told by the server that delivers.");
        meter.CreateObservableGauge("myeloma.fhir.subscription.error", () => Of(totals?.InError), "{subscription}", "Subscriptions that are in error, told by the server that delivers.");
        meter.CreateObservableGauge("myeloma.fhir.subscription.backlog", () => Of(totals?.Backlog), "{notification}", "Notifications that are still to be delivered, told by the server that delivers.");
    }

    /// <summary>Null: this server does not deliver.</summary>
    public SubscriptionTotals? Totals
    {
        set => totals = value;
    }

    public void Count(int deliveries, bool hasFailed)
    {
        if (deliveries > 0) delivered.Add(deliveries);
        if (hasFailed) failed.Add(1);
    }

    private static IEnumerable<Measurement<long>> Of(long? value) => value is { } number ? [new(number)] : [];
}
