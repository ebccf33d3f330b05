using System.Globalization;
using Myeloma.Fhir.Model.Ucum;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>42.256500|-83.694810|11.20|km</c>: latitude, longitude, distance, unit; without a distance 50 km, without a unit kilometres. https://hl7.org/fhir/R4/location.html#positional</summary>
internal static class NearReading
{
    /// <summary>In km, where the server is to choose.</summary>
    private const decimal DefaultDistance = 50;

    /// <summary>In m; nothing on earth is farther away.</summary>
    private const decimal Farthest = 20_100_000;

    /// <returns>Null when malformed, which is noted.</returns>
    public static NearValue? Read(string value, ValueReading reading)
    {
        var parts = value.Split('|');
        if (parts.Length is < 2 or > 4)
        {
            reading.Refuse(value, "expected latitude|longitude, latitude|longitude|distance or latitude|longitude|distance|unit.");
            return null;
        }

        if (Number(parts[0]) is not { } latitude || Math.Abs(latitude) > 90)
        {
            reading.Refuse(value, "the latitude is a number from -90 to 90.");
            return null;
        }

        if (Number(parts[1]) is not { } longitude || Math.Abs(longitude) > 180)
        {
            reading.Refuse(value, "the longitude is a number from -180 to 180.");
            return null;
        }

        return Metres(parts, value, reading) is { } metres ? new NearValue(latitude, longitude, Math.Min(metres, Farthest)) : null;
    }

    private static decimal? Metres(string[] parts, string value, ValueReading reading)
    {
        var distance = parts.Length < 3 || parts[2].Length == 0 ? DefaultDistance : Number(parts[2]);
        if (distance is not >= 0)
        {
            reading.Refuse(value, "the distance is a number, 0 or more.");
            return null;
        }

        var unit = parts.Length < 4 || parts[3].Length == 0 ? "km" : parts[3];
        var number = new NumberValue(Prefix.Eq, distance.Value, distance.Value, distance.Value);
        if (CanonicalUnit.Value(new QuantityValue(number, UcumUnit.SystemUrl, unit)) is { System: CanonicalUnit.System, Code: "m" } inMetres) return inMetres.Number.Value;
        reading.Refuse(value, $"'{unit}' is no UCUM code for a length like km, m or [mi_us].");
        return null;
    }

    private static decimal? Number(string text) =>
        text.Length <= 30 && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
