using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Search.Requests.Filter;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>From one name and its value to a criterion. https://hl7.org/fhir/R4/search.html#modifiers</summary>
internal sealed class CriterionBinding(SearchParameterRegistry registry, SearchOptions options)
{
    /// <summary>Parameters of the specification that stand on no resource type.</summary>
    private static readonly string[] UnsupportedEverywhere = ["_text"];

    /// <summary>Modifiers of the specification that need what is not here.</summary>
    private static readonly string[] UnsupportedModifiers = ["above", "below", "in", "not-in", "of-type", "text", "not", "exact", "contains", "identifier", "missing", "type"];

    /// <param name="fullName">As in the request, for issues: of a chain the whole chain.</param>
    /// <returns>Null when there is nothing to search by, which is noted.</returns>
    public Criterion? Bind(string resourceType, string fullName, string name, string value, int depth, BindingIssues issues)
    {
        if (HasBinding.IsHas(name)) return new HasBinding(this, registry, options).Bind(resourceType, fullName, name, value, depth, issues);
        if (name == "_list") return new HasBinding(this, registry, options).BindList(resourceType, value, issues);
        if (name == "_filter") return Filter(resourceType, value, issues);
        var parts = ParameterName.Parse(name);
        if (Find(resourceType, fullName, parts.Code, issues) is not { } parameter) return null;
        if (parts.Chained is not null)
            return new ChainBinding(this, registry, options).Bind(parameter, parts, fullName, value, depth, issues);
        if (value.Length == 0)
        {
            issues.Ignore(IssueType.Invalid, fullName, $"Search parameter '{fullName}' has no value.");
            return null;
        }

        var reading = new ValueReading(fullName, parameter, registry, options, issues);
        if (parts.Modifier == "missing") return Missing(value, reading);
        if (parameter.IsFullText) return FullText(parts.Modifier, value, reading);
        return Values(value, reading) is { } values ? Bind(parts.Modifier, values, reading) : null;
    }

    /// <summary>A filter counts as a whole: what is unknown in it is refused however lenient the handling.</summary>
    private Criterion? Filter(string resourceType, string text, BindingIssues issues)
    {
        var found = new BindingIssues(strict: true);
        var criterion = new FilterBinding(this, registry, options, found).Bind(resourceType, text);
        issues.TakeErrors(found);
        return criterion;
    }

    /// <summary>The same for several types: the parameter has to be one of each.</summary>
    /// <param name="types">One or more.</param>
    /// <param name="isEveryType">Whether they are all there are.</param>
    /// <returns>Null when there is nothing to search by, which is noted.</returns>
    public Criterion? BindOverTypes(IReadOnlyList<string> types, bool isEveryType, string name, string value, BindingIssues issues)
    {
        if (HasBinding.IsHas(name) && isEveryType) return new HasBinding(this, registry, options).Bind(null, name, name, value, 0, issues);
        if (name == "_list" && isEveryType) return new HasBinding(this, registry, options).BindList(null, value, issues);
        var code = ParameterName.Parse(name).Code;

        // Types without a narrative have no _text; their resources are not found by it.
        if (isEveryType && code == SearchParameter.NarrativeCode) types = [.. types.Where(type => registry.Find(type, code) is not null)];
        if (!IsOfEveryType(code) && types.FirstOrDefault(type => registry.Find(type, code) is null) is { } without)
        {
            issues.Ignore(IssueType.NotSupported, name, isEveryType
                ? $"Resources of all types are searched by parameters that all have, like _id, _lastUpdated, _tag or _profile; '{code}' is not one of them. Name the types with _type."
                : $"Search parameter '{code}' is not known for {without}, one of the types that are searched.");
            return null;
        }

        // What is wrong is wrong for the first type, too.
        if (Bind(types[0], name, name, value, 0, issues) is not { } first) return null;
        if (first is Criterion.Id or Criterion.LastUpdated or Criterion.FullText || types.Count == 1) return first;
        List<Criterion> each = [first];
        foreach (var type in types.Skip(1))
        {
            var found = new BindingIssues(strict: true);
            if (Bind(type, name, name, value, 0, found) is { } criterion) each.Add(criterion);
            else issues.TakeErrors(found);
        }

        return new Criterion.OverTypes(each);
    }

    /// <summary>One value without a modifier, as it stands: commas do not part it.</summary>
    /// <returns>Null when malformed, which is noted.</returns>
    public static Criterion? BindOne(string value, ValueReading reading) => Bind(null, [value], reading);

    private static bool IsOfEveryType(string code) => code is "_has" or "_list" or "_filter";

    /// <summary>The parameter, when it can be searched by.</summary>
    public SearchParameter? Find(string resourceType, string fullName, string code, BindingIssues issues)
    {
        var parameter = registry.Find(resourceType, code);
        if (parameter is null && UnsupportedEverywhere.Contains(code))
        {
            issues.Ignore(IssueType.NotSupported, fullName, $"Search parameter '{code}' is not supported.");
            return null;
        }

        if (parameter is null)
        {
            var known = registry.All(resourceType).Where(each => each.Unsupported is null).Select(each => each.Code);
            issues.Ignore(IssueType.Invalid, fullName, $"Search parameter '{code}' is not known for {resourceType}{Suggestion.For(code, known)}");
            return null;
        }

        if (parameter.Unsupported is { } reason)
        {
            issues.Ignore(IssueType.NotSupported, fullName, reason);
            return null;
        }

        if (parameter.IsIndexed) return parameter;
        issues.Refuse(Issue.Transient($"Not all resources are indexed by '{parameter.Code}' yet: {parameter.IndexingRemark}; search by it again when it is done.", BindingIssues.ExpressionOf(fullName)));
        return null;
    }

    private static Criterion? Bind(string? modifier, List<string> values, ValueReading reading) => reading.Parameter switch
    {
        { Code: "_id" } => Id(modifier, values, reading),
        { Code: "_lastUpdated" } => modifier is null ? LastUpdated(values, reading) : RefuseModifier(modifier, reading),
        { Type: SearchParameterType.Token } => Token(modifier, values, reading),
        { Type: SearchParameterType.String } => String(modifier, values, reading),
        { Type: SearchParameterType.Reference } => Reference(modifier, values, reading),
        { Type: SearchParameterType.Uri } => Uri(modifier, values, reading),
        { Type: SearchParameterType.Date } => modifier is not null ? RefuseModifier(modifier, reading)
            : ValueReading.Each(values, value => DateReading.Read(value, reading)) is { } dates ? new Criterion.Date(reading.Parameter, dates) : null,
        { Type: SearchParameterType.Number } => modifier is not null ? RefuseModifier(modifier, reading)
            : ValueReading.Each(values, value => NumberReading.Read(value, reading)) is { } numbers ? new Criterion.Number(reading.Parameter, numbers) : null,
        { Type: SearchParameterType.Quantity } => modifier is not null ? RefuseModifier(modifier, reading)
            : ValueReading.Each(values, value => QuantityReading.Read(value, reading)) is { } quantities ? new Criterion.Quantity(reading.Parameter, quantities) : null,
        { Type: SearchParameterType.Special } => modifier is not null ? RefuseModifier(modifier, reading)
            : ValueReading.Each(values, value => NearReading.Read(value, reading)) is { } places ? new Criterion.Near(reading.Parameter, places) : null,
        { Type: SearchParameterType.Composite } => modifier is not null ? RefuseModifier(modifier, reading)
            : ValueReading.Each(values, value => Components(value, reading)) is { } alternatives ? new Criterion.Composite(reading.Parameter, alternatives) : null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary><c>code$value</c>: one criterion for each component.</summary>
    private static List<Criterion>? Components(string value, ValueReading reading)
    {
        var components = reading.Parameter.Components;
        var parts = EscapedText.Split(value, '$');
        if (parts.Count != components.Count || parts.Contains(""))
        {
            reading.Refuse(value, $"expected {string.Join('$', components.Select(component => component.Code))} (a '$' inside is written '\\$').");
            return null;
        }

        List<Criterion> criteria = new(parts.Count);
        for (var at = 0; at < parts.Count; at++)
            if (Bind(null, [parts[at]], reading with { Parameter = components[at] }) is { } criterion) criteria.Add(criterion);
        return criteria.Count == parts.Count ? criteria : null;
    }

    /// <summary>The value is an expression: what it is made of is read as a whole.</summary>
    internal static Criterion? FullText(string? modifier, string value, ValueReading reading)
    {
        if (modifier is not null) return RefuseModifier(modifier, reading);
        if (value.Length > reading.Options.MaxValueLength)
        {
            reading.Issues.Refuse(Issue.TooLong(
                $"Search parameter '{reading.Name}' has a value of {value.Length} characters; at most {reading.Options.MaxValueLength} are allowed.", BindingIssues.ExpressionOf(reading.Name)));
            return null;
        }

        return FullTextReading.Read(value, reading) is { } expression ? new Criterion.FullText(reading.Parameter, expression) : null;
    }

    private static Criterion? Id(string? modifier, List<string> values, ValueReading reading)
    {
        if (modifier is not (null or "not")) return RefuseModifier(modifier, reading);
        var ids = ValueReading.Each(values, value =>
        {
            if (ReferenceText.IsId(value)) return value;
            reading.Refuse(value, "an id has 1 to 64 letters, digits, hyphens and dots.");
            return null;
        });
        return ids is null ? null : new Criterion.Id(ids, modifier == "not");
    }

    private static Criterion.LastUpdated? LastUpdated(List<string> values, ValueReading reading) =>
        ValueReading.Each(values, value => DateReading.Read(value, reading)) is { } dates ? new Criterion.LastUpdated(dates) : null;

    private static Criterion? Token(string? modifier, List<string> values, ValueReading reading)
    {
        if (modifier == "text")
            return ValueReading.Each(values, value => Folded(value, reading)) is { } texts ? new Criterion.String(reading.Parameter, StringMatch.Prefix, texts, Text: true) : null;
        if (modifier == "of-type" && reading.Parameter.HasIdentifiers)
            return ValueReading.Each(values, value => TokenReading.ReadOfType(value, reading)) is { } typed ? new Criterion.Token(reading.Parameter, typed) : null;
        if (CodeSetReading.Takes(modifier)) return CodeSetReading.Bind(modifier!, values, reading);
        if (modifier is not (null or "not")) return RefuseModifier(modifier, reading);
        return ValueReading.Each(values, value => TokenReading.Read(value, reading)) is { } tokens ? new Criterion.Token(reading.Parameter, tokens, modifier == "not") : null;
    }

    private static Criterion? String(string? modifier, List<string> values, ValueReading reading)
    {
        StringMatch? match = modifier switch { null => StringMatch.Prefix, "contains" => StringMatch.Contains, "exact" => StringMatch.Exact, _ => null };
        if (match is null) return RefuseModifier(modifier!, reading);
        var texts = match == StringMatch.Exact
            ? values.ConvertAll(value => StringFolding.Cut(EscapedText.Unescape(value)))
            : ValueReading.Each(values, value => Folded(value, reading));
        return texts is null ? null : new Criterion.String(reading.Parameter, match.Value, texts);
    }

    private static string? Folded(string value, ValueReading reading)
    {
        var folded = StringFolding.Fold(EscapedText.Unescape(value));
        if (folded.Length > 0) return folded;
        reading.Refuse(value, "it has no letter, digit or sign to search for.");
        return null;
    }

    private static Criterion? Reference(string? modifier, List<string> values, ValueReading reading)
    {
        if (modifier == "identifier")
            return ValueReading.Each(values, value => TokenReading.Read(value, reading)) is { } tokens ? new Criterion.ReferenceIdentifier(reading.Parameter, tokens) : null;

        var isType = modifier is not null && reading.Registry.Schema.IsResourceType(modifier);
        if (isType && !reading.Parameter.Targets.Contains(modifier!))
        {
            reading.Issues.Refuse(Issue.Invalid(
                $"'{reading.Parameter.Code}' does not refer to {modifier}; it refers to {Listed(reading.Parameter.Targets)}.", BindingIssues.ExpressionOf(reading.Name)));
            return null;
        }

        var below = modifier == "below" && reading.Parameter.HasCanonicals;
        if (!isType && !below && modifier is not (null or "not")) return RefuseModifier(modifier, reading);
        var references = ValueReading.Each(values, value => ReferenceReading.Read(value, isType ? modifier : null, below, reading));
        return references is null ? null : new Criterion.Reference(reading.Parameter, [.. references.SelectMany(each => each)], modifier == "not");
    }

    private static Criterion? Uri(string? modifier, List<string> values, ValueReading reading)
    {
        UriMatch? match = modifier switch { null or "not" => UriMatch.Exact, "below" => UriMatch.Below, "above" => UriMatch.Above, _ => null };
        if (match is null) return RefuseModifier(modifier!, reading);
        if (match != UriMatch.Above && CanonicalUrl.VersionOf(reading) is { } version && values.Exists(CanonicalUrl.HasVersion))
            return CanonicalUrl.Bind(values, modifier == "not", match == UriMatch.Below, version, reading);
        return new Criterion.Uri(reading.Parameter, match.Value, values.ConvertAll(EscapedText.Unescape), modifier == "not");
    }

    private static Criterion? Missing(string value, ValueReading reading)
    {
        if (!reading.Parameter.HasRows) return RefuseModifier("missing", reading);
        if (value is "true" or "false") return new Criterion.Missing(reading.Parameter, value == "true");
        reading.Refuse(value, "expected true or false.");
        return null;
    }

    private static Criterion? RefuseModifier(string modifier, ValueReading reading)
    {
        var type = reading.Parameter.Type.ToString().ToLowerInvariant();
        var text = $"The modifier ':{modifier}' is not supported for search parameter '{reading.Parameter.Code}' of type {type}";
        var known = UnsupportedModifiers.Contains(modifier) ? "." : Suggestion.For(modifier, ModifiersOf(reading.Parameter));
        reading.Issues.Refuse(Issue.NotSupported(text + known, BindingIssues.ExpressionOf(reading.Name)));
        return null;
    }

    private static string[] ModifiersOf(SearchParameter parameter) => parameter.Type switch
    {
        SearchParameterType.String when parameter.IsFullText => ["missing"],
        SearchParameterType.Token => [.. (string[])["not", "text", "in", "not-in", "below", "above", "missing"], .. parameter.HasIdentifiers ? (string[])["of-type"] : []],
        SearchParameterType.String => ["exact", "contains", "missing"],
        SearchParameterType.Reference => [.. parameter.Targets, "identifier", "below", "missing", "not"],
        SearchParameterType.Uri => ["below", "above", "missing", "not"],
        _ => ["missing"],
    };

    /// <summary>The alternatives, empty ones left out.</summary>
    /// <returns>Null when there is none, or a limit is passed; noted either way.</returns>
    private List<string>? Values(string value, ValueReading reading)
    {
        var values = EscapedText.Split(value, ',').FindAll(each => each.Length > 0);
        if (values.Count == 0) reading.Refuse(value, "it is empty.");
        if (values.Count > options.MaxValues)
        {
            reading.Issues.Refuse(Issue.TooCostly(
                $"Search parameter '{reading.Name}' has {values.Count} alternatives; at most {options.MaxValues} are allowed.", BindingIssues.ExpressionOf(reading.Name)));
            return null;
        }

        if (values.Find(each => each.Length > options.MaxValueLength) is not { } tooLong) return values.Count > 0 ? values : null;
        reading.Issues.Refuse(Issue.TooLong(
            $"Search parameter '{reading.Name}' has a value of {tooLong.Length} characters; at most {options.MaxValueLength} are allowed.", BindingIssues.ExpressionOf(reading.Name)));
        return null;
    }

    internal static string Listed(IReadOnlyList<string> names) => names.Count <= 8 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(8))} and {names.Count - 8} more";
}
