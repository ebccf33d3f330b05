using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>The days that a Timing names, from a first day on. How often and when on a day is not its business.</summary>
/// <remarks>https://hl7.org/fhir/R4/datatypes.html#Timing</remarks>
internal static class RepeatDates
{
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <param name="end">The first day that is not asked for; null where only the Timing itself ends it.</param>
    /// <param name="max">Most days.</param>
    /// <returns>In order; null when the Timing names no days, or has no end and nothing else ends it.</returns>
    public static IReadOnlyList<DateOnly>? Of(Element timing, DateOnly start, DateOnly? end, int max)
    {
        var events = new List<DateOnly>();
        foreach (var each in timing.Children("event"))
            if (each.Text is { Length: >= 10 } text && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) events.Add(date);
        if (events.Count > 0) return events;
        if (timing.Child("repeat") is not { } repeat || Step(repeat) is not { } step) return null;
        var (last, count) = (Earlier(end, EndOf(repeat, start)), CountOf(repeat));
        if (last is null && count is null) return null;
        var weekdays = WeekdaysOf(repeat);
        return weekdays.Count == 0 ? Stepped(step, start, last, Math.Min(count ?? max, max)) : OnWeekdays(weekdays, step, start, last, Math.Min(count ?? max, max));
    }

    private static List<DateOnly> Stepped(CycleTiming step, DateOnly start, DateOnly? last, int count)
    {
        var days = new List<DateOnly>();
        for (var index = 0; index < count && step.Add(start, index) is var day && (last is null || day < last); index++) days.Add(day);
        return days;
    }

    private static List<DateOnly> OnWeekdays(HashSet<int> weekdays, CycleTiming step, DateOnly start, DateOnly? last, int count)
    {
        // Days of the week repeat with the week: every second one under a period of two weeks.
        var weeks = step.Unit == "d" ? Math.Max(1, step.Value / 7) : 1;
        var days = new List<DateOnly>();
        for (var day = start; days.Count < count && (last is null || day < last); day = day.PlusDays(1))
            if (weekdays.Contains((int)day.DayOfWeek) && (day.DayNumber - start.DayNumber) / 7 % weeks == 0) days.Add(day);
        return days;
    }

    /// <summary>From one day to the next: every day, where it is more than once on one.</summary>
    private static CycleTiming? Step(Element repeat)
    {
        if (repeat.TextOf("period") is not { } period) return repeat.Child("dayOfWeek") is not null ? new CycleTiming(7, "d", null) : null;
        var unit = repeat.TextOf("periodUnit");
        if (unit is "s" or "min" || (unit == "h" && decimal.TryParse(period, CultureInfo.InvariantCulture, out var hours) && hours < 24)) return new CycleTiming(1, "d", null);
        if (CycleTiming.Whole(period, unit) is not { } step) return null;
        return FrequencyOf(repeat) is var frequency and > 1 && step.Unit == "d" ? Spread(step.Value, frequency) : step;
    }

    /// <summary>Several times in one day is that day; several days of a period are named by their weekday, or not known.</summary>
    private static CycleTiming? Spread(int days, int frequency) => days == 1 ? new CycleTiming(1, "d", null) : days % frequency == 0 ? new CycleTiming(days / frequency, "d", null) : null;

    private static int FrequencyOf(Element repeat) => int.TryParse(repeat.TextOf("frequency"), NumberStyles.None, CultureInfo.InvariantCulture, out var frequency) ? frequency : 1;

    /// <summary>A count is of times: on how many days that is depends on how often a day.</summary>
    private static int? CountOf(Element repeat)
    {
        if (!int.TryParse(repeat.TextOf("count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        var perDay = repeat.TextOf("period") == "1" && repeat.TextOf("periodUnit") == "d" ? FrequencyOf(repeat) : 1;
        return (count + perDay - 1) / perDay;
    }

    private static DateOnly? EndOf(Element repeat, DateOnly start)
    {
        if (repeat.Child("bounds") is not { } bounds) return null;
        if (bounds.Type.IsA("Duration")) return CycleTiming.Whole(bounds.TextOf("value"), bounds.TextOf("code") ?? bounds.TextOf("unit"))?.Add(start, 1);
        return bounds.TextOf("end") is { Length: >= 10 } text && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) ? end.PlusDays(1) : null;
    }

    private static HashSet<int> WeekdaysOf(Element repeat)
    {
        var days = new HashSet<int>();
        foreach (var day in repeat.Children("dayOfWeek"))
            if (Array.IndexOf(Weekdays, day.Text) is >= 0 and var index) days.Add(index);
        return days;
    }

    private static DateOnly? Earlier(DateOnly? one, DateOnly? other) => one is null || other < one ? other ?? one : one;
}
