using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Quantity and its specialisations, Money, Range and SampledData's origin. https://hl7.org/fhir/R4/search.html#quantity</summary>
internal static class QuantityIndex
{
    private const string Currencies = "urn:iso:std:iso:4217";

    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement)
        {
            if (NumberIndex.Parse(value.Text) is { } number) rows.Quantity(new QuantityRow(parameter.Id, null, null, number, number));
            return;
        }

        var element = value.Element;
        switch (element.Type.Name)
        {
            case "Money":
                if (NumberIndex.Parse(element.TextOf("value")) is { } money)
                    rows.Quantity(new QuantityRow(parameter.Id, Currencies, element.TextOf("currency"), money, money));
                break;
            case "Range":
                AddBounds(element, (low, high) => AddUnits(parameter.Id, element.Child("low") ?? element.Child("high")!.Value, low, high, rows));
                break;
            case "SampledData":
                if (element.Child("origin") is { } origin) Add(parameter, origin, rows);
                break;
            default:
                if (element.Type.IsA("Quantity")) AddQuantity(parameter.Id, element, rows);
                else if (element.IsPrimitive && NumberIndex.Parse(element.Text) is { } plain) rows.Quantity(new QuantityRow(parameter.Id, null, null, plain, plain));
                break;
        }
    }

    /// <summary>Low and high of a Range; a bound that is not stated is open, a range without any gives nothing.</summary>
    public static void AddBounds(Element range, Action<decimal, decimal> add)
    {
        var low = NumberIndex.Parse(range.Child("low")?.TextOf("value"));
        var high = NumberIndex.Parse(range.Child("high")?.TextOf("value"));
        if (low is not null || high is not null) add(low ?? decimal.MinValue, high ?? decimal.MaxValue);
    }

    private static void AddQuantity(int parameterId, Element quantity, RowBuilder rows)
    {
        if (NumberIndex.Parse(quantity.TextOf("value")) is not { } value) return;
        var (low, high) = quantity.TextOf("comparator") switch
        {
            "<" or "<=" => (decimal.MinValue, value),
            ">" or ">=" => (value, decimal.MaxValue),
            _ => (value, value),
        };
        AddUnits(parameterId, quantity, low, high, rows);
    }

    /// <summary>A row with the coded unit, one in base units, and one with the unit as displayed when that is another word.</summary>
    private static void AddUnits(int parameterId, Element quantity, decimal low, decimal high, RowBuilder rows)
    {
        var (system, code, unit) = (quantity.TextOf("system"), quantity.TextOf("code"), quantity.TextOf("unit"));
        var written = new QuantityRow(parameterId, system, code ?? unit, low, high);
        rows.Quantity(written);
        if (CanonicalUnit.Row(written) is { } canonical) rows.Quantity(canonical);
        if (code is not null && unit is not null && unit != code) rows.Quantity(new QuantityRow(parameterId, null, unit, low, high));
    }
}
