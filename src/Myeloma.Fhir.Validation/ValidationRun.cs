using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation;

/// <summary>One call of the validator: what it was asked and what it found. Used by one thread.</summary>
/// <param name="bindingsOnly">Whether of the base definitions only the required bindings are looked at.</param>
internal sealed class ValidationRun(Validator services, ValidationOptions options, bool bindingsOnly = false)
{
    /// <summary>Elements that are being checked against a profile, so that profiles that lead to each other end.</summary>
    private readonly HashSet<(Element Element, ProfileTree Profile)> open = [];

    /// <summary>What is known of elements that were tried against profiles: resources that refer to each other are looked at once.</summary>
    private readonly Dictionary<(Element Element, string Canonical), bool?> tried = [];

    private readonly Dictionary<Element, ResourceScope> scopes = [];

    public Validator Services => services;

    public ValidationOptions Options => options;

    public bool BindingsOnly => bindingsOnly;

    public IssueList Issues { get; } = new(options.MaxIssues);

    /// <summary>Notes a resource of the document, so that profiles that come to it see the same surroundings.</summary>
    public void Keep(ResourceScope scope) => scopes[scope.Resource] = scope;

    /// <summary>The surroundings of a resource that is met from another one's scope.</summary>
    public ResourceScope ScopeOf(Element resource, ResourceScope from)
    {
        if (scopes.TryGetValue(resource, out var known)) return known;
        var bundle = resource.Document == from.Resource.Document ? from.Bundle : null;
        return new ResourceScope(resource, null, bundle, bundle?.FullUrlOf(resource), this);
    }

    /// <summary>Checks an element against a profile it must conform to, and reports into <paramref name="issues"/>.</summary>
    /// <param name="origin">Who asks for the profile, for messages: <c>meta.profile</c>, the element's definition.</param>
    public void Conform(Element element, ResourceScope scope, string canonical, IssueList issues, Element place, string origin, bool isRequired)
    {
        if (services.Profiles.FindBase(canonical) is { } baseType)
        {
            if (!element.Type.IsA(baseType))
                issues.Error(IssueType.Structure, "profile-type", place, $"{origin} asks for {canonical}; this is of type {element.Type.Name}.");
            return;
        }

        if (services.Profiles.Find(canonical) is not { } profile)
        {
            issues.Add(
                isRequired ? IssueSeverity.Error : IssueSeverity.Warning, IssueType.NotFound, "profile-unknown", place,
                $"The profile {canonical}, named by {origin}, is not known here; what it asks for was not checked.");
            return;
        }

        if (profile.Fault is { } fault)
        {
            issues.Warn(IssueType.Incomplete, "profile-unusable", place, $"The profile {canonical}, named by {origin}, can't be used: {fault}");
            return;
        }

        if (!element.Type.IsA(profile.Type))
        {
            issues.Error(IssueType.Structure, "profile-type", place, $"The profile {canonical}, named by {origin}, is for {profile.Type}; this is of type {element.Type.Name}.");
            return;
        }

        if (open.Count >= services.Settings.MaxProfileDepth || !open.Add((element, profile))) return;
        try
        {
            new ProfileCheck(this, element.IsResource ? ScopeOf(element, scope) : scope, issues, profile).Check(element);
        }
        finally
        {
            open.Remove((element, profile));
        }
    }

    /// <summary>Whether an element conforms to a profile; nothing is reported.</summary>
    /// <returns>Null when the profile is not known.</returns>
    public bool? Conforms(Element element, ResourceScope scope, string canonical)
    {
        if (services.Profiles.FindBase(canonical) is { } baseType) return element.Type.IsA(baseType);
        if (tried.TryGetValue((element, canonical), out var known)) return known;
        if (services.Profiles.Find(canonical) is not { Fault: null }) return null;

        // Whoever comes back to it on the way takes it to conform.
        tried[(element, canonical)] = true;
        var trial = new IssueList(1, isSilent: true);
        Conform(element, scope, canonical, trial, element, "", isRequired: true);
        return tried[(element, canonical)] = !trial.HasErrors;
    }

    /// <summary>For <c>conformsTo()</c> in invariants.</summary>
    public Func<Element, string, bool?> ConformsTo(ResourceScope scope) => (element, canonical) => Conforms(element, scope, canonical);
}
