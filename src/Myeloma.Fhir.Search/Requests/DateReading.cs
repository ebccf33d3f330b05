using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>A date, time or instant with its prefix. https://hl7.org/fhir/R4/search.html#date</summary>
internal static class DateReading
{
    /// <summary>How much of the time since (or until) a date <c>ap</c> lets it be off.</summary>
    private const double Approximately = 0.1;

    /// <returns>Null when malformed, which is noted.</returns>
    public static DateValue? Read(string value, ValueReading reading)
    {
        if (PrefixReading.Read(EscapedText.Unescape(value)) is not var (prefix, text))
        {
            reading.Refuse(value, $"a date may begin with {PrefixReading.Known}.");
            return null;
        }

        // A plus sign that was not percent-encoded arrives as a blank.
        if (text.Length > 10 && text[^6] == ' ') text = $"{text[..^6]}+{text[^5..]}";
        if (DateRange.TryParse(text) is not { } range)
        {
            reading.Refuse(value, "expected a date like 2024, 2024-05, 2024-05-31 or 2024-05-31T08:30:00Z.");
            return null;
        }

        return prefix == Prefix.Ap ? Widened(range, reading.Options.TimeProvider.GetUtcNow()) : new DateValue(prefix, range.Low, range.High);
    }

    private static DateValue Widened(DateRange range, DateTimeOffset now)
    {
        var gap = (now < range.Low ? range.Low - now : now > range.High ? now - range.High : TimeSpan.Zero) * Approximately;
        var low = range.Low - DateTimeOffset.MinValue > gap ? range.Low - gap : DateTimeOffset.MinValue;
        var high = DateTimeOffset.MaxValue - range.High > gap ? range.High + gap : DateTimeOffset.MaxValue;
        return new DateValue(Prefix.Ap, low, high);
    }
}
