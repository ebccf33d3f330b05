using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Functions;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>Syntax tree to evaluators, once an expression: names are looked up, steps joined, arities checked.</summary>
internal sealed class Compiler(string expression)
{
    /// <exception cref="FhirException"><c>invalid</c>: unknown function, wrong number of arguments, no type where one must stand.</exception>
    public Evaluator Compile(SyntaxNode node) => node switch
    {
        SyntaxNode.Literal literal => new ConstantEvaluator(Collection.Of(literal.Value)),
        SyntaxNode.Empty => new ConstantEvaluator(Collection.Empty),
        SyntaxNode.Special { Kind: SpecialVariable.This } => ThisEvaluator.Instance,
        SyntaxNode.Special special => new LambdaVariableEvaluator(special.Kind),
        SyntaxNode.Variable variable => new VariableEvaluator(variable.Name, SiteOf(variable, "%" + variable.Name)),
        SyntaxNode.Member member => Member(member),
        SyntaxNode.Call call => Call(call),
        SyntaxNode.Indexer indexer => new IndexerEvaluator(Compile(indexer.Target), Compile(indexer.Index), SiteOf(indexer, "[]")),
        SyntaxNode.Sign sign => new SignEvaluator(sign.IsMinus, Compile(sign.Operand), SiteOf(sign, sign.IsMinus ? "-" : "+")),
        SyntaxNode.Binary binary => Binary(binary),
        SyntaxNode.TypeOperation operation => TypeOperation(
            Compile(operation.Operand), Match(operation.Type, operation), operation.IsTest, SiteOf(operation, operation.IsTest ? "is" : "as")),
        _ => throw new UnreachableException(),
    };

    private Site SiteOf(SyntaxNode node, string name) => new(expression, node.Position, name);

    private Evaluator Member(SyntaxNode.Member member)
    {
        var site = SiteOf(member, $"'{member.Name}'");
        if (member.Target is null)
            return char.IsUpper(member.Name[0]) ? new TypeRootEvaluator(member.Name, site) : new PathEvaluator(ThisEvaluator.Instance, [new(member.Name)], site);

        var target = Compile(member.Target);
        return target is PathEvaluator path
            ? new PathEvaluator(path.Source, [.. path.Steps, new(member.Name)], site)
            : new PathEvaluator(target, [new(member.Name)], site);
    }

    private Evaluator Binary(SyntaxNode.Binary binary)
    {
        var site = SiteOf(binary, OperatorSpelling.Of(binary.Operator));
        var left = Compile(binary.Left);
        var right = Compile(binary.Right);
        return binary.Operator switch
        {
            BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor or BinaryOperator.Implies => new LogicEvaluator(binary.Operator, left, right, site),
            BinaryOperator.Equal or BinaryOperator.NotEqual => new EqualEvaluator(binary.Operator == BinaryOperator.NotEqual, left, right),
            BinaryOperator.Union => new UnionEvaluator(left, right),
            _ => new BinaryEvaluator(binary.Operator, left, right, site),
        };
    }

    private Evaluator Call(SyntaxNode.Call call)
    {
        var site = SiteOf(call, call.Name + "()");
        var target = call.Target is null ? ThisEvaluator.Instance : Compile(call.Target);
        if (FunctionTable.Find(call.Name) is not { } function)
        {
            var near = FunctionTable.Nearest(call.Name);
            throw site.Fault($"the function {call.Name}() is not known{(near is null ? "." : $"; did you mean {near}()?")}");
        }

        if (call.Arguments.Count < function.MinArguments || call.Arguments.Count > function.MaxArguments)
            throw site.Fault($"{call.Name}() takes {function.Arity}, not {call.Arguments.Count}.");
        if (function.IsTypeFunction)
            return TypeOperation(target, Match(TypeArgument(call.Arguments[0]) ?? throw site.Fault($"{site.Name} expects the name of a type."), call), call.Name == "is", site);

        var sorts = call.Name == "sort";
        var descending = call.Arguments.Select(argument => sorts && argument is SyntaxNode.Sign { IsMinus: true }).ToArray();
        var arguments = call.Arguments.Select((argument, i) => Compile(descending[i] ? ((SyntaxNode.Sign)argument).Operand : argument)).ToArray();
        return Special(call.Name, target, arguments, site) ?? new CallEvaluator(target, function, arguments, descending, site);
    }

    private static Evaluator TypeOperation(Evaluator operand, TypeMatch match, bool isTest, Site site)
    {
        var general = new TypeEvaluator(operand, match, isTest, site);
        return isTest && operand is CallEvaluator { Function.Name: "resolve" } resolve ? new ReferencedTypeEvaluator(resolve.Target, match, general) : general;
    }

    /// <summary>Functions that conditions are made of have evaluators of their own, which make no collections.</summary>
    private static Evaluator? Special(string name, Evaluator target, Evaluator[] arguments, Site site) => name switch
    {
        "where" => new WhereEvaluator(target, arguments[0], site),
        "select" => new SelectEvaluator(target, arguments[0], site),
        "exists" => new ExistsEvaluator(target, arguments.Length > 0 ? arguments[0] : null, site),
        "all" => new AllEvaluator(target, arguments[0], site),
        "empty" => new IsEmptyEvaluator(target, site),
        "not" => new NotEvaluator(target, site),
        "count" => new CountEvaluator(target),
        "first" => new FirstEvaluator(target),
        "extension" when arguments[0] is ConstantEvaluator { Value: [{ Value: Types.SystemValue.String(var url) }] } => new ExtensionEvaluator(target, url),
        _ => null,
    };

    /// <returns>Null when the argument is no name.</returns>
    internal static TypeSpecifier? TypeArgument(SyntaxNode argument) => argument switch
    {
        SyntaxNode.Member { Target: null } name => new TypeSpecifier(null, name.Name),
        SyntaxNode.Member { Target: SyntaxNode.Member { Target: null } space } name => new TypeSpecifier(space.Name, name.Name),
        _ => null,
    };

    private TypeMatch Match(TypeSpecifier type, SyntaxNode node) => type.Namespace is null or "FHIR" or "System"
        ? new TypeMatch(type)
        : throw SiteOf(node, "").Fault($"'{type.Namespace}' is no namespace of types; there are FHIR and System.");
}
