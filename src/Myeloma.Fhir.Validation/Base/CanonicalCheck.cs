using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>What a canonical names must be of a type its element allows. https://hl7.org/fhir/R4/references.html#canonical</summary>
/// <remarks>
/// What is found nowhere is told within a bundle only: definitions live in many places, and one resource by itself does not say which are at hand. The profiles
/// that a resource claims and the questionnaire of a response have checks of their own.
/// </remarks>
internal static class CanonicalCheck
{
    public static void Check(Element canonical, PropertySchema property, ResourceScope scope, IssueList issues)
    {
        if (canonical.Text is not { Length: > 0 } text || property.Element.Path is "Meta.profile" or "QuestionnaireResponse.questionnaire") return;
        var services = scope.Run.Services;
        if (KnownType(text, services) is { } known)
        {
            Type(canonical, text, known, property, issues);
            return;
        }

        if (scope.FindCanonical(text) is { } found) Type(canonical, text, found.Type.Name, property, issues);
        else if (text.StartsWith('#')) issues.Error(IssueType.NotFound, "canonical-contained", canonical, $"No contained resource has the id '{text[1..]}', which {property.Element.Path} names.");
        else if (scope.Bundle is not null && !IsPublished(text, property)) Missing(canonical, text, property, scope, issues);
    }

    private static void Type(Element canonical, string text, string found, PropertySchema property, IssueList issues)
    {
        var targets = property.TypeReference.TargetTypes;
        if (targets.Count == 0 || targets.Contains(found) || targets.Contains("Resource")) return;
        issues.Error(IssueType.Structure, "canonical-target-type", canonical, $"{property.Element.Path} names {Listed(targets)}; {text} is a {found}.");
    }

    private static void Missing(Element canonical, string text, PropertySchema property, ResourceScope scope, IssueList issues)
    {
        // The bundle may hold the definition in another version.
        var other = scope.Bundle!.FindCanonical(Canonicals.Url(text))?.TextOf("version");
        issues.Warn(IssueType.NotFound, "canonical-unknown", canonical, other is null
            ? $"{property.Element.Path} names {text}, which is neither in this bundle nor known here."
            : $"{property.Element.Path} names {text}, which is not known here; this bundle has version {other} of it.");
    }

    private static string Listed(IReadOnlyList<string> types) => types.Count == 1 ? $"a {types[0]}" : $"one of {string.Join(", ", types)}";

    /// <summary>Of definitions that are part of R4.</summary>
    private static string? KnownType(string canonical, Validator services)
    {
        var url = Canonicals.Url(canonical);
        if (services.Schema.ValueSets.Contains(url)) return "ValueSet";
        if (services.Profiles.FindBase(url) is not null || PublishedProfiles.Has(url)) return "StructureDefinition";
        return null;
    }

    /// <summary>R4 publishes definitions whose text is no part of this program: search parameters, operations and others.</summary>
    private static bool IsPublished(string text, PropertySchema property)
    {
        if (!text.StartsWith("http://hl7.org/fhir/", StringComparison.Ordinal) && !text.StartsWith("http://terminology.hl7.org/", StringComparison.Ordinal)) return false;
        foreach (var target in property.TypeReference.TargetTypes)
            if (target is "StructureDefinition" or "ValueSet") return false;
        return true;
    }
}
