using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>Days before and behind days, within the years that a date can be of, but the first and the last: there a time zone leads out of them. https://hl7.org/fhir/R4/datatypes.html#date</summary>
internal static class Calendar
{
    public static readonly DateOnly First = new(2, 1, 1);

    public static readonly DateOnly Last = new(9998, 12, 31);

    /// <exception cref="FhirException"><c>too-costly</c>: before <see cref="First"/> or behind <see cref="Last"/>.</exception>
    public static DateOnly PlusDays(this DateOnly start, long days)
    {
        var number = start.DayNumber + days;
        return number >= First.DayNumber && number <= Last.DayNumber ? DateOnly.FromDayNumber((int)number) : throw Beyond();
    }

    /// <summary>The same day of a later month, or the last one that there is.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: before <see cref="First"/> or behind <see cref="Last"/>.</exception>
    public static DateOnly PlusMonths(this DateOnly start, long months) =>
        months < 12 * ((long)Last.Year - start.Year) && months > 12 * ((long)First.Year - start.Year) ? start.AddMonths((int)months) : throw Beyond();

    private static FhirException Beyond() => new(Issue.TooCostly("The plan goes on beyond the years 2 to 9998."));
}
