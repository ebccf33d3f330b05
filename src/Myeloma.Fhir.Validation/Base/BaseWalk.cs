using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Bundles;
using Myeloma.Fhir.Validation.Invariants;
using Myeloma.Fhir.Validation.Profiles;
using Myeloma.Fhir.Validation.Questionnaires;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Goes through a document once and applies the rules of the base definitions to every element.</summary>
internal sealed class BaseWalk(ValidationRun run)
{
    private readonly BaseRules rules = run.Services.Rules;

    /// <summary>The resource of the document with everything in it.</summary>
    /// <returns>Its scope, for further checks.</returns>
    public ResourceScope Root(Element resource) => Resource(resource, null, null, null);

    private ResourceScope Resource(Element resource, ResourceScope? container, BundleIndex? bundle, string? fullUrl)
    {
        var scope = new ResourceScope(resource, container, bundle, fullUrl, run);
        run.Keep(scope);
        if (resource.Type.Name == "Bundle" && container is null) Bundle(resource, scope);
        else Walk(resource, null, null, scope);

        if (!run.BindingsOnly) Whole(resource, container, scope);
        if (resource.Child("meta") is { } meta) Profiles(meta, scope);
        if (resource.Type.Name == "Observation") VitalSigns(resource, scope);
        return scope;
    }

    /// <summary>What is asked of some resource types, or of resources as a whole.</summary>
    private void Whole(Element resource, ResourceScope? container, ResourceScope scope)
    {
        if (container is null) ContainedCheck.Check(scope, run.Issues);
        if (resource.Type.Name == "Bundle") EntryInvariants.Check(resource, run.Issues);
        if (resource.Type.Name is "CodeSystem" or "ValueSet") TerminologyCheck.Check(resource, run.Services, run.Issues);
        if (resource.Type.Name == "StructureDefinition") DifferentialCheck.Check(resource, run);
        if (resource.Type.Name == "Questionnaire") QuestionnaireCheck.Check(resource, run.Issues);
        if (resource.Type.Name == "QuestionnaireResponse") ResponseCheck.Check(scope);
    }

    private void Profiles(Element meta, ResourceScope scope)
    {
        foreach (var profile in meta.Children("profile"))
            if (profile.Text is { } canonical) run.Conform(scope.Resource, scope, canonical, run.Issues, profile, "meta.profile", isRequired: false);
    }

    /// <summary>What a vital sign must be follows from its code. https://hl7.org/fhir/R4/observation-vitalsigns.html</summary>
    private void VitalSigns(Element observation, ResourceScope scope)
    {
        if (observation.Child("code") is not { } code) return;
        foreach (var coding in code.Children("coding"))
        {
            if (coding.TextOf("system") == "http://loinc.org" && coding.TextOf("code") is { } loinc && PublishedProfiles.OfVitalSign(loinc) is { } canonical)
                run.Conform(observation, scope, canonical, run.Issues, coding, "its code", isRequired: false);
        }
    }

    private void Bundle(Element resource, ResourceScope scope)
    {
        var index = new BundleIndex(resource);
        Walk(resource, null, null, scope, index);
        if (!run.BindingsOnly) BundleCheck.Check(resource, index, run.Issues);
    }

    /// <param name="grandparent">Of the element: an extension on an extension's value is told by the outer one.</param>
    private void Walk(Element element, Element? parent, Element? grandparent, ResourceScope scope, BundleIndex? inside = null)
    {
        if (run.Issues.IsFull) return;
        run.Options.CancellationToken.ThrowIfCancellationRequested();
        var type = rules.Of(element.Type);
        if (run.BindingsOnly)
        {
            Bindings(element, type, scope, inside);
            return;
        }

        Apply(type.Invariants, element, scope);
        if (type.IsUri || (parent is not null && element.Name == "reference" && parent.Value.Type.Name == "Reference")) NoteFragment(element, scope);
        if (type.IsExtension && parent is not null) ExtensionCheck.Check(element, parent.Value, grandparent, scope);
        if (type.IsCoding) CodingCheck.Check(element, run);
        if (type.IsQuantity) UnitCheck.Quantity(element, run.Issues);
        if (type.IsAttachment) AttachmentCheck.Check(element, run.Issues);
        if (type.IsIdentifier) IdentifierCheck.Check(element, run.Issues);

        foreach (var child in element.Children())
        {
            var property = child.Property!;
            if (child.Type.Kind == TypeKind.Resource)
            {
                Nested(child, element, scope, inside);
                continue;
            }

            if (type.Find(property.Element) is { } special)
            {
                Apply(special.Invariants, child, scope);
                if (special.Binding is not null) CodeCheck.Check(child, special.Binding, property.Element.Path, run.Services, run.Issues);
                if (property.TypeReference.TargetTypes.Count > 0 && property.Type.Name == "Reference")
                    ReferenceCheck.Target(child, property, scope, run.Issues);
                if (property.Type.Primitive == PrimitiveKind.Canonical) CanonicalCheck.Check(child, property, scope, run.Issues);
                if (special.IsFhirPath) ExpressionCheck.Check(child, element, property.Element.Path, run.Issues);
            }

            Walk(child, element, parent, scope, inside);
        }
    }

    /// <summary>The required bindings below an element.</summary>
    private void Bindings(Element element, TypeRules type, ResourceScope scope, BundleIndex? inside)
    {
        foreach (var child in element.Children())
        {
            if (child.Type.Kind == TypeKind.Resource)
            {
                Nested(child, element, scope, inside);
                continue;
            }

            var property = child.Property!;
            if (type.Find(property.Element) is { Binding: { Strength: BindingStrength.Required } binding })
                CodeCheck.Check(child, binding, property.Element.Path, run.Services, run.Issues);

            // Of what primitives have below them (extensions) nothing is bound that the structural check does not know.
            if (!child.IsPrimitive) Walk(child, element, null, scope, inside);
        }
    }

    /// <summary>A contained resource belongs to its container; any other (of a bundle's entry, of a parameter) stands by itself.</summary>
    private void Nested(Element resource, Element parent, ResourceScope scope, BundleIndex? inside)
    {
        if (resource.Type.IsAbstract) return;
        if (resource.Property!.Element.Name == "contained")
        {
            var contained = Resource(resource, scope, scope.Bundle, scope.FullUrl);
            foreach (var fragment in contained.Fragments) scope.AddFragment(fragment);
            return;
        }

        Resource(resource, null, inside, inside is null ? null : parent.TextOf("fullUrl"));
    }

    private void Apply(Invariant[] invariants, Element element, ResourceScope scope)
    {
        foreach (var invariant in invariants)
            if (!invariant.IsBestPractice || run.Options.BestPractice) invariant.Check(element, scope, run.Issues);
    }

    private static void NoteFragment(Element element, ResourceScope scope)
    {
        if (element.HasValue && element.RawValue is { IsEmpty: false } raw && raw[0] == '#') scope.AddFragment(element);
    }
}
