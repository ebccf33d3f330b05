using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>A cycle as plans state it: its length, and how often it is repeated.</summary>
/// <param name="Value">In units of <paramref name="Unit"/>.</param>
/// <param name="Unit">A unit of time of UCUM: <c>d</c>, <c>mo</c> or <c>a</c>.</param>
/// <param name="Count">Null when it is not stated.</param>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-example-kdn5-simplified.html: the length stands in <c>repeat.duration</c>, or in <c>repeat.period</c>.</remarks>
internal readonly record struct CycleTiming(int Value, string Unit, int? Count)
{
    /// <summary><c>21 days</c>, <c>1 month</c></summary>
    public string InWords => string.Create(CultureInfo.InvariantCulture, $"{Value} {Unit switch { "d" => "day", "mo" => "month", _ => "year" }}{(Value == 1 ? "" : "s")}");

    /// <returns>Null for an action without a Timing that has a length of whole days, months or years.</returns>
    public static CycleTiming? Of(Element action)
    {
        if (action.Child("timing") is not { Type.Name: "Timing" } timing || timing.Child("repeat") is not { } repeat) return null;

        // What is done several times or on days of the week is no cycle.
        if (repeat.TextOf("frequency") is not (null or "1") || repeat.Child("dayOfWeek") is not null) return null;
        var (value, unit) = repeat.TextOf("period") is { } period ? (period, repeat.TextOf("periodUnit")) : (repeat.TextOf("duration"), repeat.TextOf("durationUnit"));
        if (Whole(value, unit) is not { } length) return null;
        return length with { Count = CountOf(repeat, length) };
    }

    /// <summary>The first day of the nth cycle after a day, counted from that day, so that the end of a month does not drift.</summary>
    /// <param name="cycles">0 is the day itself.</param>
    /// <exception cref="Model.Issues.FhirException"><c>too-costly</c>: behind the year 9998.</exception>
    public DateOnly Add(DateOnly start, int cycles) => Unit switch
    {
        "d" => start.PlusDays((long)Value * cycles),
        "mo" => start.PlusMonths((long)Value * cycles),
        _ => start.PlusMonths(12L * Value * cycles),
    };

    /// <summary>A length of time as whole days, months or years.</summary>
    /// <returns>Null for one that is none; the count is not stated.</returns>
    public static CycleTiming? Whole(string? value, string? unit)
    {
        if (!decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)) return null;
        var (whole, code) = unit switch
        {
            "h" => (number / 24, "d"),
            "d" => (number, "d"),
            "wk" => (number * 7, "d"),
            "mo" => (number, "mo"),
            "a" => (number, "a"),
            _ => (0, ""),
        };
        return whole >= 1 && whole <= 36_500 && whole == decimal.Truncate(whole) ? new CycleTiming((int)whole, code, null) : null;
    }

    private static int? CountOf(Element repeat, CycleTiming length)
    {
        if (int.TryParse(repeat.TextOf("count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return count;
        if (repeat.Child("bounds") is not { } bounds || !bounds.Type.IsA("Duration")) return null;
        return Whole(bounds.TextOf("value"), bounds.TextOf("code") ?? bounds.TextOf("unit")) is { } whole && whole.Unit == length.Unit ? whole.Value / length.Value : null;
    }
}
