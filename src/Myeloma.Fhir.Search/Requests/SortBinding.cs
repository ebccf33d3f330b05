using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests;

/// <summary><c>_sort=status,-date</c>. https://hl7.org/fhir/R4/search.html#_sort</summary>
internal sealed class SortBinding(string? resourceType, CriterionBinding criteria, SearchOptions options, BindingIssues issues)
{
    /// <returns>A key for every name that can be sorted by; the others are noted. A name that stands twice counts once.</returns>
    public List<(string Text, SortKey Key)> Bind(string value)
    {
        List<(string Text, SortKey Key)> keys = [];
        foreach (var text in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var descending = text.StartsWith('-');
            var name = descending ? text[1..] : text;
            if (Key(name, descending) is { } key && !keys.Exists(each => each.Text.TrimStart('-') == name)) keys.Add((text, key));
        }

        if (keys.Count > options.MaxSortKeys)
            issues.Refuse(Issue.TooCostly($"_sort has {keys.Count} keys; at most {options.MaxSortKeys} are allowed.", BindingIssues.ExpressionOf("_sort")));
        return keys;
    }

    private SortKey? Key(string name, bool descending)
    {
        switch (name)
        {
            case "_id": return new SortKey(null, SortColumn.Id, descending);
            case "_lastUpdated": return new SortKey(null, SortColumn.LastUpdated, descending);
            case "_score": return new SortKey(null, SortColumn.Score, descending);
        }

        if (resourceType is null)
        {
            issues.Ignore(IssueType.NotSupported, "_sort", $"Resources of all types can be sorted by _id and _lastUpdated, not by '{name}'.");
            return null;
        }

        if (criteria.Find(resourceType, "_sort", name, issues) is not { } parameter) return null;
        if (parameter.IsFullText)
        {
            issues.Refuse(Issue.NotSupported($"'{name}' finds words, which have no order.", BindingIssues.ExpressionOf("_sort")));
            return null;
        }

        if (parameter.Type == SearchParameterType.Special)
        {
            issues.Refuse(Issue.NotSupported($"'{name}' finds places, which have no order.", BindingIssues.ExpressionOf("_sort")));
            return null;
        }

        if (parameter.Type != SearchParameterType.Composite) return new SortKey(parameter, SortColumn.None, descending);
        issues.Refuse(Issue.NotSupported($"'{name}' is a composite of several values, which have no order; sort by one of {CriterionBinding.Listed([.. parameter.Components.Select(component => component.Code)])}.", BindingIssues.ExpressionOf("_sort")));
        return null;
    }
}
