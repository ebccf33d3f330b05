using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>Equality and equivalence of items and collections. https://hl7.org/fhirpath/N1/#equality</summary>
/// <param name="clock">Gives the zone of times without one.</param>
internal readonly struct Equality(EvaluationClock clock)
{
    /// <summary><c>=</c> of collections: same count, items equal in order.</summary>
    /// <returns>Null when either is empty, or when an item pair can't be decided and none is unequal.</returns>
    public bool? AreEqual(Collection left, Collection right)
    {
        if (left.Count == 0 || right.Count == 0) return null;
        if (left.Count != right.Count) return false;
        bool? result = true;
        for (var i = 0; i < left.Count; i++)
        {
            var equal = AreEqual(left[i], right[i]);
            if (equal == false) return false;
            if (equal is null) result = null;
        }

        return result;
    }

    /// <summary><c>=</c> of two items.</summary>
    /// <returns>Null when it can't be decided: dates of other precision, units that do not compare.</returns>
    public bool? AreEqual(Item left, Item right)
    {
        if (ElementValues.AreEqualTexts(left, right) is { } sameText) return sameText;
        if (left.IsElement && right.IsElement)
        {
            if (left.Element == right.Element) return true;
            if (!left.Element.IsPrimitive && !right.Element.IsPrimitive)
            {
                // An element that holds the other is larger than it. Quantities are compared by value, whatever they hold besides.
                if (!left.Element.RawValue.Overlaps(right.Element.RawValue) && HaveEqualChildren(left.Element, right.Element)) return true;
                if (left.ToSystem() is not SystemValue.Quantity || right.ToSystem() is not SystemValue.Quantity) return false;
            }
        }

        if (left.ToSystem() is { } first && right.ToSystem() is { } second) return AreEqual(first, second);
        return left.IsElement && right.IsElement && left.Element.IsPrimitive && right.Element.IsPrimitive
            && left.Element.HasValue == right.Element.HasValue && left.Element.Text == right.Element.Text
            && HaveEqualChildren(left.Element, right.Element);
    }

    private bool? AreEqual(SystemValue left, SystemValue right)
    {
        switch (left, right)
        {
            case (SystemValue.String(var first), SystemValue.String(var second)):
                return string.Equals(first, second, StringComparison.Ordinal);
            case (SystemValue.Boolean first, SystemValue.Boolean second):
                return first.Value == second.Value;
            case (SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal, SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal):
                return Numbers.Of(left) is { } one && Numbers.Of(right) is { } other
                    ? one == other
                    : AreEqualQuantities(Ordering.AsQuantity(left)!, Ordering.AsQuantity(right)!);
            case (SystemValue.TypeInfo or SystemValue.ReferenceTarget, _):
                return left == right;
            default:
                return Ordering.CompareTemporal(left, right, clock, out var order) ? order is null ? null : order == 0 : false;
        }
    }

    /// <summary>Units of another dimension are unequal; a calendar year or month against a UCUM unit is unknown.</summary>
    private static bool? AreEqualQuantities(SystemValue.Quantity left, SystemValue.Quantity right) =>
        Quantities.Compare(left, right) is { } order ? order == 0 : null;

    /// <summary>The same children with equal values, items of one name in the same order. JSON does not order properties, so names may stand in any.</summary>
    private bool HaveEqualChildren(Element left, Element right)
    {
        var others = right.Children().GetEnumerator();
        foreach (var child in left.Children())
        {
            if (!others.MoveNext()) return false;
            if (child.Name != others.Current.Name) return HaveEqualChildrenByName(left, right);
            if (AreEqual(new Item(child), new Item(others.Current)) != true) return false;
        }

        return !others.MoveNext();
    }

    /// <summary>As many children, and for each one an equal one at the same place among those of its name.</summary>
    private bool HaveEqualChildrenByName(Element left, Element right)
    {
        var count = 0;
        foreach (var _ in left.Children()) count++;
        foreach (var _ in right.Children()) count--;
        if (count != 0) return false;

        string? name = null;
        var place = 0;
        foreach (var child in left.Children())
        {
            place = child.Name == name ? place + 1 : 0;
            name = child.Name;
            if (ChildAt(right, name, place) is not { } other || AreEqual(new Item(child), new Item(other)) != true) return false;
        }

        return true;
    }

    private static Element? ChildAt(Element parent, string name, int place)
    {
        foreach (var child in parent.Children(name))
            if (place-- == 0) return child;
        return null;
    }

    /// <summary><c>~</c> of collections: same count, each item has an equivalent partner; two empty ones are equivalent.</summary>
    public bool AreEquivalent(Collection left, Collection right)
    {
        if (left.Count != right.Count) return false;
        var taken = new bool[right.Count];
        foreach (var item in left)
        {
            var partner = -1;
            for (var i = 0; i < right.Count && partner < 0; i++)
                if (!taken[i] && AreEquivalent(item, right[i])) partner = i;
            if (partner < 0) return false;
            taken[partner] = true;
        }

        return true;
    }

    /// <summary><c>~</c> of two items: text without case and with blanks as one, numbers to the fewer digits, dates of the same precision.</summary>
    public bool AreEquivalent(Item left, Item right)
    {
        if (left.IsElement && right.IsElement && left.Element == right.Element) return true;
        if (left.ToSystem() is { } first && right.ToSystem() is { } second) return AreEquivalent(first, second);
        if (!left.IsElement || !right.IsElement) return false;
        return AreEquivalent(Comparable(left.Element), Comparable(right.Element), left.Element.Name, right.Element.Name);
    }

    private bool AreEquivalent(List<Element> left, List<Element> right, string leftName, string rightName)
    {
        if (left.Count != right.Count || (left.Count == 0 && leftName != rightName)) return false;
        var rest = new List<Element>(right);
        foreach (var child in left)
        {
            var equality = this;
            var partner = rest.FindIndex(candidate => candidate.Name == child.Name && equality.AreEquivalent(new Item(child), new Item(candidate)));
            if (partner < 0) return false;
            rest.RemoveAt(partner);
        }

        return true;
    }

    /// <summary>Ids and extensions say nothing about equivalence.</summary>
    private static List<Element> Comparable(Element element)
    {
        var children = element.Children().ToList();
        children.RemoveAll(child => child.Name is "id" or "extension");
        return children;
    }

    private bool AreEquivalent(SystemValue left, SystemValue right)
    {
        switch (left, right)
        {
            case (SystemValue.String(var first), SystemValue.String(var second)):
                return string.Equals(Normal(first), Normal(second), StringComparison.Ordinal);
            case (SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal, SystemValue.Quantity or SystemValue.Integer or SystemValue.Decimal):
                return Numbers.Of(left) is { } one && Numbers.Of(right) is { } other
                    ? Numbers.AreEquivalent(one, other)
                    : Quantities.AreEquivalent(Ordering.AsQuantity(left)!, Ordering.AsQuantity(right)!);
            default:
                return AreEqual(left, right) == true;
        }
    }

    private static string Normal(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
}
