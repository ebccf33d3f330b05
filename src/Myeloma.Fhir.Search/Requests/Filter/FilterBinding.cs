using System.Diagnostics;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Requests.Filter;

/// <summary><c>_filter</c>: from its tree to criteria. https://hl7.org/fhir/R4/search_filter.html</summary>
internal sealed class FilterBinding(CriterionBinding criteria, SearchParameterRegistry registry, SearchOptions options, BindingIssues issues)
{
    private const string Name = "_filter";

    /// <summary>The names that may stand for an element, with the composite parameter that looks into it, and what its components are called there.</summary>
    /// <remarks>https://hl7.org/fhir/R4/search_filter.html#params. Those for ServiceRequest and Observation.related name parameters that R4 does not have.</remarks>
    private static readonly (string Type, string Name, string Composite, string[] Components)[] Elements =
    [
        ("Group", "characteristic", "characteristic-value", ["code", "value"]),
        ("DocumentReference", "relatesTo", "relationship", ["target", "code"]),
    ];

    /// <returns>Null when a part of it can't be used, which is noted.</returns>
    public Criterion? Bind(string resourceType, string text)
    {
        try
        {
            return Bind(resourceType, new FilterParser(text, options.MaxParameters).Parse(), 0);
        }
        catch (FormatException fault)
        {
            issues.RefuseValue(Name, $"The filter can't be read: {fault.Message}");
            return null;
        }
    }

    private Criterion? Bind(string type, FilterExpression filter, int depth) => filter switch
    {
        FilterExpression.And(var left, var right) => Both(Bind(type, left, depth), Bind(type, right, depth), both => new Criterion.AllOf(both)),
        FilterExpression.Or(var left, var right) => Both(Bind(type, left, depth), Bind(type, right, depth), both => new Criterion.AnyOf(both)),
        FilterExpression.Not(var inner) => Bind(type, inner, depth) is { } criterion ? new Criterion.Not(criterion) : null,
        FilterExpression.Test test => Bind(type, test, 0, depth, issues),
        _ => throw new UnreachableException(),
    };

    private static Criterion? Both(Criterion? left, Criterion? right, Func<Criterion[], Criterion> join) =>
        left is not null && right is not null ? join([left, right]) : null;

    private Criterion? Bind(string type, FilterExpression.Test test, int step, int depth, BindingIssues found)
    {
        var (stepName, filter) = test.Path[step];
        if (step < test.Path.Count - 1 && filter is not null && FindElement(type, stepName) is { } element)
            return InElement(type, element, filter, test, step, found);

        var parts = ParameterName.Parse(stepName);
        if (criteria.Find(type, Name, parts.Code, found) is not { } parameter) return null;
        if (step == test.Path.Count - 1) return Test(parameter, parts.Modifier, test.Operator, test.Value, found);

        return new ChainBinding(criteria, registry, options).Bind(
            parameter, parts with { Chained = test.Path[step + 1].Name }, Name, depth, found, (target, issuesOfTarget) =>
            {
                var rest = Bind(target, test, step + 1, depth + 1, issuesOfTarget);
                if (filter is null || rest is null) return rest;
                return Both(new FilterBinding(criteria, registry, options, issuesOfTarget).Bind(target, filter, depth + 1), rest, both => new Criterion.AllOf(both));
            });
    }

    /// <summary>What an operator means for a parameter of this type; the operators of prefixes are read as prefixes are.</summary>
    private Criterion? Test(SearchParameter parameter, string? modifier, string operation, string value, BindingIssues found)
    {
        var reading = new ValueReading(Name, parameter, registry, options, found);
        if (modifier is null && operation == "pr") return Present(value, reading);
        var bound = modifier is not null ? null : parameter.Type switch
        {
            SearchParameterType.String when parameter.IsFullText => operation == "co" ? CriterionBinding.FullText(null, value, reading) : null,
            SearchParameterType.String => Text(operation, value, reading),
            SearchParameterType.Token => Token(operation, value, reading),
            SearchParameterType.Reference => operation is "re" or "eq" ? CriterionBinding.BindOne(value, reading) : null,
            SearchParameterType.Uri => operation switch
            {
                "eq" => CriterionBinding.BindOne(value, reading),
                "ne" => CriterionBinding.BindOne(value, reading) is { } one ? new Criterion.AllOf([new Criterion.Missing(parameter, false), new Criterion.Not(one)]) : null,
                _ => null,
            },
            SearchParameterType.Date => Date(operation, value, reading),
            SearchParameterType.Number => IsPrefix(operation) ? CriterionBinding.BindOne(operation + value, reading) : null,
            SearchParameterType.Quantity => IsPrefix(operation) ? CriterionBinding.BindOne(operation + WithSystem(value), reading) : null,
            SearchParameterType.Composite => operation == "eq" ? CriterionBinding.BindOne(value, reading) : null,
            _ => null,
        };
        if (bound is not null || found.ErrorCount > 0) return bound;
        var name = modifier is null ? parameter.Code : $"{parameter.Code}:{modifier}";
        found.Refuse(Issue.NotSupported(
            $"The operator '{operation}' is not supported for '{name}', which is of type {parameter.Type.ToString().ToLowerInvariant()}.", BindingIssues.ExpressionOf(Name)));
        return null;
    }

    private static Criterion? Present(string value, ValueReading reading)
    {
        if (value is not ("true" or "false")) reading.Refuse(value, "'pr' is followed by true or false.");
        else if (reading.Parameter.HasRows) return new Criterion.Missing(reading.Parameter, value == "false");
        else return value == "true" ? new Criterion.AllOf([]) : new Criterion.Never();
        return null;
    }

    private static Criterion.String? Text(string operation, string value, ValueReading reading)
    {
        StringMatch? match = operation switch
        {
            "eq" => StringMatch.Equal,
            "ne" => StringMatch.Unequal,
            "co" => StringMatch.Contains,
            "sw" => StringMatch.Prefix,
            "ew" => StringMatch.Suffix,
            "gt" => StringMatch.Greater,
            "ge" => StringMatch.GreaterOrEqual,
            "lt" => StringMatch.Less,
            "le" => StringMatch.LessOrEqual,
            _ => null,
        };
        if (match is null) return null;
        var folded = Index.StringFolding.Fold(value);
        if (folded.Length > 0) return new Criterion.String(reading.Parameter, match.Value, [folded]);
        reading.Refuse(value, "it has no letter, digit or sign to compare with.");
        return null;
    }

    private static Criterion? Token(string operation, string value, ValueReading reading)
    {
        if (operation is "in" or "ni" or "ss" or "sb") return CodeSet(operation, value, reading);
        if (operation is not ("eq" or "ne")) return null;
        if (CriterionBinding.BindOne(WithSystem(value), reading) is not { } equal) return null;
        if (operation == "eq") return equal;
        return reading.Parameter.HasRows ? new Criterion.AllOf([new Criterion.Missing(reading.Parameter, false), new Criterion.Not(equal)]) : new Criterion.Not(equal);
    }

    /// <summary>The value subsumes what is stored, or is subsumed by it; or is a value set that has it, or has none of it.</summary>
    private static Criterion.TokenIn? CodeSet(string operation, string value, ValueReading reading)
    {
        if (!reading.Parameter.HasRows) return null;
        return operation switch
        {
            "in" => CodeSetReading.Bind("in", [value], reading),
            "ni" => CodeSetReading.Bind("not-in", [value], reading),
            "ss" => CodeSetReading.Bind("below", [WithSystem(value)], reading),
            _ => CodeSetReading.Bind("above", [WithSystem(value)], reading),
        };
    }

    private static Criterion? Date(string operation, string value, ValueReading reading)
    {
        if (IsPrefix(operation)) return CriterionBinding.BindOne(operation + value, reading);
        if (operation is not ("po" or "co")) return null;
        return CriterionBinding.BindOne(value, reading) switch
        {
            Criterion.Date date => date with { Values = [.. date.Values.Select(one => one with { Prefix = operation == "po" ? Prefix.Ap : Prefix.Contains })] },
            Criterion.LastUpdated updated when operation == "po" => updated,
            _ => null,
        };
    }

    private static bool IsPrefix(string operation) => operation is "eq" or "ne" or "gt" or "lt" or "ge" or "le" or "ap" or "sa" or "eb";

    /// <summary>Four code systems have a short name in filters.</summary>
    private static string WithSystem(string value)
    {
        foreach (var (name, system) in (ReadOnlySpan<(string, string)>)
        [
            ("loinc", "http://loinc.org"), ("snomed", "http://snomed.info/sct"),
            ("rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"), ("ucum", "http://unitsofmeasure.org"),
        ])
        {
            if (value.StartsWith(name + "|", StringComparison.Ordinal)) return system + value[name.Length..];
            if (value.IndexOf($"|{name}|", StringComparison.Ordinal) is > 0 and var found) return $"{value[..found]}|{system}{value[(found + name.Length + 1)..]}";
        }

        return value;
    }

    private static (string Composite, string[] Components)? FindElement(string type, string name)
    {
        foreach (var element in Elements)
            if (element.Type == type && element.Name == name) return (element.Composite, element.Components);
        return null;
    }

    /// <summary><c>relatesTo[code eq replaces].target re DocumentReference/4</c>: both sides within one element.</summary>
    private Criterion.Composite? InElement(
        string type, (string Composite, string[] Components) element, FilterExpression filter, FilterExpression.Test test, int step, BindingIssues found)
    {
        if (criteria.Find(type, Name, element.Composite, found) is not { } composite) return null;
        if (filter is not FilterExpression.Test { Path: [{ Filter: null } first] } inner || test.Path.Count != step + 2 || test.Path[^1].Filter is not null
            || Array.IndexOf(element.Components, first.Name) is not (>= 0 and var inside)
            || Array.IndexOf(element.Components, test.Path[^1].Name) is not (>= 0 and var outside) || inside == outside)
        {
            found.RefuseValue(Name, $"'{test.Path[step].Name}' is followed by one test of '{element.Components[0]}' or '{element.Components[1]}' in brackets, a dot, and the other of them.");
            return null;
        }

        var parts = new Criterion?[2];
        parts[inside] = Test(composite.Components[inside], null, inner.Operator, inner.Value, found);
        parts[outside] = Test(composite.Components[outside], null, test.Operator, test.Value, found);
        if (parts[0] is null || parts[1] is null) return null;
        if (Array.TrueForAll(parts, IsOfOneElement)) return new Criterion.Composite(composite, [[parts[0]!, parts[1]!]]);
        found.Refuse(Issue.NotSupported($"Within '{test.Path[step].Name}' values are compared with eq, re, in, ss or sb.", BindingIssues.ExpressionOf(Name)));
        return null;
    }

    /// <summary>Whether one row of an element can tell it.</summary>
    private static bool IsOfOneElement(Criterion? criterion) =>
        criterion is Criterion.Token or Criterion.TokenIn { Negated: false } or Criterion.Reference or Criterion.Quantity or Criterion.Number;
}
