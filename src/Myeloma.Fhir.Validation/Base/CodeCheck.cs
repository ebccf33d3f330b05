using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Codes against the value set they are bound to, by strength. https://hl7.org/fhir/R4/terminologies.html#strength</summary>
/// <remarks>
/// Outside a required set: an error. Outside an extensible one: a warning, since only a person can tell whether a member would have done.
/// A system or set that is not known here: a warning for required bindings, nothing for others.
/// </remarks>
internal static class CodeCheck
{
    /// <param name="owner">Who binds, for messages: the element's path, or the profile.</param>
    public static void Check(Element element, BindingSchema binding, string owner, Validator services, IssueList issues)
    {
        var severity = binding.Strength == BindingStrength.Required ? IssueSeverity.Error : IssueSeverity.Warning;
        var isStructural = binding is { Strength: BindingStrength.Required, Codes: not null };
        switch (element.Type.Name)
        {
            // The structural check has looked at enumerated sets of base bindings.
            case "CodeableConcept" when !isStructural: Concept(element, binding, owner, severity, services, issues); return;
            case "Coding" or "Quantity" or "Age" or "Duration" or "Count" or "Distance" or "MoneyQuantity" or "SimpleQuantity"
                when !isStructural || element.Type.Name != "Coding":
                Coding(element, binding, owner, severity, services, issues);
                return;
            default:
                if (element.IsPrimitive && !isStructural && element.Text is { } code && !IsOfFhirPath(binding, code)) Code(element, null, code, binding, owner, severity, services, issues);
                return;
        }
    }

    /// <summary>The definitions name the types of primitive values so, though the value set of types has only FHIR's.</summary>
    private static bool IsOfFhirPath(BindingSchema binding, string code) =>
        binding.ValueSet.StartsWith("http://hl7.org/fhir/ValueSet/defined-types", StringComparison.Ordinal) && code.StartsWith("http://hl7.org/fhirpath/System.", StringComparison.Ordinal);

    private static void Concept(Element concept, BindingSchema binding, string owner, IssueSeverity severity, Validator services, IssueList issues)
    {
        var (codings, unknown) = (0, false);
        foreach (var coding in concept.Children("coding"))
        {
            if (coding.TextOf("code") is not { } code) continue;
            codings++;
            switch (services.Codes(binding.ValueSet, coding.TextOf("system"), code))
            {
                case CodeAnswer.Member: return;
                case CodeAnswer.UnknownSystem or CodeAnswer.UnknownValueSet: unknown = true; break;
            }
        }

        if (unknown)
        {
            NotKnown(concept, binding, owner, issues);
            return;
        }

        if (codings == 0 && (binding.Strength != BindingStrength.Required || concept.Child("extension") is not null)) return;
        var found = codings == 0 ? "A text without a code is not" : codings == 1 ? "The code here is not" : "None of the codes here is";
        issues.Add(severity, IssueType.CodeInvalid, "code-not-in-value-set", concept, $"{found}{Expected(binding, owner)}");
    }

    private static void Coding(Element coding, BindingSchema binding, string owner, IssueSeverity severity, Validator services, IssueList issues)
    {
        if (coding.TextOf("code") is { } code) Code(coding, coding.TextOf("system"), code, binding, owner, severity, services, issues);
    }

    private static void Code(
        Element place, string? system, string code, BindingSchema binding, string owner, IssueSeverity severity, Validator services, IssueList issues)
    {
        switch (services.Codes(binding.ValueSet, system, code))
        {
            case CodeAnswer.NotMember or CodeAnswer.UnknownCode:
                var shown = system is null ? $"'{code}'" : $"'{code}' of {system}";
                issues.Add(severity, IssueType.CodeInvalid, "code-not-in-value-set", place, $"{shown} is not{Expected(binding, owner)}");
                break;
            case CodeAnswer.UnknownSystem or CodeAnswer.UnknownValueSet:
                NotKnown(place, binding, owner, issues);
                break;
        }
    }

    private static string Expected(BindingSchema binding, string owner) => binding.Strength == BindingStrength.Required
        ? $" in the value set {binding.ValueSet}, from which {owner} must take its code."
        : $" in the value set {binding.ValueSet}, from which {owner} takes its code unless none there fits.";

    private static void NotKnown(Element place, BindingSchema binding, string owner, IssueList issues)
    {
        if (binding.Strength == BindingStrength.Required)
            issues.Warn(IssueType.NotFound, "code-not-checked", place, $"Whether the code here is in {binding.ValueSet}, which {owner} is bound to, can't be told: the content of its code system is not known here.");
    }
}
