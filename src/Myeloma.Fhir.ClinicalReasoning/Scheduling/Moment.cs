using System.Globalization;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>A day, with an instant in it where a time of day is known.</summary>
/// <param name="At">Null where the request has no time of day.</param>
internal readonly record struct Moment(DateOnly Date, DateTimeOffset? At) : IComparable<Moment>
{
    /// <summary>A day, at the request's time of day by the clock on the wall. An hour that a day leaves out is the next one there is; of an hour that comes twice it is the first.</summary>
    public static Moment Of(DateOnly date, ScheduleRequest request)
    {
        if (request.Time is not { } time) return new Moment(date, null);
        var local = date.ToDateTime(time, DateTimeKind.Unspecified);
        while (request.Zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = request.Zone.IsAmbiguousTime(local) ? request.Zone.GetAmbiguousTimeOffsets(local).Max() : request.Zone.GetUtcOffset(local);
        return new Moment(date, new DateTimeOffset(local, offset));
    }

    public int CompareTo(Moment other) => At is { } one && other.At is { } two ? one.CompareTo(two) : Date.CompareTo(other.Date);

    /// <summary>As a date, or a dateTime where a time is known.</summary>
    public override string ToString() => At?.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture) ?? Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>The earliest and the latest that something may be at: the same for what is at one time.</summary>
internal readonly record struct Window(Moment From, Moment To)
{
    public bool IsOne => From.CompareTo(To) == 0;

    /// <summary>What is in both; null when nothing is.</summary>
    public static Window? Both(Window one, Window other)
    {
        var both = new Window(Later(one.From, other.From), Later(one.To, other.To) == one.To ? other.To : one.To);
        return both.From.CompareTo(both.To) <= 0 ? both : null;
    }

    private static Moment Later(Moment one, Moment other) => one.CompareTo(other) >= 0 ? one : other;
}
