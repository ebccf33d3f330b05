using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Fixed values and patterns. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_</summary>
internal static class ValueComparison
{
    /// <summary>Exactly the same: value, children, their order, ids and extensions.</summary>
    public static bool Equal(Element left, Element right)
    {
        if (left.IsPrimitive != right.IsPrimitive || left.HasValue != right.HasValue) return false;
        if (left.HasValue && !left.TextBytes.SequenceEqual(right.TextBytes)) return false;
        var count = 0;
        foreach (var child in left.Children())
        {
            if (Nth(right, child.Name, Before(left, child)) is not { } other || !Equal(child, other)) return false;
            count++;
        }

        foreach (var _ in right.Children()) count--;
        return count == 0;
    }

    /// <summary>What the pattern says is there; more may be. The items of a list may stand in any order.</summary>
    public static bool Matches(Element value, Element pattern)
    {
        if (value.IsPrimitive != pattern.IsPrimitive) return false;
        if (pattern.HasValue && (!value.HasValue || !value.TextBytes.SequenceEqual(pattern.TextBytes))) return false;
        foreach (var wanted in pattern.Children())
        {
            var found = false;
            foreach (var child in value.Children(wanted.Name))
            {
                if (!Matches(child, wanted)) continue;
                found = true;
                break;
            }

            if (!found) return false;
        }

        return true;
    }

    /// <summary>How many of the same name stand before a child.</summary>
    private static int Before(Element parent, Element child)
    {
        var count = 0;
        foreach (var other in parent.Children(child.Name))
        {
            if (other == child) return count;
            count++;
        }

        return count;
    }

    private static Element? Nth(Element parent, string name, int place)
    {
        foreach (var child in parent.Children(name))
            if (place-- == 0) return child;
        return null;
    }

    /// <summary>A value in few words for a message.</summary>
    public static string Shown(Element value)
    {
        const int Longest = 120;
        var text = value.IsPrimitive ? $"'{value.Text}'" : System.Text.Encoding.UTF8.GetString(value.RawValue);
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length > Longest ? text[..Longest] + "…" : text;
    }
}
