using Myeloma.Fhir.Model.Ucum;
using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Search.Index;

/// <summary>UCUM quantities in base units, so that 5400 mg is found as 5.4 g. https://hl7.org/fhir/R4/search.html#quantity</summary>
/// <remarks>
/// Each quantity with a UCUM code has, beside the row as written, one in base units under a system of its own; a search with UCUM's system and a code
/// looks at those only. A logarithmic unit, and a value without room in base units, has no such row and is found as written.
/// </remarks>
public static class CanonicalUnit
{
    /// <summary>System of the rows in base units; it stands in the index only, and no search can name it to its gain.</summary>
    public const string System = "ucum:base";

    /// <returns>Null when the row can't be put in base units.</returns>
    internal static QuantityRow? Row(QuantityRow row)
    {
        if (row.System != UcumUnit.SystemUrl || UcumUnit.Find(row.Code) is not { IsExact: true } unit) return null;
        return Bound(unit, row.Low) is { } low && Bound(unit, row.High) is { } high ? row with { System = System, Code = unit.CanonicalCode, Low = low, High = high } : null;
    }

    /// <returns>The value as it is when it can't be put in base units.</returns>
    internal static QuantityValue Value(QuantityValue value)
    {
        if (value.System != UcumUnit.SystemUrl || UcumUnit.Find(value.Code) is not { IsExact: true } unit) return value;
        var number = value.Number;
        return unit.Canonical(number.Low) is { } low && unit.Canonical(number.High) is { } high && unit.Canonical(number.Value) is { } exact
            ? new QuantityValue(number with { Low = low, High = high, Value = exact }, System, unit.CanonicalCode)
            : value;
    }

    /// <summary>An open end stays open.</summary>
    private static decimal? Bound(UcumUnit unit, decimal bound) => bound is decimal.MinValue or decimal.MaxValue ? bound : unit.Canonical(bound);
}
