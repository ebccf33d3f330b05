using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The searches that a transaction depends on: those of conditional entries, and those of conditional references.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#trules. Equal ones are run once.</remarks>
internal sealed class TransactionConditions
{
    /// <summary>Matches of a reference that are looked for beyond the one that has to be: what the bundle deletes is no match.</summary>
    private const int Spare = 2;

    private readonly List<WriteCondition> all = [];
    private readonly Dictionary<int, int> byEntry = [];
    private readonly Dictionary<string, int> byReference = new(StringComparer.Ordinal);

    /// <summary>Those of the entries, then those of the references.</summary>
    public IReadOnlyList<WriteCondition> All => all;

    /// <summary>The conditional references of all resources, as written.</summary>
    public IReadOnlyCollection<string> References => byReference.Keys;

    /// <summary>Zero-based place in <see cref="All"/>.</summary>
    /// <returns>Null for an entry that is not conditional.</returns>
    public int? Of(BundleEntry entry) => byEntry.TryGetValue(entry.Index, out var at) ? at : null;

    /// <inheritdoc cref="Of(BundleEntry)"/>
    public int? Of(string reference) => byReference.TryGetValue(reference, out var at) ? at : null;

    /// <summary>Binds all criteria.</summary>
    /// <param name="maxDeletes">Most resources that one conditional delete takes away.</param>
    /// <param name="issues">Takes the faults, with expressions from the bundle's root.</param>
    public static TransactionConditions Bind(
        IReadOnlyList<BundleEntry> entries, CriteriaBinding criteria, int maxDeletes, string baseUrl, List<Issue> issues)
    {
        var conditions = new TransactionConditions();
        var deletions = entries.Count(entry => entry.Method == "DELETE" && entry.Criteria is null);
        foreach (var entry in entries)
        {
            if (entry.Criteria is null) continue;
            var (what, most) = entry.Method switch
            {
                "POST" => ("conditional create", 2 + deletions),
                "PUT" => ("conditional update", 2 + deletions),
                _ => ("conditional delete", maxDeletes + 1),
            };
            var place = entry.Method == "POST" ? "ifNoneExist" : "url";
            if (conditions.Add(entry.Target.Type!, entry.Criteria, what, most, criteria, baseUrl, $"{entry.Expression}.request.{place}", issues) is { } at)
                conditions.byEntry.Add(entry.Index, at);
        }

        foreach (var entry in entries)
        {
            if (entry.Resource is not { } resource || entry.IsOperation || resource.Bytes.Span.IndexOf((byte)'?') < 0) continue;
            foreach (var (text, element) in Conditional(resource.Root))
            {
                if (conditions.byReference.ContainsKey(text)) continue;
                var path = resource.ExpressionOf(element);
                var expression = $"{entry.Expression}.resource{path[path.IndexOf('.', StringComparison.Ordinal)..]}.reference";
                var mark = text.IndexOf('?', StringComparison.Ordinal);
                if (conditions.Add(text[..mark], text[(mark + 1)..], "conditional reference", Spare + deletions, criteria, baseUrl, expression, issues) is { } at)
                    conditions.byReference.Add(text, at);
            }
        }

        return conditions;
    }

    /// <summary>Whether a reference is a search: a resource type, a question mark, and criteria.</summary>
    public static bool IsConditional(string reference)
    {
        var mark = reference.IndexOf('?', StringComparison.Ordinal);
        return mark > 0 && R4Schema.Instance.IsResourceType(reference[..mark]);
    }

    /// <summary>The searches of the references alone, for running them once more.</summary>
    public IReadOnlyList<BoundSearch> ReferenceSearches => [.. byReference.Values.Select(at => all[at].Search)];

    /// <summary>What each reference found in those searches.</summary>
    public Dictionary<string, IReadOnlyList<ConditionMatch>> ByReference(IReadOnlyList<IReadOnlyList<ConditionMatch>> matches) =>
        byReference.Keys.Select((text, at) => (text, matches[at])).ToDictionary(each => each.text, each => each.Item2, StringComparer.Ordinal);

    private int? Add(
        string type, string query, string what, int most, CriteriaBinding criteria, string baseUrl, string expression, List<Issue> issues)
    {
        try
        {
            var condition = criteria.Bind(type, CriteriaBinding.Parse(type, query), what, most, baseUrl);

            // A reference only looks; nobody has to wait for it.
            all.Add(what == "conditional reference" ? condition with { Locks = [] } : condition);
            return all.Count - 1;
        }
        catch (FhirException fault)
        {
            issues.AddRange(fault.Issues.Select(issue => issue with { Expression = expression }));
            return null;
        }
    }

    private static IEnumerable<(string Text, Element Reference)> Conditional(Element element)
    {
        foreach (var child in element.Children())
        {
            if (child.IsPrimitive) continue;
            if (child.Type.Name == "Reference" && child.TextOf("reference") is { } text && IsConditional(text)) yield return (text, child);
            foreach (var further in Conditional(child)) yield return further;
        }
    }
}
