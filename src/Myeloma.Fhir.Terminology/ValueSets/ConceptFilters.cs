using System.Diagnostics;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ExpressionConstraints;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>The filters of value sets, each to the set of concepts it lets through. https://hl7.org/fhir/R4/valueset-filter-operator.html</summary>
internal static class ConceptFilters
{
    /// <summary>How long one regular expression may look at one text; those that can go back and forth without end are run by an engine that can't.</summary>
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    /// <summary>How long it may look at all texts of a system.</summary>
    private static readonly TimeSpan WholeRegexTime = TimeSpan.FromSeconds(3);

    /// <summary>The operators there are for the hierarchy.</summary>
    private static readonly string[] OfHierarchy = ["is-a", "descendent-of", "is-not-a", "generalizes"];

    /// <summary>The operators there are for every property, code and display among them.</summary>
    private static readonly string[] OfProperties = ["=", "in", "not-in", "exists", "regex"];

    /// <summary>The filters that value sets may use on a system: each property with its operators, in the codes of R4.</summary>
    public static IEnumerable<(string Property, IReadOnlyList<string> Operators)> Offered(string system, bool hasHierarchy, IEnumerable<string> properties)
    {
        if (system == SnomedCt.Url) foreach (var property in (string[])["constraint", "expressions"]) yield return (property, ["="]);
        yield return ("concept", hasHierarchy ? [.. OfHierarchy, .. OfProperties] : OfProperties);
        yield return ("display", OfProperties);
        if (hasHierarchy) foreach (var relation in (string[])["parent", "child"]) yield return (relation, ["=", "exists"]);
        foreach (var property in properties)
            if (property is not ("concept" or "display" or "parent" or "child")) yield return (property, OfProperties);
    }

    /// <exception cref="FhirException">
    /// <c>invalid</c>: no value, an expression that is none; <c>not-supported</c>: an operator that is not known, or not for this property; <c>too-costly</c>: a regular expression ran too long.
    /// </exception>
    public static ConceptSet Apply(CompiledCodeSystem system, ComposeFilter filter, TerminologyLimits limits)
    {
        if (filter.Value.Length == 0) throw TerminologyIssues.FilterWithoutValue(system.Url, filter);
        return system.Url == SnomedCt.Url && OfSnomedCt(system, filter, limits) is { } found ? found : filter.Operator switch
        {
            "is-a" => Below(system, filter, ordinal => system.Hierarchy.SelfAndDescendants(ordinal)),
            "descendent-of" => Below(system, filter, ordinal => system.Hierarchy.SelfAndDescendants(ordinal).Except(ConceptSet.Of(ordinal))),
            "is-not-a" => system.All.Except(Below(system, filter, ordinal => system.Hierarchy.SelfAndDescendants(ordinal))),
            "generalizes" => Below(system, filter, system.Hierarchy.SelfAndAncestors),
            "child-of" => Below(system, filter, ordinal => ConceptSet.Of(system.Hierarchy.Children(ordinal).ToArray())),
            "descendent-leaf" => Below(system, filter, ordinal =>
                ConceptSet.Of(system.Hierarchy.SelfAndDescendants(ordinal).From(0).Where(each => each != ordinal && system.Hierarchy.IsLeaf(each)))),
            "=" => Having(system, filter.Property, filter.Value),
            "in" => Listed(filter.Value).Aggregate(ConceptSet.Empty, (all, value) => all.Union(Having(system, filter.Property, value))),
            "not-in" => system.All.Except(Listed(filter.Value).Aggregate(ConceptSet.Empty, (all, value) => all.Union(Having(system, filter.Property, value)))),
            "exists" => Existing(system, filter),
            "regex" => Matching(system, filter),
            _ => throw TerminologyIssues.FilterNotKnown(system.Url, filter),
        };
    }

    /// <summary>The filters that there are for SNOMED CT alone; null for all others. https://hl7.org/fhir/R4/snomedct.html#4.2.1.0.5</summary>
    private static ConceptSet? OfSnomedCt(CompiledCodeSystem system, ComposeFilter filter, TerminologyLimits limits) => (filter.Property, filter.Operator) switch
    {
        ("constraint", "=") => ConstraintSets.Select(system, filter.Value, limits, filter.Expression),
        ("concept", "in") when SnomedCt.IsIdentifier(filter.Value) => ConstraintSets.Select(system, $"^{filter.Value}", limits, filter.Expression),
        ("expressions", "=") when filter.Value == "false" => system.All,
        ("expressions", _) => throw TerminologyIssues.FilterValue(system.Url, filter, "false, since expressions of several concepts are not kept here"),
        _ => null,
    };

    /// <summary>What a filter over the hierarchy selects; the property is <c>concept</c>, <c>code</c> or the relation itself.</summary>
    private static ConceptSet Below(CompiledCodeSystem system, ComposeFilter filter, Func<int, ConceptSet> select)
    {
        if (filter.Property is not ("concept" or "code" or "parent" or "child" or "subsumedBy" or "")) throw TerminologyIssues.FilterNotKnown(system.Url, filter);
        var ordinal = system.Find(filter.Value);
        return ordinal < 0 ? ConceptSet.Empty : select(ordinal);
    }

    private static string[] Listed(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The concepts with that value of a property; the code, its display and the relations count as properties.</summary>
    internal static ConceptSet Having(CompiledCodeSystem system, string property, string value)
    {
        switch (property)
        {
            case "concept" or "code":
                return system.Find(value) is >= 0 and var self ? ConceptSet.Of(self) : ConceptSet.Empty;
            case "display":
                return system.Displayed(value);
            case "parent" when system.Find(value) is >= 0 and var parent:
                return ConceptSet.Of(system.Hierarchy.Children(parent).ToArray());
            case "child" when system.Find(value) is >= 0 and var child:
                return ConceptSet.Of(system.Hierarchy.Parents(child).ToArray());
            case "inactive" when value is "true" or "false":
                return value == "true" ? system.Inactive : system.All.Except(system.Inactive);
            default:
                var column = system.Column(CodeOf(system, property));

                // A boolean is told in any case of its letters.
                return value is "TRUE" or "FALSE" or "True" or "False" ? column[value].Union(column[value.ToLowerInvariant()]) : column[value];
        }
    }

    /// <summary>The system's own code for a property that is named by its meaning in the specification.</summary>
    private static string CodeOf(CompiledCodeSystem system, string property) =>
        system.Source.Properties.Any(each => each.Code == property) ? property : system.PropertyMeaning(property);

    private static ConceptSet Existing(CompiledCodeSystem system, ComposeFilter filter)
    {
        var with = filter.Property switch
        {
            "concept" or "code" => system.All,
            "display" => ConceptSet.Where(system.Count, ordinal => system.Display(ordinal) is not null),
            "parent" => ConceptSet.Where(system.Count, ordinal => system.Hierarchy.Parents(ordinal).Length > 0),
            "child" => ConceptSet.Where(system.Count, ordinal => !system.Hierarchy.IsLeaf(ordinal)),
            _ => system.Column(CodeOf(system, filter.Property)).Any,
        };
        return filter.Value switch
        {
            "true" => with,
            "false" => system.All.Except(with),
            _ => throw TerminologyIssues.FilterValue(system.Url, filter, "true or false"),
        };
    }

    /// <summary>The whole of the value must match, as in XML Schema.</summary>
    private static ConceptSet Matching(CompiledCodeSystem system, ComposeFilter filter)
    {
        var (regex, watch) = (Compile(system, filter), Stopwatch.StartNew());
        bool IsMatch(string text) => watch.Elapsed < WholeRegexTime ? regex.IsMatch(text) : throw TerminologyIssues.FilterTooCostly(system.Url, filter);
        try
        {
            return filter.Property switch
            {
                "concept" or "code" => ConceptSet.Where(system.Count, ordinal => IsMatch(system.Code(ordinal))),
                "display" => ConceptSet.Where(system.Count, ordinal => system.Display(ordinal) is { } display && IsMatch(display)),
                _ => system.Column(CodeOf(system, filter.Property)) is var column
                    ? column.Values.Where(IsMatch).Aggregate(ConceptSet.Empty, (all, value) => all.Union(column[value]))
                    : ConceptSet.Empty,
            };
        }
        catch (RegexMatchTimeoutException)
        {
            throw TerminologyIssues.FilterTooCostly(system.Url, filter);
        }
    }

    private static Regex Compile(CompiledCodeSystem system, ComposeFilter filter)
    {
        var whole = $"^(?:{filter.Value})$";
        try
        {
            // The engine without backtracking takes time in proportion to the text; what it can't express is run by the other under a clock.
            return new Regex(whole, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, RegexTime);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, RegexOptions.CultureInvariant, RegexTime);
        }
        catch (ArgumentException)
        {
            throw TerminologyIssues.FilterValue(system.Url, filter, "a regular expression");
        }
    }
}
