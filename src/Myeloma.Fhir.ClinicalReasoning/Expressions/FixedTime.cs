namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>A clock that stands still at the time of the request, in its zone.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("request", now.Offset, "request", "request");

    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
}
