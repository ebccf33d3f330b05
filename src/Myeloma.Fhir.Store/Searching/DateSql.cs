using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Date values against <c>index_date</c>, and <c>_lastUpdated</c> against the rid. Periods are half open: high is the first instant after.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#prefix</remarks>
internal static class DateSql
{
    public static Sql Holds(Alias match, int parameterId, IReadOnlyList<DateValue> values) =>
        $"EXISTS (SELECT FROM index_date d WHERE d.parameter_id = {parameterId} AND ({Sql.Join($" OR ", values.Select(Matches))}) AND d.rid = {match}.rid)";

    /// <summary>Where two comparisons are alternatives, a third one that follows from both gives the index a range.</summary>
    private static Sql Matches(DateValue value) => value.Prefix switch
    {
        Prefix.Eq => $"(d.low >= {value.Low} AND d.low < {value.High} AND d.high <= {value.High})",
        Prefix.Ne => $"(d.low < {value.Low} OR d.high > {value.High})",
        Prefix.Gt => $"d.high > {value.High}",
        Prefix.Lt => $"d.low < {value.Low}",
        Prefix.Ge => $"(d.high > {value.Low} AND (d.high > {value.High} OR d.low >= {value.Low}))",
        Prefix.Le => $"(d.low < {value.High} AND (d.low < {value.Low} OR d.high <= {value.High}))",
        Prefix.Sa => $"d.low >= {value.High}",
        Prefix.Eb => $"d.high <= {value.Low}",
        Prefix.Ap => $"(d.low < {value.High} AND d.high > {value.Low})",
        _ => throw new UnreachableException(),
    };

    /// <summary>The instant of a version is part of its rid.</summary>
    public static Sql LastUpdated(Alias match, IReadOnlyList<DateValue> values) =>
        $"({Sql.Join($" OR ", values.Select(value => Matches(match, value)))})";

    private static Sql Matches(Alias match, DateValue value)
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
