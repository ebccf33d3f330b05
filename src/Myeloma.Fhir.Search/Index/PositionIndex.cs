using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Positions of Locations: two numbers, latitude under the parameter's own id and longitude under the next one. https://hl7.org/fhir/R4/location.html#positional</summary>
internal static class PositionIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement || NumberIndex.Parse(value.Element.TextOf("latitude")) is not { } latitude || NumberIndex.Parse(value.Element.TextOf("longitude")) is not { } longitude) return;
        if (Math.Abs(latitude) > 90 || Math.Abs(longitude) > 180) return;
        rows.Number(parameter.Id, latitude, latitude);
        rows.Number(parameter.LongitudeId, longitude, longitude);
    }
}
