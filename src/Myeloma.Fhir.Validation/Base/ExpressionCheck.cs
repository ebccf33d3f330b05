using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>
/// FHIRPath that stands in a resource: it must be well-formed, its functions must be there, and where the types it works on are known it must be able to
/// work on them. https://hl7.org/fhir/R4/fhirpath.html
/// </summary>
internal static class ExpressionCheck
{
    private static readonly ExpressionCache Expressions = new();

    /// <summary>Elements whose text is FHIRPath by their definition.</summary>
    private static readonly HashSet<string> Paths =
    [
        "SearchParameter.expression", "SearchParameter.component.expression", "ElementDefinition.constraint.expression", "ElementDefinition.slicing.discriminator.path",
        "StructureDefinition.contextInvariant", "GraphDefinition.link.path", "TestScript.variable.expression", "TestScript.setup.action.assert.expression",
        "TestScript.setup.action.assert.compareToSourceExpression",
    ];

    /// <param name="path">Of the element's definition.</param>
    public static bool IsFhirPath(string path) => Paths.Contains(path) || path is "Expression.expression" or "StructureDefinition.context.expression";

    /// <param name="parent">Says in some places which language it is.</param>
    public static void Check(Element expression, Element parent, string path, IssueList issues)
    {
        if (expression.Text is not { } text || !IsMeant(parent, path)) return;
        try
        {
            Types(Expressions.Get(text), expression, parent, path, issues);
        }
        catch (FhirException exception)
        {
            issues.Error(IssueType.Invalid, "expression-syntax", expression, $"This is no FHIRPath that can be evaluated: {exception.Message}");
        }
    }

    /// <summary>What can't work on any instance; remarks and doubts are for whoever asks for a check of the expression itself.</summary>
    private static void Types(FhirPathExpression parsed, Element expression, Element parent, string path, IssueList issues)
    {
        if (path is not ("Expression.expression" or "SearchParameter.expression")) return;
        foreach (var (_, issue) in parsed.Check(Contexts(parent, path)).Issues)
        {
            // Whoever evaluates an Expression may bring variables along: other expressions by name, launch contexts.
            if (issue.Severity > IssueSeverity.Error || (issue.MessageId == CheckMessage.UnknownVariable && path == "Expression.expression")) continue;
            issues.Error(IssueType.Invalid, issue.MessageId ?? "expression-syntax", expression, $"This FHIRPath can't work: {issue.Diagnostics}");
        }
    }

    /// <summary>The resource types of a search parameter; of an Expression nothing is known.</summary>
    private static List<TypeSchema> Contexts(Element parent, string path)
    {
        var contexts = new List<TypeSchema>();
        if (path != "SearchParameter.expression") return contexts;
        foreach (var type in parent.Children("base"))
            if (type.Text is { } name && parent.Document.Schema.FindType(name) is { } schema) contexts.Add(schema);
        return contexts;
    }

    private static bool IsMeant(Element parent, string path) => path switch
    {
        "Expression.expression" => parent.TextOf("language") == "text/fhirpath",
        "StructureDefinition.context.expression" => parent.TextOf("type") == "fhirpath",
        _ => true,
    };
}
