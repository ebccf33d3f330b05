using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Base;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>An element against the rules of a profile. https://hl7.org/fhir/R4/profiling.html</summary>
internal sealed class ProfileCheck(ValidationRun run, ResourceScope scope, IssueList issues, ProfileTree profile)
{
    private static readonly FhirPathExpression AtLeast = FhirPathExpression.Parse("$this >= %limit");
    private static readonly FhirPathExpression AtMost = FhirPathExpression.Parse("$this <= %limit");

    public void Check(Element element) => Check(element, profile.Root);

    /// <summary>One item against what is asked of it, and its children.</summary>
    private void Check(Element element, ProfileNode node)
    {
        if (issues.IsFull) return;
        Values(element, node);
        if (node.Types is not null && !new TypeCheck(run, scope, issues, profile).Check(element, node)) return;
        if (node.Binding is { } binding) CodeCheck.Check(element, binding, $"{node} in {profile.Url}", run.Services, issues);
        foreach (var invariant in node.Invariants)
            if (!invariant.IsBestPractice || run.Options.BestPractice) invariant.Check(element, scope, issues);
        Children(element, node);
    }

    private void Children(Element element, ProfileNode node)
    {
        var content = node.Children.Count == 0 && node.ContentPath is { } path ? profile.At(path) ?? node : node;
        if (content.Children.Count == 0) return;
        if (element.IsResource && element != scope.Resource)
        {
            var inner = new ProfileCheck(run, run.ScopeOf(element, scope), issues, profile);
            foreach (var child in content.Children)
                if (child.HasWork) inner.Group(element, child);
            return;
        }

        foreach (var child in content.Children)
            if (child.HasWork) Group(element, child);
    }

    /// <summary>All items of an element.</summary>
    private void Group(Element parent, ProfileNode node)
    {
        var count = 0;
        Element? extra = null;
        foreach (var item in parent.Children(node.Name))
        {
            if (count++ == node.Max) extra = item;
            Check(item, node);
        }

        Count(parent, node, count, extra, node.Schema?.Min ?? 0, node.Schema?.Max ?? int.MaxValue);
        if (node.Slices.Count > 0 || node.Slicing is { Rules: "closed" }) Sliced(parent, node, parent.Children(node.Name).ToList());
    }

    /// <summary>Items that the base definition counts too are left to it.</summary>
    /// <param name="extra">The first item beyond the maximum; null when there is none.</param>
    private void Count(Element parent, ProfileNode node, int count, Element? extra, int baseMin, int baseMax)
    {
        if (count < node.Min && node.Min > baseMin)
        {
            issues.Error(IssueType.Required, "profile-min", parent,
                $"{profile.Url} asks for at least {node.Min} of {node}; {(count == 0 ? "there is none" : $"there {Are(count)}")}.");
        }

        if (count > node.Max && node.Max < baseMax)
        {
            issues.Error(IssueType.Structure, "profile-max", extra ?? parent,
                node.Max == 0 ? $"{profile.Url} does not allow {node}; there {Are(count)}." : $"{profile.Url} allows at most {node.Max} of {node}; there {Are(count)}.");
        }
    }

    private static string Are(int count) => count == 1 ? "is 1" : $"are {count}";

    /// <summary>Puts each item into its slice. https://hl7.org/fhir/R4/profiling.html#slicing</summary>
    private void Sliced(Element parent, ProfileNode node, List<Element> items)
    {
        var match = new SliceMatch(run, scope, node);
        var slices = new List<Element>[node.Slices.Count];
        for (var slice = 0; slice < slices.Length; slice++) slices[slice] = [];
        var (last, unmatched) = (-1, false);
        foreach (var item in items)
        {
            var found = match.Find(item);
            if (found < 0)
            {
                unmatched = true;
                if (node.Slicing is { Rules: "closed" })
                    issues.Error(IssueType.Structure, "slicing-closed", item, $"{node} of {profile.Url} has no slice for this: it allows {Names(node)} only.");
                continue;
            }

            if (unmatched && node.Slicing is { Rules: "openAtEnd" })
                issues.Error(IssueType.Structure, "slicing-open-at-end", item, $"In {node} of {profile.Url} items of no slice stand at the end; this one of {node.Slices[found]} comes after one.");
            if (found < last && node.Slicing is { IsOrdered: true })
                issues.Error(IssueType.Structure, "slicing-order", item, $"The slices of {node} of {profile.Url} are ordered: {node.Slices[found]} comes before {node.Slices[last]}.");
            last = Math.Max(last, found);
            slices[found].Add(item);
        }

        for (var slice = 0; slice < slices.Length; slice++)
        {
            var rules = node.Slices[slice];
            foreach (var item in slices[slice]) Check(item, rules);
            Count(parent, rules, slices[slice].Count, rules.Max < slices[slice].Count ? slices[slice][rules.Max] : null, 0, int.MaxValue);
            if (rules.Slices.Count > 0) Sliced(parent, rules, slices[slice]);
        }
    }

    private static string Names(ProfileNode node) => node.Slices.Count == 0 ? "none" : string.Join(", ", node.Slices.Select(slice => slice.SliceName));

    private void Values(Element element, ProfileNode node)
    {
        if (node.Fixed is { } fixedValue && !ValueComparison.Equal(element, fixedValue))
            issues.Error(IssueType.Value, "fixed-value", element, $"{node} of {profile.Url} is always {ValueComparison.Shown(fixedValue)}; here it is {ValueComparison.Shown(element)}.");
        if (node.Pattern is { } pattern && !ValueComparison.Matches(element, pattern))
            issues.Error(IssueType.Value, "pattern-value", element, $"{node} of {profile.Url} holds {ValueComparison.Shown(pattern)}; here it is {ValueComparison.Shown(element)}.");
        if (node.MinValue is { } least && !Within(element, least, AtLeast))
            issues.Error(IssueType.Value, "min-value", element, $"{node} of {profile.Url} is at least {ValueComparison.Shown(least)}; here it is {ValueComparison.Shown(element)}.");
        if (node.MaxValue is { } most && !Within(element, most, AtMost))
            issues.Error(IssueType.Value, "max-value", element, $"{node} of {profile.Url} is at most {ValueComparison.Shown(most)}; here it is {ValueComparison.Shown(element)}.");
        if (node.MustHaveValue && element.IsPrimitive && !element.HasValue)
            issues.Error(IssueType.Required, "value-required", element, $"{node} of {profile.Url} has a value; here are only extensions in its place.");
        if (node.MaxLength is { } length && element.IsPrimitive && element.Text is { } text && Length(text) > length)
            issues.Error(IssueType.TooLong, "max-length", element, $"{node} of {profile.Url} has at most {length} characters; here are {Length(text)}.");
    }

    private static int Length(string text) => text.EnumerateRunes().Count();

    /// <summary>What can't be compared (other units, partial dates) is let through.</summary>
    private bool Within(Element element, Element limit, FhirPathExpression comparison)
    {
        try
        {
            var result = comparison.Evaluate(element, scope.Context with { Variables = new Dictionary<string, Collection> { ["limit"] = Collection.Of(limit) } });
            return result.Count == 0 || result.IsTrue;
        }
        catch (FhirException)
        {
            return true;
        }
    }
}
