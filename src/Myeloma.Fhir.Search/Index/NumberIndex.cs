using System.Globalization;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Numbers of resources and numbers that an expression computed. https://hl7.org/fhir/R4/search.html#number</summary>
internal static class NumberIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (value.IsElement && !value.Element.IsPrimitive)
        {
            switch (value.Element.Type.Name)
            {
                case "Range": QuantityIndex.AddBounds(value.Element, (low, high) => rows.Number(parameter.Id, low, high)); break;
                default:
                    if (value.Element.Type.IsA("Quantity") && Parse(value.Element.TextOf("value")) is { } amount) rows.Number(parameter.Id, amount, amount);
                    break;
            }
        }
        else if (Parse(value.Text) is { } number) rows.Number(parameter.Id, number, number);
    }

    /// <returns>Null for what is no number, or has more digits than are kept.</returns>
    public static decimal? Parse(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;
}
