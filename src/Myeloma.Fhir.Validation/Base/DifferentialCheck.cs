using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Whether a profile's differential can be applied to its base: its paths and types exist, its slices have a slicing, nothing is wider than the base allows.</summary>
/// <remarks>https://hl7.org/fhir/R4/profiling.html#snapshot</remarks>
internal static class DifferentialCheck
{
    private const string Place = "StructureDefinition.differential.element[";

    public static void Check(Element definition, ValidationRun run)
    {
        if (definition.TextOf("derivation") != "constraint" || definition.Child("differential") is not { } differential) return;
        try
        {
            SnapshotGeneration.Generate(ResourceDocument.Of(definition), run.Services.Settings.Definitions ?? (_ => null));
        }
        catch (FhirException exception)
        {
            foreach (var issue in exception.Issues)
            {
                var place = ElementOf(issue.Expression, differential) ?? definition;
                if (issue.Type == IssueType.NotFound) run.Issues.Warn(IssueType.NotFound, "differential-not-checked", place, issue.Diagnostics);
                else run.Issues.Error(issue.Type, "differential", place, issue.Diagnostics);
            }
        }
    }

    /// <summary>The element of the differential that a fault's expression begins with.</summary>
    private static Element? ElementOf(string? expression, Element differential)
    {
        if (expression?.StartsWith(Place, StringComparison.Ordinal) != true) return null;
        var end = expression.IndexOf(']', Place.Length);
        if (!int.TryParse(expression.AsSpan(Place.Length, end - Place.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return null;
        foreach (var element in differential.Children("element"))
            if (index-- == 0) return element;
        return null;
    }
}
