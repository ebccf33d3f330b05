using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Date values against <c>index_date</c>, and <c>_lastUpdated</c> against the rid. Periods are half open: high is the first instant after.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#prefix</remarks>
internal static class DateSql
{
    public static RowSource Rows(Alias row, int parameterId, IReadOnlyList<DateValue> values) =>
        new(row, $"index_date {row} WHERE {row}.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(value => Matches(row, value)))})");

    /// <summary>Where two comparisons are alternatives, a third one that follows from both gives the index a range.</summary>
    private static Sql Matches(Alias row, DateValue value) => value.Prefix switch
    {
        Prefix.Eq => $"({row}.low >= {value.Low} AND {row}.low < {value.High} AND {row}.high <= {value.High})",
        Prefix.Ne => $"({row}.low < {value.Low} OR {row}.high > {value.High})",
        Prefix.Gt => $"{row}.high > {value.High}",
        Prefix.Lt => $"{row}.low < {value.Low}",
        Prefix.Ge => $"({row}.high > {value.Low} AND ({row}.high > {value.High} OR {row}.low >= {value.Low}))",
        Prefix.Le => $"({row}.low < {value.High} AND ({row}.low < {value.Low} OR {row}.high <= {value.High}))",
        Prefix.Sa => $"{row}.low >= {value.High}",
        Prefix.Eb => $"{row}.high <= {value.Low}",
        Prefix.Ap => $"({row}.low < {value.High} AND {row}.high > {value.Low})",
        Prefix.Contains => $"({row}.low <= {value.Low} AND {row}.high >= {value.High})",
        _ => throw new UnreachableException(),
    };

    /// <summary>The instant of a version is part of its rid.</summary>
    public static Sql LastUpdated(Alias match, IReadOnlyList<DateValue> values) =>
        $"({Sql.Join($" OR ", values.Select(value => Updated(match, value)))})";

    private static Sql Updated(Alias match, DateValue value)
    {
        var low = Rid.First(value.Low);
        var high = Rid.First(value.High);
        return value.Prefix switch
        {
            Prefix.Eq or Prefix.Ap => $"({match}.rid >= {low} AND {match}.rid < {high})",
            Prefix.Ne => $"({match}.rid < {low} OR {match}.rid >= {high})",
            Prefix.Gt or Prefix.Sa => $"{match}.rid >= {high}",
            Prefix.Lt or Prefix.Eb => $"{match}.rid < {low}",
            Prefix.Ge => $"{match}.rid >= {low}",
            Prefix.Le => $"{match}.rid < {high}",
            _ => throw new UnreachableException(),
        };
    }
}
