using Myeloma.Fhir.FhirPath.Syntax;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>Looks through the syntax tree of an expression.</summary>
internal static class SyntaxWalk
{
    /// <summary>The node and all below it, each before those below.</summary>
    public static IEnumerable<SyntaxNode> All(SyntaxNode node)
    {
        var open = new Stack<SyntaxNode>([node]);
        while (open.TryPop(out var next))
        {
            yield return next;
            foreach (var child in Below(next)) open.Push(child);
        }
    }

    /// <summary>The names of the variables it asks for, without <c>%</c>.</summary>
    public static IEnumerable<string> Variables(SyntaxNode node) => All(node).OfType<SyntaxNode.Variable>().Select(variable => variable.Name);

    /// <summary>The name that the path begins with: <c>Patient</c> of <c>Patient.name.given</c>; null where something else is at the beginning.</summary>
    public static string? FirstName(SyntaxNode node) => node switch
    {
        SyntaxNode.Member { Target: null, Name: var name } => name,
        SyntaxNode.Member { Target: { } target } => FirstName(target),
        SyntaxNode.Call { Target: { } target } => FirstName(target),
        SyntaxNode.Indexer(_, var target, _) => FirstName(target),
        SyntaxNode.Sign(_, _, var operand) => FirstName(operand),
        SyntaxNode.Binary(_, _, var left, var right) => FirstName(left) ?? FirstName(right),
        SyntaxNode.TypeOperation(_, _, var operand, _) => FirstName(operand),
        _ => null,
    };

    private static IEnumerable<SyntaxNode> Below(SyntaxNode node) => node switch
    {
        SyntaxNode.Member { Target: { } target } => [target],
        SyntaxNode.Call { Target: var target, Arguments: var arguments } => target is null ? arguments : [target, .. arguments],
        SyntaxNode.Indexer(_, var target, var index) => [target, index],
        SyntaxNode.Sign(_, _, var operand) => [operand],
        SyntaxNode.Binary(_, _, var left, var right) => [left, right],
        SyntaxNode.TypeOperation(_, _, var operand, _) => [operand],
        _ => [],
    };
}
