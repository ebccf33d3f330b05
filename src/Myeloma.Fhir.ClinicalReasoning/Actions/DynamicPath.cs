using System.Globalization;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>The path of a dynamic value: names of elements as JSON or FHIRPath has them, with indexes. https://hl7.org/fhir/R4/fhirpath.html#simple</summary>
/// <param name="Steps">Index -1 where none is written; none at all for a path that named the whole.</param>
/// <param name="IsOfAction">Whether it began with <c>action</c>: it is about the action, however often the word is repeated.</param>
internal sealed partial record DynamicPath(IReadOnlyList<(string Name, int Index)> Steps, bool IsOfAction)
{
    public string First => Steps.Count > 0 ? Steps[0].Name : "";

    /// <returns>Null for what is no such path, and for an index past the limit.</returns>
    public static DynamicPath? Parse(string text, int maxIndex)
    {
        var steps = new List<(string Name, int Index)>();
        foreach (var part in text.Split('.'))
        {
            if (Step().Match(part) is not { Success: true } match) return null;
            var index = match.Groups["index"] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : -1;
            if (index > maxIndex) return null;
            steps.Add((match.Groups["name"].Value, index));
        }

        var above = steps.TakeWhile(step => step.Name is "action" or "%action" or "%resource").Count();
        var isOfAction = above > 0 && steps[0].Name != "%resource";
        return above == steps.Count || steps.Skip(above).Any(step => step.Name.StartsWith('%')) ? null : new DynamicPath(steps[above..], isOfAction);
    }

    /// <summary>Without the name of the type it is about: <c>priority</c> of <c>MedicationRequest.priority</c>.</summary>
    public DynamicPath Without(string type) => First.Equals(type, StringComparison.OrdinalIgnoreCase) ? this with { Steps = [.. Steps.Skip(1)] } : this;

    /// <summary>The element a step names, by its JSON name (<c>valueString</c>) or its own (<c>value</c>).</summary>
    public static ElementSchema? Find(TypeSchema type, string name) => type.FindProperty(name)?.Element ?? type.FindElement(name);

    [GeneratedRegex(@"^(?<name>%?[A-Za-z]\w*)(?:\[(?<index>\d{1,6})\])?$")]
    private static partial Regex Step();
}
