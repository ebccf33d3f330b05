using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation;

/// <summary>What FHIRPath can ask of a validator. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
public static class ExpressionServices
{
    /// <summary><c>memberOf()</c> by the value sets the validator knows, <c>conformsTo()</c> of resources by its profiles, <c>htmlChecks()</c>, <c>elementDefinition()</c> from the base definitions; the rest is the caller's to set.</summary>
    public static EvaluationContext ForExpressions(this Validator validator)
    {
        ArgumentNullException.ThrowIfNull(validator);
        return validator.Environment with { ConformsTo = (element, profile) => Conforms(validator, element, profile) };
    }

    /// <returns>Null when the profile is not known.</returns>
    /// <exception cref="FhirException"><c>not-supported</c>: the element is no resource.</exception>
    private static bool? Conforms(Validator validator, Element element, string profile)
    {
        if (!element.IsResource) throw new FhirException(Issue.NotSupported($"conformsTo() is offered for resources; this is a {element.Type.Name}."));
        var issues = validator.Validate(ResourceDocument.Of(element), new ValidationOptions { Profiles = [profile] });
        if (issues.Any(issue => issue is { MessageId: "profile-unknown", Severity: IssueSeverity.Error })) return null;
        return !issues.Any(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
    }
}
