using System.Globalization;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;
using SortKey = Myeloma.Fhir.Search.Criteria.SortKey;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>One request while it is read: what was found so far, and what is wrong.</summary>
internal sealed class RequestBinding
{
    /// <summary>Order of the parameters that are no criteria in the self link.</summary>
    private static readonly string[] ResultParameters = ["_sort", "_count", "_total", "_summary", "_elements", "_contained", "_containedType", "_include", "_include:iterate", "_revinclude", "_revinclude:iterate"];

    private readonly string? resourceType;
    private readonly SearchParameterRegistry registry;
    private readonly SearchOptions options;
    private readonly BindingIssues issues;
    private readonly CriterionBinding criterionBinding;
    private readonly List<Criterion> criteria = [];
    private readonly List<(string Text, SortKey Key)> sort = [];
    private readonly List<IncludeRule> includes = [];
    private readonly List<KeyValuePair<string, string>> used = [];
    private List<string>? types;
    private readonly HashSet<string> once = new(StringComparer.Ordinal);
    private int? count;
    private bool countOnly;
    private TotalMode total;
    private SummaryMode summary;
    private List<string>? elements;
    private string? cursor;
    private ContainedMode contained;
    private bool returnsContained;

    public RequestBinding(string? resourceType, SearchParameterRegistry registry, SearchOptions options)
    {
        this.resourceType = resourceType;
        this.registry = registry;
        this.options = options;
        issues = new BindingIssues(options.Strict);
        criterionBinding = new CriterionBinding(registry, options);
    }

    public BoundSearch Bind(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        if (parameters.Count > options.MaxParameters)
            throw new FhirException(Issue.TooCostly($"A search has at most {options.MaxParameters} parameters; this one has {parameters.Count}."));

        if (resourceType is null) types = TypesOf(parameters);
        foreach (var (name, value) in parameters) Take(name, value);
        if (sort.Exists(key => key.Key.Column == SortColumn.Score) && !criteria.SelectMany(CriterionTree.Words).Any())
            issues.RefuseValue("_sort", "Only a search for words has a score; sort by _score together with _text or _content.");
        issues.ThrowIfRefused();
        if (sort.Count > 0) used.Add(new("_sort", string.Join(',', sort.Select(key => key.Text))));
        return new BoundSearch
        {
            ResourceType = resourceType,
            Criteria = criteria,
            Sort = [.. sort.Select(key => key.Key)],
            Count = countOnly ? 0 : count ?? Math.Min(options.DefaultCount, options.MaxCount),
            CountOnly = countOnly,
            Total = total,
            Summary = summary,
            Elements = elements,
            Contained = contained,
            ReturnsContained = returnsContained,
            Includes = includes,
            Cursor = cursor,
            SelfParameters = [.. used.OrderBy(parameter => Array.IndexOf(ResultParameters, parameter.Key))
                .ThenBy(parameter => parameter.Key, StringComparer.Ordinal).ThenBy(parameter => parameter.Value, StringComparer.Ordinal)],
            Issues = issues.Warnings,
        };
    }

    private void Take(string name, string value)
    {
        switch (ParameterName.Parse(name).Code)
        {
            case "_format" or "_pretty": break;
            case "_query": issues.Refuse(Issue.NotSupported($"There is no named query '{value}': this server has none. Search by the parameters that the CapabilityStatement lists.", BindingIssues.ExpressionOf(name))); break;
            case "_include" or "_revinclude": TakeInclude(name, value); break;
            case "_sort" or "_count" or "_total" or "_summary" or "_elements" or "_contained" or "_containedType" or SearchRequest.CursorParameter: TakeResult(name, value); break;
            case "_type" when resourceType is null: TakeType(name, value); break;
            default: TakeCriterion(name, value); break;
        }
    }

    private void TakeResult(string name, string value)
    {
        if (value.Length == 0) issues.Ignore(IssueType.Invalid, name, $"'{name}' has no value.");
        else if (name is not ("_sort" or "_elements") && !once.Add(name)) issues.RefuseValue(name, $"'{name}' is given more than once.");
        else if (Read(name, value) is { } text) used.Add(new(name, text));
    }

    /// <returns>What was used, for the self link; null when nothing was, or it goes there by another way.</returns>
    private string? Read(string name, string value)
    {
        switch (name)
        {
            case "_sort":
                sort.AddRange(new SortBinding(resourceType, criterionBinding, options, issues).Bind(value));
                return null;
            case "_count":
                return ReadCount(value);
            case "_total":
                total = value switch { "none" => TotalMode.None, "estimate" => TotalMode.Estimate, "accurate" => TotalMode.Accurate, _ => RefuseWord<TotalMode>(name, value, "none, estimate or accurate") };
                return value;
            case "_summary":
                if (value == "count") countOnly = true;
                else summary = value switch { "false" => SummaryMode.False, "true" => SummaryMode.True, "text" => SummaryMode.Text, "data" => SummaryMode.Data, _ => RefuseWord<SummaryMode>(name, value, "true, text, data, count or false") };
                return value;
            case "_elements":
                return ReadElements(value);
            case "_contained":
                contained = value switch { "false" => ContainedMode.False, "true" => ContainedMode.True, "both" => ContainedMode.Both, _ => RefuseWord<ContainedMode>(name, value, "true, false or both") };
                return value;
            case "_containedType":
                returnsContained = value switch { "container" => false, "contained" => true, _ => RefuseWord<bool>(name, value, "container or contained") };
                return value;
            case SearchRequest.CursorParameter:
                cursor = value;
                return null;
            default:
                issues.Refuse(Issue.NotSupported($"'{name}' takes no modifier.", BindingIssues.ExpressionOf(name)));
                return null;
        }
    }

    private T RefuseWord<T>(string name, string value, string expected)
        where T : struct
    {
        issues.RefuseValue(name, $"'{value}' is no value for {name}: expected {expected}.");
        return default;
    }

    private string? ReadCount(string value)
    {
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            issues.RefuseValue("_count", $"'{value}' is no value for _count: expected a whole number, 0 or more.");
            return null;
        }

        if (number == 0) countOnly = true;
        else count = (int)Math.Min(number, options.MaxCount);
        return Math.Min(number, options.MaxCount).ToString(CultureInfo.InvariantCulture);
    }

    private string? ReadElements(string value)
    {
        elements ??= [];
        List<string> names = [];
        foreach (var name in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (ElementName(name) is { } element && !elements.Contains(element))
            {
                elements.Add(element);
                names.Add(name);
            }

        return names.Count > 0 ? string.Join(',', names) : null;
    }

    private string? ElementName(string name)
    {
        if (resourceType is null) return name;
        var type = registry.Schema.FindType(resourceType)!;
        if ((type.FindElement(name) ?? type.FindProperty(name)?.Element) is { } element) return element.Name;
        issues.RefuseValue("_elements", $"{resourceType} has no element '{name}'{Suggestion.For(name, type.Elements.Select(each => each.Name))}");
        return null;
    }

    private void TakeInclude(string name, string value)
    {
        if (value.Length == 0)
        {
            issues.Ignore(IssueType.Invalid, name, $"'{name}' has no value.");
            return;
        }

        if (new IncludeBinding(resourceType, registry, issues).Bind(name, value) is not { } include) return;
        name = name.Replace(":recurse", ":iterate", StringComparison.Ordinal);
        if (used.Contains(new(name, value))) return;
        includes.Add(include);
        used.Add(new(name, value));
        if (includes.Count > options.MaxIncludes)
            issues.Refuse(Issue.TooCostly($"A search has at most {options.MaxIncludes} _include and _revinclude.", BindingIssues.ExpressionOf(name)));
    }

    /// <summary>The types that <c>_type</c> leaves of all; null when it leaves all, or none that is known.</summary>
    private List<string>? TypesOf(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        List<string>? left = null;
        foreach (var (name, value) in parameters)
        {
            if (name != "_type") continue;
            var named = value.Split(',').Where(registry.Schema.IsResourceType).Distinct();
            left = [.. left is null ? named : left.Intersect(named)];
        }

        return left is { Count: > 0 } ? left : null;
    }

    private void TakeType(string name, string value)
    {
        var types = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (var type in types.Where(type => !registry.Schema.IsResourceType(type)))
            issues.RefuseValue(name, $"'{type}' is not a resource type of FHIR R4{Suggestion.For(type, registry.Schema.ResourceTypes)}");
        if (types.Length == 0) issues.Ignore(IssueType.Invalid, name, $"'{name}' has no value.");
        else Add(new Criterion.Type(types), name, value);
    }

    private void TakeCriterion(string name, string value)
    {
        if (name.Length == 0)
        {
            if (value.Length > 0) issues.Ignore(IssueType.Invalid, "", $"The value '{value}' stands without a parameter name.");
            return;
        }

        var criterion = resourceType is not null
            ? criterionBinding.Bind(resourceType, name, name, value, 0, issues)
            : criterionBinding.BindOverTypes(types ?? registry.Schema.ResourceTypes, types is null, name, value, issues);
        if (criterion is not null) Add(criterion, name, value);
    }

    private void Add(Criterion criterion, string name, string value)
    {
        // The same condition twice is one condition.
        if (used.Contains(new(name, value))) return;
        criteria.Add(criterion);
        used.Add(new(name, value));
    }
}
