using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>_has:Observation:patient:code</c>: a chain backwards, from what is searched for to what refers to it. https://hl7.org/fhir/R4/search.html#has</summary>
internal sealed class HasBinding(CriterionBinding criteria, SearchParameterRegistry registry, SearchOptions options)
{
    public const string Prefix = "_has:";

    /// <summary>Whether the text is a name of this kind.</summary>
    public static bool IsHas(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <param name="targetType">What is searched for; null: all types.</param>
    /// <param name="name">From <c>_has:</c> on.</param>
    /// <returns>Null when the chain leads nowhere, which is noted.</returns>
    public Criterion? Bind(string? targetType, string fullName, string name, string value, int depth, BindingIssues issues)
    {
        var parts = name.Split(':', 4);
        if (parts.Length < 4 || parts.Contains(""))
        {
            issues.RefuseValue(fullName, $"'{name}' is no reverse chain: expected _has:Type:reference:parameter, like _has:Observation:patient:code.");
            return null;
        }

        if (depth >= options.MaxChainDepth)
        {
            issues.Refuse(Issue.TooCostly($"'{fullName}' follows more than {options.MaxChainDepth} reference(s) one after another.", BindingIssues.ExpressionOf(fullName)));
            return null;
        }

        if (FindReference(parts[1], parts[2], targetType, fullName, issues) is not { } reference) return null;
        if (criteria.Bind(parts[1], fullName, parts[3], value, depth + 1, issues) is not { } criterion) return null;
        return new Criterion.Has(reference, targetType, criterion) { LeadsByCanonical = LeadsByCanonical(reference, targetType) };
    }

    /// <summary><c>_list=42</c>: what the entries of a List refer to. https://hl7.org/fhir/R4/search.html#list</summary>
    public Criterion? BindList(string? targetType, string value, BindingIssues issues)
    {
        const string name = "_list";
        if (value.StartsWith('$'))
        {
            issues.Refuse(Issue.NotSupported($"The list '{value}' is one that a server computes; none is offered here. Name the id of a List.", BindingIssues.ExpressionOf(name)));
            return null;
        }

        if (FindReference("List", "item", targetType, name, issues) is not { } item) return null;
        return criteria.Bind("List", name, "_id", value, 0, issues) is { } list ? new Criterion.Has(item, targetType, list) : null;
    }

    /// <summary>Whether a reference parameter of a type leads to the target; the types that a reverse chain can start at.</summary>
    public bool CanLeadTo(string name, string targetType) =>
        name.Split(':', 4) is { Length: 4 } parts && registry.Find(parts[1], parts[2]) is { Type: SearchParameterType.Reference } reference && reference.Targets.Contains(targetType);

    private bool LeadsByCanonical(SearchParameter reference, string? targetType) =>
        (targetType is null ? reference.Targets : [targetType]).Any(target => registry.CanonicalTargetOf(reference, target) is not null);

    private SearchParameter? FindReference(string sourceType, string code, string? targetType, string fullName, BindingIssues issues)
    {
        if (!registry.Schema.IsResourceType(sourceType))
        {
            issues.Ignore(IssueType.Invalid, fullName, $"'{sourceType}' is not a resource type of FHIR R4{Suggestion.For(sourceType, registry.Schema.ResourceTypes)}");
            return null;
        }

        if (criteria.Find(sourceType, fullName, code, issues) is not { } reference) return null;
        if (reference.Type != SearchParameterType.Reference)
        {
            issues.Refuse(Issue.Invalid(
                $"'{reference}' is of type {reference.Type.ToString().ToLowerInvariant()}; only a reference leads here.", BindingIssues.ExpressionOf(fullName)));
            return null;
        }

        if (targetType is null || reference.Targets.Contains(targetType)) return reference;
        issues.Refuse(Issue.Invalid($"'{reference}' does not refer to {targetType}; it refers to {CriterionBinding.Listed(reference.Targets)}.", BindingIssues.ExpressionOf(fullName)));
        return null;
    }
}
