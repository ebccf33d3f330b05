using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Contained resources. https://hl7.org/fhir/R4/references.html#contained</summary>
internal static class ContainedCheck
{
    /// <summary>dom-3: each is pointed at from somewhere in the container, or points at it; ids are there and not taken twice.</summary>
    public static void Check(ResourceScope scope, IssueList issues)
    {
        HashSet<string>? ids = null;
        foreach (var contained in scope.Resource.Children("contained"))
        {
            if (contained.TextOf("id") is not { } id)
            {
                issues.Error(IssueType.Required, "contained-without-id", contained, "A contained resource has an id: references within the resource name it by that.");
                continue;
            }

            if (!(ids ??= []).Add(id))
                issues.Error(IssueType.Duplicate, "contained-id-twice", contained, $"Another contained resource has the id '{id}' too; references can't tell them apart.");
            if (!IsUsed(scope, contained, id) && !IsShown(scope.Resource, id))
            {
                issues.Error(IssueType.Invariant, "dom-3", contained,
                    $"The contained resource '{id}' is not referred to from the resource that contains it, nor does it refer to that (dom-3 of http://hl7.org/fhir/StructureDefinition/DomainResource).");
            }
        }
    }

    /// <summary>The narrative may show a contained image or link to a contained resource.</summary>
    private static bool IsShown(Element resource, string id)
    {
        var mention = $"\"#{id}\"";
        if (resource.Child("text")?.TextOf("div")?.Contains(mention, StringComparison.Ordinal) == true) return true;
        foreach (var section in resource.Children("section"))
            if (IsShown(section, id)) return true;
        return false;
    }

    private static bool IsUsed(ResourceScope scope, Element contained, string id)
    {
        var start = contained.SourceOffset;
        var end = start + contained.RawValue.Length;
        foreach (var fragment in scope.Fragments)
        {
            var text = fragment.Text!.AsSpan(1);
            if (text.SequenceEqual(id)) return true;
            if (text.IsEmpty && fragment.SourceOffset >= start && fragment.SourceOffset < end) return true;
        }

        return false;
    }
}
