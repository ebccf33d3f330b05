namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>Which of two values comes first. https://hl7.org/fhirpath/N1/#comparison</summary>
internal static class Ordering
{
    /// <param name="clock">Gives the zone of times without one.</param>
    /// <param name="order">Below, equal (0), above; null when it can't be decided.</param>
    /// <returns>False when values of these types have no order between them.</returns>
    public static bool TryCompare(SystemValue left, SystemValue right, EvaluationClock clock, out int? order)
    {
        order = null;
        switch (left, right)
        {
            case (SystemValue.String(var first), SystemValue.String(var second)):
                order = CompareCodePoints(first, second);
                return true;
            case (SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal, SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal):
                order = Numbers.Of(left) is { } one && Numbers.Of(right) is { } other ? one.CompareTo(other) : Quantities.Compare(AsQuantity(left)!, AsQuantity(right)!);
                return true;
            default:
                return CompareTemporal(left, right, clock, out order);
        }
    }

    /// <summary>Dates and DateTimes among themselves, Times among themselves.</summary>
    /// <returns>False when not both are of that kind.</returns>
    public static bool CompareTemporal(SystemValue left, SystemValue right, EvaluationClock clock, out int? order)
    {
        order = null;
        if (left is SystemValue.Time(var first) && right is SystemValue.Time(var second))
        {
            order = PartialDateTime.Compare(first, second);
            return true;
        }

        if (Temporal(left) is not { } one || Temporal(right) is not { } other) return false;

        // A time zone means nothing to a value without a time of day: such a pair is compared as written.
        var bothHaveTime = one.Precision >= TemporalPrecision.Hour && other.Precision >= TemporalPrecision.Hour;
        order = bothHaveTime ? PartialDateTime.Compare(one.ToUtc(clock.OffsetMinutes), other.ToUtc(clock.OffsetMinutes)) : PartialDateTime.Compare(one, other);
        return true;
    }

    private static PartialDateTime? Temporal(SystemValue value) => value switch
    {
        SystemValue.Date(var date) => date,
        SystemValue.DateTime(var dateTime) => dateTime,
        _ => null,
    };

    /// <summary>A number is a quantity of unit 1.</summary>
    public static SystemValue.Quantity? AsQuantity(SystemValue value) =>
        value as SystemValue.Quantity ?? (Numbers.Of(value) is { } number ? new SystemValue.Quantity(number, "1") : null);

    /// <summary>By Unicode code point: UTF-16 units compare otherwise where surrogates meet the last private area.</summary>
    private static int CompareCodePoints(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] == right[i]) continue;
            var first = char.IsSurrogate(left[i]);
            return first == char.IsSurrogate(right[i]) ? left[i].CompareTo(right[i]) : first ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }
}
