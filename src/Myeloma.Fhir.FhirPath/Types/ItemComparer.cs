using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>FHIRPath's <c>=</c> for hash sets: what can't be decided counts as different.</summary>
internal sealed class ItemComparer(EvaluationClock clock) : IEqualityComparer<Item>
{
    private const int LevelsHashed = 2;
    private readonly Equality equality = new(clock);

    public bool Equals(Item x, Item y) => equality.AreEqual(x, y) == true;

    public int GetHashCode(Item obj)
    {
        if (obj.ToSystem() is { } value) return Hash(value);
        return obj.IsElement ? Hash(obj.Element, LevelsHashed) : 0;
    }

    private int Hash(SystemValue value) => value switch
    {
        SystemValue.Integer(var integer) => ((decimal)integer).GetHashCode(),
        SystemValue.Decimal(var number) => number.GetHashCode(),
        SystemValue.String(var text) => text.GetHashCode(StringComparison.Ordinal),
        SystemValue.Date(var date) => date.Ticks.GetHashCode(),
        SystemValue.DateTime(var dateTime) => dateTime.ToUtc(clock.OffsetMinutes).Ticks.GetHashCode(),
        SystemValue.Time(var time) => time.Ticks.GetHashCode(),
        SystemValue.Quantity => 1,
        _ => value.GetHashCode(),
    };

    /// <summary>From what stands near the top, without regard to order.</summary>
    private int Hash(Element element, int levels)
    {
        if (element.Type.IsA("Quantity")) return 1;
        var hash = 0;
        foreach (var child in element.Children())
        {
            var item = new Item(child);
            if (item.ToSystem() is { } value) hash += Hash(value);
            else if (levels > 1) hash += Hash(child, levels - 1);
        }

        return hash;
    }
}
