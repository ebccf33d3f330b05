using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Positions against <c>index_number</c>, which has latitude and longitude of a Location under two ids: a box by its index, and within it the distance along a great circle.</summary>
/// <remarks>https://hl7.org/fhir/R4/location.html#positional. By the haversine formula on a sphere, which is off by up to half a percent.</remarks>
internal static class NearSql
{
    /// <summary>Mean radius of the earth in metres.</summary>
    private const decimal Radius = 6_371_008.8m;

    /// <summary>A degree along a meridian in metres, somewhat less than it is, so that the box is never too small.</summary>
    private const decimal Degree = 111_000m;

    public static RowSource Rows(Alias row, Criterion.Near near)
    {
        var other = new Alias('l', row.Number);
        return new RowSource(
            row,
            $"""
            index_number {row} JOIN index_number {other} ON {other}.rid = {row}.rid AND {other}.parameter_id = {near.Parameter.LongitudeId}
            WHERE {row}.parameter_id = {near.Parameter.Id} AND ({Sql.Join($" OR ", near.Values.Select(value => Matches(row, other, value)))})
            """);
    }

    private static Sql Matches(Alias latitude, Alias longitude, NearValue value)
    {
        var reach = value.Metres / Degree;
        Sql distance = $"""
            2 * {Radius}::float8 * asin(least(1, sqrt(
                power(sind(({latitude}.low - {value.Latitude})::float8 / 2), 2)
                + cosd({value.Latitude}::float8) * cosd({latitude}.low::float8) * power(sind(({longitude}.low - {value.Longitude})::float8 / 2), 2)))) <= {value.Metres}::float8
            """;
        return $"({latitude}.low >= {value.Latitude - reach} AND {latitude}.low <= {value.Latitude + reach}{Meridians(longitude, value, reach)} AND {distance})";
    }

    /// <summary>Between which meridians, as far as that can be told: not around a pole. What reaches beyond 180 degrees goes on from the other side.</summary>
    private static Sql Meridians(Alias longitude, NearValue value, decimal reach)
    {
        var edge = Math.Abs(value.Latitude) + reach;
        if (edge >= 89) return $"";
        var width = reach / (decimal)Math.Cos((double)edge * Math.PI / 180);
        if (width >= 180) return $"";
        var (west, east) = (value.Longitude - width, value.Longitude + width);
        if (west < -180) return $" AND ({longitude}.low >= {west + 360} OR {longitude}.low <= {east})";
        return east > 180
            ? (Sql)$" AND ({longitude}.low >= {west} OR {longitude}.low <= {east - 360})"
            : $" AND {longitude}.low >= {west} AND {longitude}.low <= {east}";
    }
}
