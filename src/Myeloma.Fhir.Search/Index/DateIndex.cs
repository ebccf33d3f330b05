using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>date, dateTime, instant, Period and Timing. https://hl7.org/fhir/R4/search.html#date</summary>
internal static class DateIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement || value.Element.IsPrimitive)
        {
            if (value.Text is { } text && DateRange.TryParse(text.TrimStart('@')) is { } range) rows.Date(parameter.Id, range.Low, range.High);
            return;
        }

        switch (value.Element.Type.Name)
        {
            case "Period": AddPeriod(parameter.Id, value.Element, rows); break;
            case "Timing": AddTiming(parameter.Id, value.Element, rows); break;
        }
    }

    /// <summary>A bound that is not stated, or is no date, is open; a period without any date gives no row.</summary>
    private static void AddPeriod(int parameterId, Element period, RowBuilder rows)
    {
        var start = Range(period.TextOf("start"));
        var end = Range(period.TextOf("end"));
        if (start is null && end is null) return;
        rows.Date(parameterId, start?.Low ?? DateTimeOffset.MinValue, end?.High ?? DateTimeOffset.MaxValue);
    }

    /// <summary>From the first event to the last one; the bounds of the repetition when there is no event.</summary>
    private static void AddTiming(int parameterId, Element timing, RowBuilder rows)
    {
        DateTimeOffset? low = null, high = null;
        foreach (var moment in timing.Children("event"))
        {
            if (Range(moment.Text) is not { } range) continue;
            if (low is null || range.Low < low) low = range.Low;
            if (high is null || range.High > high) high = range.High;
        }

        if (low is { } first && high is { } last) rows.Date(parameterId, first, last);
        else if (timing.Child("repeat")?.Child("bounds") is { } bounds && bounds.Type.Name == "Period") AddPeriod(parameterId, bounds, rows);
    }

    private static DateRange? Range(string? text) => text is null ? null : DateRange.TryParse(text);
}
