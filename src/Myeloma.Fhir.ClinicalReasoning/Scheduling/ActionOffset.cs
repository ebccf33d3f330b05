using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>A length of time between two actions: months and days by the calendar, what is less than a day by the clock.</summary>
/// <remarks>https://hl7.org/fhir/R4/datatypes.html#Duration</remarks>
internal readonly record struct ActionOffset(int Months, int Days, TimeSpan Time)
{
    private const int Most = 36_500;

    /// <returns>Null for what can't be counted: no value or unit of time, a comparator, parts of a month, more than 100 years of days.</returns>
    public static ActionOffset? Of(Element duration)
    {
        if (duration.Child("comparator") is not null) return null;
        if (!decimal.TryParse(duration.TextOf("value"), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return null;
        var unit = duration.TextOf("code") ?? duration.TextOf("unit");
        if (Math.Abs(value) > Most * 86_400m) return null;
        if (unit is "mo" or "a")
        {
            var months = unit == "a" ? value * 12 : value;
            return months == decimal.Truncate(months) && Math.Abs(months) <= Most ? new ActionOffset((int)months, 0, TimeSpan.Zero) : null;
        }

        decimal? perDay = unit switch { "wk" => 1 / 7m, "d" => 1, "h" => 24, "min" => 1_440, "s" => 86_400, _ => null };
        if (perDay is not { } parts) return null;
        var days = unit == "wk" ? value * 7 : value / parts;
        var whole = decimal.Truncate(days);
        if (Math.Abs(whole) > Most) return null;
        var rest = unit == "wk" ? (days - whole) * 86_400 : (value - (whole * parts)) * 86_400 / parts;
        return new ActionOffset(0, (int)whole, TimeSpan.FromSeconds((double)decimal.Round(rest)));
    }

    /// <summary>The time that is so long behind another; before it under a negative sign.</summary>
    /// <param name="sign">1 or -1.</param>
    /// <returns>Without a time of day in the request what is less than a day is not counted.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: beyond the years 2 to 9998.</exception>
    public Moment From(Moment moment, int sign, ScheduleRequest request)
    {
        if (Months == 0 && Days == 0 && Time == TimeSpan.Zero) return moment;
        var day = Months == 0 ? moment.Date.PlusDays((long)sign * Days) : moment.Date.PlusMonths((long)sign * Months);
        if (moment.At is not { } at) return new Moment(day, null);

        // Days keep the hour on the wall when the clocks change; hours are as long as they are.
        var onDay = day == moment.Date ? at : Moment.Of(day, request with { Time = TimeOnly.FromDateTime(at.DateTime) }).At!.Value;
        if (Time == TimeSpan.Zero) return new Moment(day, onDay);
        var local = TimeZoneInfo.ConvertTime(onDay + (sign * Time), request.Zone);
        return new Moment(DateOnly.FromDateTime(local.DateTime), local);
    }
}
