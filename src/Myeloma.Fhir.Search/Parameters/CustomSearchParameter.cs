using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Search.Parameters;

/// <summary>SearchParameter resources of the database. https://hl7.org/fhir/R4/searchparameter.html</summary>
public static class CustomSearchParameter
{
    /// <summary>Reads one, and checks whether resources can be indexed by it.</summary>
    /// <returns>Null when it is not in use: its status is neither <c>active</c> nor <c>draft</c>.</returns>
    /// <exception cref="FhirException">
    /// All faults together: <c>required</c> when url, code, type, base or expression is missing; <c>value</c> for a code that can't stand in a query,
    /// an unknown base, type or target, or an expression that is no FHIRPath or can't work on the base's types; <c>not-supported</c> for types that are not searched by here.
    /// </exception>
    public static SearchParameterDefinition? Read(ResourceDocument document)
    {
        var root = document.Root;
        if (root.TextOf("status") is not ("active" or "draft")) return null;

        List<Issue> issues = [];
        var definition = new SearchParameterDefinition(
            Needed(root, "url", issues), Needed(root, "code", issues), Needed(root, "type", issues), Texts(root, "base"),
            root.TextOf("expression"), Texts(root, "target"), Components(root), root.TextOf("description"));
        Check(definition, document.Schema, issues);
        return issues.Count == 0 ? definition : throw new FhirException(issues);
    }

    private static void Check(SearchParameterDefinition definition, R4Schema schema, List<Issue> issues)
    {
        if (definition.Base.Count == 0) issues.Add(Issue.Required("A SearchParameter names the resource types it applies to in 'base'.", "SearchParameter.base"));
        for (var index = 0; index < definition.Base.Count; index++)
            if (schema.FindType(definition.Base[index]) is not { Kind: TypeKind.Resource })
                issues.Add(Issue.Value($"'{definition.Base[index]}' is not a resource type of FHIR R4.", $"SearchParameter.base[{index}]"));
        for (var index = 0; index < definition.Target.Count; index++)
            if (schema.FindType(definition.Target[index]) is not { Kind: TypeKind.Resource })
                issues.Add(Issue.Value($"'{definition.Target[index]}' is not a resource type of FHIR R4.", $"SearchParameter.target[{index}]"));

        if (definition.Code.Length > 0 && !IsName(definition.Code))
            issues.Add(Issue.Value($"'{definition.Code}' can't stand in a query: a code holds letters, digits, '-' and '_', and starts with a letter.", "SearchParameter.code"));
        CheckType(definition, issues);
        CheckExpression(definition, schema, issues);
        CheckComponents(definition, issues);
    }

    private static void CheckType(SearchParameterDefinition definition, List<Issue> issues)
    {
        if (definition.Type is "special")
            issues.Add(Issue.NotSupported($"Search parameters of type '{definition.Type}' are not supported.", "SearchParameter.type"));
        else if (definition.Type.Length > 0 && SearchParameterMaking.TypeOf(definition.Type) == SearchParameterType.Special)
            issues.Add(Issue.Value(
                $"'{definition.Type}' is not a type of search parameter; use number, date, string, token, reference, quantity, uri or composite.", "SearchParameter.type"));
    }

    private static void CheckComponents(SearchParameterDefinition definition, List<Issue> issues)
    {
        if (definition.Type != "composite") return;
        if (definition.Components.Count is < 2 or > 3)
            issues.Add(Issue.Value($"A composite SearchParameter has two or three components; this one has {definition.Components.Count}.", "SearchParameter.component"));
        for (var index = 0; index < definition.Components.Count; index++)
        {
            var (url, expression) = definition.Components[index];
            if (url.Length == 0) issues.Add(Issue.Required("A component names the SearchParameter that tells its type.", $"SearchParameter.component[{index}].definition"));
            if (expression.Length == 0) issues.Add(Issue.Required("A component states in 'expression' what it finds.", $"SearchParameter.component[{index}].expression"));
            else CheckText(expression, $"SearchParameter.component[{index}].expression", issues);
        }
    }

    private static void CheckExpression(SearchParameterDefinition definition, R4Schema schema, List<Issue> issues)
    {
        if (string.IsNullOrWhiteSpace(definition.Expression))
        {
            issues.Add(Issue.Required("A SearchParameter states in 'expression' what it finds resources by.", "SearchParameter.expression"));
            return;
        }

        const string place = "SearchParameter.expression";
        var bases = definition.Base.Select(schema.FindType).OfType<TypeSchema>().ToList();
        if (CheckText(definition.Expression, place, issues) is not { } expression || bases.Count == 0) return;
        foreach (var (_, issue) in expression.Check(bases).Issues)
            if (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal) issues.Add(issue with { Type = IssueType.Value, Expression = place });
    }

    /// <returns>Null when it is no FHIRPath.</returns>
    private static FhirPathExpression? CheckText(string text, string place, List<Issue> issues)
    {
        try
        {
            return FhirPathExpression.Parse(text);
        }
        catch (FhirException fault)
        {
            issues.AddRange(fault.Issues.Select(issue => issue with { Type = IssueType.Value, Expression = place }));
            return null;
        }
    }

    private static bool IsName(string code) =>
        char.IsAsciiLetter(code[0]) && code.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    private static string Needed(Element root, string name, List<Issue> issues)
    {
        var text = root.TextOf(name);
        if (string.IsNullOrEmpty(text)) issues.Add(Issue.Required($"A SearchParameter has a {name}; this one has none.", $"SearchParameter.{name}"));
        return text ?? "";
    }

    private static List<string> Texts(Element root, string name)
    {
        List<string> texts = [];
        foreach (var child in root.Children(name))
            if (child.Text is { } text) texts.Add(text);
        return texts;
    }

    private static List<(string, string)> Components(Element root)
    {
        List<(string, string)> components = [];
        foreach (var component in root.Children("component"))
            components.Add((component.TextOf("definition") ?? "", component.TextOf("expression") ?? ""));
        return components;
    }
}
