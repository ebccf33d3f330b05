using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>Type:parameter[:target]</c> of _include and _revinclude. https://hl7.org/fhir/R4/search.html#revinclude</summary>
internal sealed class IncludeBinding(string? resourceType, SearchParameterRegistry registry, BindingIssues issues)
{
    /// <param name="name"><c>_include</c> or <c>_revinclude</c>, with the modifier.</param>
    /// <returns>Null when there is nothing to include, which is noted.</returns>
    public IncludeRule? Bind(string name, string value)
    {
        var parts = ParameterName.Parse(name);
        var reverse = parts.Code == "_revinclude";
        if (parts.Modifier is not (null or "iterate" or "recurse"))
        {
            issues.Refuse(Issue.NotSupported($"The modifier ':{parts.Modifier}' is not supported for {parts.Code}; use ':iterate'.", BindingIssues.ExpressionOf(name)));
            return null;
        }

        var iterate = parts.Modifier is not null;
        if (value == "*") return Everything(name, reverse, iterate);
        var words = value.Split(':');
        if (words.Length is < 2 or > 3 || words.Contains(""))
        {
            issues.RefuseValue(name, $"'{value}' is no value for {name}: expected Type:parameter, Type:parameter:target, Type:* or *.");
            return null;
        }

        return Bind(name, words[0], words[1], words.Length == 3 ? words[2] : null, reverse, iterate);
    }

    /// <summary><c>*</c>: every reference, of the type searched or, where it starts from whatever there is, of all types.</summary>
    private IncludeRule Everything(string name, bool reverse, bool iterate)
    {
        var fromAll = reverse || iterate || resourceType is null;
        var references = (fromAll ? registry.Parameters : registry.All(resourceType!)).Where(parameter => parameter is { Type: SearchParameterType.Reference, IsIndexed: true, HasRows: true });
        var target = reverse && !iterate ? resourceType : null;
        List<SearchParameter> parameters = [.. references.Where(parameter => target is null || parameter.Targets.Contains(target))];
        if (parameters.Count == 0) issues.Ignore(IssueType.Invalid, name, $"There is no reference {(reverse ? "to" : "from")} {resourceType}.");
        return new IncludeRule(resourceType ?? "*", parameters, null, reverse, iterate) { Canonicals = CanonicalsOf(parameters, target) };
    }

    private List<CanonicalTarget> CanonicalsOf(IReadOnlyList<SearchParameter> parameters, string? wanted) =>
    [
        .. parameters.Where(parameter => parameter.HasCanonicals)
            .SelectMany(parameter => (wanted is null ? parameter.Targets : [wanted]).Select(target => registry.CanonicalTargetOf(parameter, target)))
            .OfType<CanonicalTarget>().Distinct(),
    ];

    private IncludeRule? Bind(string name, string sourceType, string code, string? targetType, bool reverse, bool iterate)
    {
        if (!IsKnownType(name, sourceType) || (targetType is not null && !IsKnownType(name, targetType))) return null;
        if (!reverse && !iterate && resourceType is not null && sourceType != resourceType)
        {
            issues.Ignore(IssueType.Invalid, name, $"'{sourceType}:{code}' starts at {sourceType}, but {resourceType} is searched for; from included resources it is followed with '{name}:iterate'.");
            return null;
        }

        // What a _revinclude brings refers to the matches; with :iterate to anything that was included.
        var wanted = targetType ?? (reverse && !iterate ? resourceType : null);
        if (Parameters(name, sourceType, code, wanted) is not { Count: > 0 } parameters) return null;
        return new IncludeRule(sourceType, parameters, targetType, reverse, iterate) { Canonicals = CanonicalsOf(parameters, wanted) };
    }

    private List<SearchParameter>? Parameters(string name, string sourceType, string code, string? wanted)
    {
        var references = registry.All(sourceType).Where(parameter => parameter is { Type: SearchParameterType.Reference, IsIndexed: true, HasRows: true });
        if (code == "*")
        {
            var all = references.Where(parameter => wanted is null || parameter.Targets.Contains(wanted)).ToList();
            if (all.Count == 0) issues.Ignore(IssueType.Invalid, name, $"{sourceType} has no reference to {wanted ?? "anything"}.");
            return all;
        }

        if (registry.Find(sourceType, code) is not { } parameter)
        {
            issues.Ignore(IssueType.Invalid, name, $"Search parameter '{code}' is not known for {sourceType}{Suggestion.For(code, references.Select(each => each.Code))}");
            return null;
        }

        if (parameter.Type != SearchParameterType.Reference)
        {
            issues.Ignore(IssueType.Invalid, name, $"'{parameter}' is of type {parameter.Type.ToString().ToLowerInvariant()}; only references can be included.");
            return null;
        }

        if (!parameter.IsIndexed)
        {
            issues.Refuse(Issue.Transient($"Not all resources are indexed by '{parameter.Code}' yet: {parameter.IndexingRemark}; include by it again when it is done.", BindingIssues.ExpressionOf(name)));
            return null;
        }

        if (wanted is null || parameter.Targets.Contains(wanted)) return [parameter];
        issues.Ignore(IssueType.Invalid, name, $"'{sourceType}:{code}' does not refer to {wanted}; it refers to {CriterionBinding.Listed(parameter.Targets)}.");
        return null;
    }

    private bool IsKnownType(string name, string type)
    {
        if (registry.Schema.IsResourceType(type)) return true;
        issues.Ignore(IssueType.Invalid, name, $"'{type}' is not a resource type of FHIR R4{Suggestion.For(type, registry.Schema.ResourceTypes)}");
        return false;
    }
}
