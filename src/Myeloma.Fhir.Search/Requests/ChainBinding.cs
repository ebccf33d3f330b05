using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>definition.url</c>, <c>ingredient:Medication.code</c>. https://hl7.org/fhir/R4/search.html#chaining</summary>
internal sealed class ChainBinding(CriterionBinding criteria, SearchParameterRegistry registry, SearchOptions options)
{
    /// <summary>Most types a chain may lead to without naming one: each is a search of its own.</summary>
    private const int MaxTargets = 10;

    /// <returns>Null when the chain leads nowhere, which is noted.</returns>
    public Criterion? Bind(SearchParameter parameter, ParameterName name, string fullName, string value, int depth, BindingIssues issues) =>
        Bind(parameter, name, fullName, depth, issues, (target, found) => criteria.Bind(target, fullName, name.Chained!, value, depth + 1, found));

    /// <param name="bindTarget">What has to hold for a target of that type; null when nothing can, which it notes.</param>
    /// <returns>Null when the chain leads nowhere, which is noted.</returns>
    public Criterion? Bind(SearchParameter parameter, ParameterName name, string fullName, int depth, BindingIssues issues, Func<string, BindingIssues, Criterion?> bindTarget)
    {
        var expression = BindingIssues.ExpressionOf(fullName);
        if (parameter.Type != SearchParameterType.Reference)
        {
            issues.Refuse(Issue.Invalid($"'{parameter.Code}' is of type {parameter.Type.ToString().ToLowerInvariant()}; only a reference can be followed by '.'.", expression));
            return null;
        }

        if (depth >= options.MaxChainDepth)
        {
            issues.Refuse(Issue.TooCostly($"'{fullName}' follows more than {options.MaxChainDepth} reference(s) one after another.", expression));
            return null;
        }

        if (Targets(parameter, name, fullName, issues) is not { } targets) return null;
        var bound = targets.Select(target => Bind(parameter, target, issues.Strict, bindTarget)).ToList();
        if (bound.Exists(each => each.Target is not null))
            return new Criterion.Chain(parameter, [.. bound.Where(each => each.Target is not null).Select(each => each.Target!)]);

        foreach (var (_, found) in bound)
        {
            issues.TakeErrors(found);
            foreach (var warning in found.Warnings) issues.TakeWarning(warning);
        }

        return null;
    }

    private (ChainTarget? Target, BindingIssues Issues) Bind(
        SearchParameter parameter, string target, bool strict, Func<string, BindingIssues, Criterion?> bindTarget)
    {
        var issues = new BindingIssues(strict);
        return (bindTarget(target, issues) is { } criterion ? new ChainTarget(target, criterion) { Canonical = registry.CanonicalTargetOf(parameter, target) } : null, issues);
    }

    /// <summary>The types to look at: the one that is named, or those that have the parameter.</summary>
    private List<string>? Targets(SearchParameter parameter, ParameterName name, string fullName, BindingIssues issues)
    {
        var expression = BindingIssues.ExpressionOf(fullName);
        if (name.Modifier is { } type)
        {
            if (parameter.Targets.Contains(type)) return [type];
            issues.Refuse(Issue.Invalid(
                $"'{parameter.Code}' does not refer to {type}; it refers to {CriterionBinding.Listed(parameter.Targets)}.", expression));
            return null;
        }

        var code = ParameterName.Parse(name.Chained!).Code;
        var targets = parameter.Targets.Where(target => HasBinding.IsHas(name.Chained!)
            ? new HasBinding(criteria, registry, options).CanLeadTo(name.Chained!, target) : registry.Find(target, code) is not null).ToList();
        if (targets.Count is > 0 and <= MaxTargets) return targets;
        if (targets.Count == 0)
        {
            var known = parameter.Targets.SelectMany(registry.All).Where(each => each.Unsupported is null).Select(each => each.Code).Distinct();
            issues.Ignore(IssueType.Invalid, fullName, $"None of the types that '{parameter.Code}' refers to has a search parameter '{code}'{Suggestion.For(code, known)}");
            return null;
        }

        issues.Refuse(Issue.Invalid(
            $"'{parameter.Code}' may refer to {targets.Count} types that have a search parameter '{code}'; name one: {parameter.Code}:{targets[0]}.{name.Chained}.", expression));
        return null;
    }
}
