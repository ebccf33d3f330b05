namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>The instant of an evaluation, asked for when first needed and the same from then on. Each evaluation starts it anew.</summary>
internal sealed class EvaluationClock
{
    private TimeProvider provider = TimeProvider.System;
    private DateTimeOffset? now;

    /// <summary>In the local zone of the provider.</summary>
    public DateTimeOffset Now => now ??= provider.GetLocalNow();

    /// <summary>Of the zone that times without one are taken to have.</summary>
    public int OffsetMinutes => (int)Now.Offset.TotalMinutes;

    public void Start(TimeProvider timeProvider)
    {
        provider = timeProvider;
        now = null;
    }
}
