using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Base;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>The types a profile allows, their profiles, and what references may point at.</summary>
internal sealed class TypeCheck(ValidationRun run, ResourceScope scope, IssueList issues, ProfileTree profile)
{
    /// <returns>Whether the element has one of the types; a fault has been reported when not.</returns>
    public bool Check(Element element, ProfileNode node)
    {
        var (isAllowed, hasProfiles) = (false, true);
        List<string>? profiles = null;
        List<ProfileType>? references = null;
        foreach (var type in node.Types!)
        {
            // Children in place are of type BackboneElement or Element; the structural check knows them.
            if (!element.Type.IsA(type.Code)) continue;
            isAllowed = true;
            if (type.Profiles.Count == 0) hasProfiles = false;
            else (profiles ??= []).AddRange(type.Profiles);
            if (type.Code is "Reference" or "canonical") (references ??= []).Add(type);
        }

        if (!isAllowed)
        {
            issues.Error(IssueType.Structure, "profile-type", element,
                $"{node} of {profile.Url} is of type {string.Join(" or ", node.Types.Select(type => type.Code).Distinct())}; here it is {element.Type.Name}.");
            return false;
        }

        if (hasProfiles && profiles is not null) Profiles(element, node, profiles);
        if (references is null) return true;
        if (element.IsPrimitive) Versioning(element, node, Join(references), element.Text, element.Text?.Contains('|', StringComparison.Ordinal) == true);
        else Reference(element, node, references);
        return true;
    }

    /// <summary>What is allowed by at least one of them.</summary>
    private static ProfileType Join(List<ProfileType> types)
    {
        var joined = types[0];
        foreach (var type in types.Skip(1))
        {
            joined = joined with
            {
                TargetProfiles = Union(joined.TargetProfiles, type.TargetProfiles),
                Aggregation = Union(joined.Aggregation, type.Aggregation),
                Versioning = joined.Versioning == type.Versioning ? type.Versioning : null,
            };
        }

        return joined;
    }

    /// <summary>None means any.</summary>
    private static IReadOnlyList<string> Union(IReadOnlyList<string> left, IReadOnlyList<string> right) =>
        left.Count == 0 || right.Count == 0 ? [] : [.. left.Union(right)];

    private void Profiles(Element element, ProfileNode node, List<string> profiles)
    {
        if (profiles.Count == 1)
        {
            // An extension's own definition is checked wherever it stands.
            var isKnownByUrl = element.Type.Name == "Extension" && !issues.IsSilent && element.TextOf("url") == Canonicals.Url(profiles[0]);
            if (!isKnownByUrl) run.Conform(element, scope, profiles[0], issues, element, profile.Url, isRequired: false);
            return;
        }

        foreach (var each in profiles)
            if (run.Conforms(element, scope, each) != false) return;
        issues.Error(IssueType.Structure, "profile-none", element, $"{node} of {profile.Url} conforms to one of {string.Join(", ", profiles)}; this conforms to none.");
    }

    private void Reference(Element element, ProfileNode node, List<ProfileType> types)
    {
        var type = Join(types);
        if (element.TextOf("reference") is not { } text)
        {
            if (element.TextOf("type") is { } stated && type.TargetProfiles.Count > 0 && !type.TargetProfiles.Any(target => IsFor(target, stated)))
                Refuse(element, node, type, stated);
            return;
        }

        var target = scope.Resolve(text);
        var found = target?.Type.Name ?? ReferenceText.Type(text, run.Services.Schema) ?? element.TextOf("type");

        // How a reference leads to its target is said for each kind of target.
        var meant = found is null ? [] : types.FindAll(each => each.TargetProfiles.Count == 0 || each.TargetProfiles.Any(profile => IsFor(profile, found)));
        var rules = meant.Count == 0 ? type : Join(meant);
        Aggregation(element, node, rules, text, target);
        Versioning(element, node, rules, text, ReferenceText.Version(text) is not null);
        if (found is not null && type.TargetProfiles.Count > 0) Target(element, node, type, text, target, found);
    }

    /// <summary>https://hl7.org/fhir/R4/valueset-reference-version-rules.html</summary>
    private void Versioning(Element element, ProfileNode node, ProfileType type, string? text, bool hasVersion)
    {
        if (text is null) return;
        if (type.Versioning == "specific" && !hasVersion)
            issues.Error(IssueType.Value, "reference-versioning", element, $"{node} of {profile.Url} refers to a version; '{text}' names none.");
        if (type.Versioning == "independent" && hasVersion)
            issues.Error(IssueType.Value, "reference-versioning", element, $"{node} of {profile.Url} refers to no particular version; '{text}' does.");
    }

    private void Target(Element element, ProfileNode node, ProfileType type, string text, Element? target, string found)
    {
        var fitting = type.TargetProfiles.Where(each => IsFor(each, found)).ToList();
        if (fitting.Count == 0 && target is null)
            issues.Warn(IssueType.Structure, "reference-target-type", element, $"{node} of {profile.Url} refers to {string.Join(" or ", type.TargetProfiles)}; by its text '{text}' is a {found}, which could not be looked at.");
        else if (fitting.Count == 0)
            Refuse(element, node, type, found);
        else if (target is { } resource && fitting.TrueForAll(each => run.Conforms(resource, scope, each) == false))
            issues.Error(IssueType.Structure, "reference-target-profile", element, $"{node} of {profile.Url} refers to a resource that conforms to {string.Join(" or ", fitting)}; {text} does not.");
    }

    private void Refuse(Element element, ProfileNode node, ProfileType type, string found)
    {
        // What the base definition refuses too has been told by its name.
        if (!issues.IsSilent && node.Schema?.Types.FirstOrDefault(each => each.Type.Name == "Reference") is { TargetTypes: { Count: > 0 } targets } && !targets.Contains("Resource") && !targets.Contains(found)) return;
        issues.Error(IssueType.Structure, "reference-target-type", element, $"{node} of {profile.Url} refers to {string.Join(" or ", type.TargetProfiles)}, not to {found}.");
    }

    /// <summary>Whether a profile is for a type; one that is not known may be.</summary>
    private bool IsFor(string target, string type)
    {
        var named = run.Services.Profiles.FindBase(target) ?? run.Services.Profiles.Find(target)?.Type;
        return named is null || run.Services.Schema.FindType(type)?.IsA(named) != false;
    }

    /// <summary>https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html</summary>
    private void Aggregation(Element element, ProfileNode node, ProfileType type, string text, Element? target)
    {
        if (type.Aggregation.Count == 0) return;
        var mode = text.StartsWith('#') ? "contained" : target is { } found && found.Document == element.Document ? "bundled" : "referenced";
        if (type.Aggregation.Contains(mode) || (mode == "bundled" && type.Aggregation.Contains("referenced"))) return;
        issues.Error(IssueType.Structure, "reference-aggregation", element,
            $"{node} of {profile.Url} refers to what is {string.Join(" or ", type.Aggregation)}; '{text}' is {mode}.");
    }
}
