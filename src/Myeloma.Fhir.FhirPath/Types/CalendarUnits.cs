namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>The calendar words of time-valued quantities. https://hl7.org/fhirpath/N1/#time-valued-quantities</summary>
internal static class CalendarUnits
{
    /// <returns>The singular of a calendar word, singular or plural; null for other words.</returns>
    public static string? Find(string word) => word switch
    {
        "year" or "years" => "year",
        "month" or "months" => "month",
        "week" or "weeks" => "week",
        "day" or "days" => "day",
        "hour" or "hours" => "hour",
        "minute" or "minutes" => "minute",
        "second" or "seconds" => "second",
        "millisecond" or "milliseconds" => "millisecond",
        _ => null,
    };

    /// <summary>The UCUM code of the same length; years and months have none, their length varies.</summary>
    public static string? UcumOf(string calendarUnit) => calendarUnit switch
    {
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        "millisecond" => "ms",
        _ => null,
    };

    /// <summary>The calendar word that R4 reads a UCUM time unit of a FHIR Quantity as. https://hl7.org/fhir/R4/fhirpath.html#quantity</summary>
    public static string? OfUcum(string code) => code switch
    {
        "a" => "year",
        "mo" => "month",
        "wk" => "week",
        "d" => "day",
        "h" => "hour",
        "min" => "minute",
        "s" => "second",
        "ms" => "millisecond",
        _ => null,
    };
}
