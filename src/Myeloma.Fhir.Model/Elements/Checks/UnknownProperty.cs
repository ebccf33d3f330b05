using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>Properties that the type does not have. https://hl7.org/fhir/R4/json.html</summary>
internal static class UnknownProperty
{
    /// <summary>At most this many letters may differ for a name to be offered instead.</summary>
    private const int MaxDistance = 2;

    /// <summary>Names beyond any of R4's are cut in messages and not compared.</summary>
    private const int MaxNameLength = 80;

    public static void Report(FaultList faults, ResourceDocument document, int node, TypeSchema type)
    {
        var name = Encoding.UTF8.GetString(document.NameOf(node));
        if (name == "fhir_comments")
        {
            faults.Add(IssueType.Structure, "fhir-comments", node, "'fhir_comments' was dropped before R4; comments have no place in FHIR JSON.");
            return;
        }

        if (name == "resourceType")
        {
            faults.Add(IssueType.Structure, "unknown-property", node, $"'resourceType' stands in resources only; {type.Name} is none.");
            return;
        }

        var shown = name.Length > MaxNameLength ? name[..MaxNameLength] + "…" : name;
        var hint = name.Length > MaxNameLength ? null : Hint(name, type, document.Schema);
        faults.Add(IssueType.Structure, "unknown-property", node, $"'{shown}' is not a property of {type.Name}{hint ?? "."}");
    }

    /// <summary>The end of a sentence that offers the nearest name; null when none is near.</summary>
    internal static string? Hint(string name, TypeSchema type, R4Schema schema)
    {
        var plain = name.TrimStart('_');
        var choice = type.Elements.FirstOrDefault(element => element.IsChoice && plain.StartsWith(element.Name, StringComparison.Ordinal));
        if (choice is not null)
        {
            var types = choice.Types.Count <= 12 ? string.Join(", ", choice.Types.Select(reference => reference.Type.Name)) : null;
            return types is null ? $"; '{choice.Name}[x]' bears the name of its type, as in '{choice.Name}String'." : $"; '{choice.Name}[x]' is of one of the types {types}.";
        }

        var nearest = type.Properties.All.Select(property => property.JsonName)
            .Select(candidate => (Name: candidate, Distance: Distance(plain, candidate)))
            .OrderBy(candidate => candidate.Distance).FirstOrDefault();
        if (nearest.Name is not null && nearest.Distance <= Math.Min(MaxDistance, plain.Length / 2)) return $"; did you mean '{nearest.Name}'?";

        // A property of the resource that stands one level too deep, or the other way round.
        var home = schema.Types.FirstOrDefault(other =>
            other.Kind == TypeKind.Backbone && other.Name.StartsWith(type.Name.Split('.')[0] + ".", StringComparison.Ordinal) && other.FindProperty(plain) is not null);
        return home is null ? null : $"; {home.Name} has one.";
    }

    /// <summary>Letters to change, add or drop, case not counting.</summary>
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > MaxDistance) return int.MaxValue;
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++) previous[column] = column;
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var change = char.ToLowerInvariant(left[row - 1]) == char.ToLowerInvariant(right[column - 1]) ? 0 : 1;
                current[column] = Math.Min(Math.Min(current[column - 1], previous[column]) + 1, previous[column - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
