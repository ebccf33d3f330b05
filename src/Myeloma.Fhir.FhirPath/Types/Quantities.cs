using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>Comparison and arithmetic of quantities. https://hl7.org/fhirpath/N1/#quantity</summary>
internal static class Quantities
{
    private const decimal MaxMonths = 1_000_000_000_000m;

    /// <summary>Whether the two can be compared: same unit, or units of the same dimension.</summary>
    public static bool AreComparable(SystemValue.Quantity left, SystemValue.Quantity right) => Align(left, right) is not null;

    /// <returns>Below, equal (0) or above; null when the units do not compare: other dimension, or a calendar year or month with a UCUM unit.</returns>
    public static int? Compare(SystemValue.Quantity left, SystemValue.Quantity right)
    {
        if (left.Unit == right.Unit && left.IsCalendar == right.IsCalendar) return left.Value.CompareTo(right.Value);
        if (UnitOf(left) is { } leftUnit && UnitOf(right) is { } rightUnit) return leftUnit.Compare(left.Value, rightUnit, right.Value);
        return Align(left, right) is { } aligned ? aligned.Left.CompareTo(aligned.Right) : null;
    }

    /// <summary>Both values in one unit, the smaller of the two, so that as little as possible is rounded away.</summary>
    private static (decimal Left, decimal Right, bool UsesLeftUnit)? Align(SystemValue.Quantity left, SystemValue.Quantity right)
    {
        if (left.Unit == right.Unit && left.IsCalendar == right.IsCalendar) return (left.Value, right.Value, true);
        if (left.IsCalendar && right.IsCalendar && Months(left) is { } first && Months(right) is { } second)
            return Math.Abs(left.Value) > MaxMonths || Math.Abs(right.Value) > MaxMonths ? null : (left.Value * first, right.Value * second, first == 1);

        if (UnitOf(left) is not { } leftUnit || UnitOf(right) is not { } rightUnit || !leftUnit.IsComparable(rightUnit)) return null;
        var leftIsFiner = leftUnit.Convert(1, rightUnit) is <= 1;
        if (leftIsFiner) return rightUnit.Convert(right.Value, leftUnit) is { } converted ? (left.Value, converted, true) : null;
        return leftUnit.Convert(left.Value, rightUnit) is { } other ? (other, right.Value, false) : null;
    }

    private static int? Months(SystemValue.Quantity quantity) => quantity.Unit switch { "year" => 12, "month" => 1, _ => null };

    private static UcumUnit? UnitOf(SystemValue.Quantity quantity)
    {
        if (!quantity.IsCalendar) return UcumUnit.Find(quantity.Unit);
        return CalendarUnits.UcumOf(quantity.Unit) is { } code ? UcumUnit.Find(code) : null;
    }

    /// <returns>In the finer of the two units; null when they do not compare.</returns>
    public static SystemValue.Quantity? Add(SystemValue.Quantity left, SystemValue.Quantity right, int sign)
    {
        if (Align(left, right) is not { } aligned) return null;
        var unit = aligned.UsesLeftUnit ? left : right;
        return unit with { Value = aligned.Left + (sign * aligned.Right) };
    }

    /// <returns>Null when either has a unit that can't be multiplied.</returns>
    public static SystemValue.Quantity? Multiply(SystemValue.Quantity left, SystemValue.Quantity right)
    {
        if (Code(left) is not { } first || Code(right) is not { } second) return null;
        var unit = first == "1" ? second : second == "1" ? first : $"{Grouped(first)}.{Grouped(second)}";
        return new SystemValue.Quantity(left.Value * right.Value, unit);
    }

    /// <returns>Null for a division by zero and for units that can't be divided.</returns>
    public static SystemValue.Quantity? Divide(SystemValue.Quantity left, SystemValue.Quantity right)
    {
        if (right.Value == 0 || Code(left) is not { } first || Code(right) is not { } second) return null;
        if (first == second) return new SystemValue.Quantity(left.Value / right.Value, "1");
        var unit = second == "1" ? first : $"{(first == "1" ? "" : Grouped(first))}/{Grouped(second)}";
        return new SystemValue.Quantity(left.Value / right.Value, unit);
    }

    private static string? Code(SystemValue.Quantity quantity) => quantity.IsCalendar ? CalendarUnits.UcumOf(quantity.Unit) : quantity.Unit;

    private static string Grouped(string unit) => unit.AsSpan().ContainsAny('.', '/') ? $"({unit})" : unit;

    /// <summary>The quantity in another unit. https://hl7.org/fhirpath/N1/#toquantityunit-string-quantity</summary>
    /// <returns>Null when the units do not compare.</returns>
    public static SystemValue.Quantity? ConvertTo(SystemValue.Quantity quantity, string unit)
    {
        var target = CalendarUnits.Find(unit) is { } calendar ? new SystemValue.Quantity(0, calendar, true) : new SystemValue.Quantity(0, unit);
        if (target.Unit == quantity.Unit && target.IsCalendar == quantity.IsCalendar) return quantity;
        if (UnitOf(quantity) is not { } from || UnitOf(target) is not { } to) return null;
        return from.Convert(quantity.Value, to) is { } value ? target with { Value = value } : null;
    }

    /// <summary>Equal when rounded to the fewer decimal places of the two.</summary>
    public static bool AreEquivalent(SystemValue.Quantity left, SystemValue.Quantity right)
    {
        if (CalendarAsUcum(left) is { } first && CalendarAsUcum(right) is { } second) (left, right) = (first, second);
        if (Align(left, right) is not { } aligned) return false;
        if (left.Unit == right.Unit) return Numbers.AreEquivalent(aligned.Left, aligned.Right);

        if (UnitOf(left) is { IsSpecial: true } || UnitOf(right) is { IsSpecial: true }) return Numbers.AreEquivalent(aligned.Left, aligned.Right);

        // Each counts with the digits it was written with, in its own unit: 4 'g' is as precise as 1 'g', so 4040 'mg' is equivalent to it.
        var unit = aligned.UsesLeftUnit ? left : right;
        var factor = ConvertTo((aligned.UsesLeftUnit ? right : left) with { Value = 1 }, unit.Unit)?.Value ?? 1;
        if (factor == 0) return false;
        var coarse = aligned.UsesLeftUnit ? (right.Value, left.Value / factor) : (left.Value, right.Value / factor);
        return Numbers.AreEquivalentAt(coarse.Item1, coarse.Item2, Numbers.Scale(coarse.Item1));
    }

    /// <summary>For equivalence a calendar year is UCUM's <c>a</c> and a month <c>mo</c>.</summary>
    private static SystemValue.Quantity? CalendarAsUcum(SystemValue.Quantity quantity)
    {
        if (!quantity.IsCalendar) return quantity;
        var code = quantity.Unit switch { "year" => "a", "month" => "mo", _ => CalendarUnits.UcumOf(quantity.Unit) };
        return code is null ? null : new SystemValue.Quantity(quantity.Value, code);
    }
}
