using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>Walks a syntax tree with types in place of values. https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation</summary>
internal sealed class ExpressionChecker
{
    private readonly TypeCatalog types;
    private readonly CheckOptions options;
    private readonly CheckFindings findings;
    private readonly FunctionTyping functions;
    private readonly OperatorTyping operators;
    private readonly Typing context;

    public ExpressionChecker(string expression, R4Schema schema, IReadOnlyList<TypeSchema> contexts, CheckOptions options)
    {
        this.options = options;
        types = new TypeCatalog(schema);
        findings = new CheckFindings(expression);
        operators = new OperatorTyping(findings);
        functions = new FunctionTyping(this, types, findings, options);
        context = contexts.Count == 0 ? Typing.Unknown.Single : new Typing([.. contexts.Select(StaticType.Of)]);
    }

    public ExpressionCheck Check(SyntaxNode syntax)
    {
        var result = Of(syntax, new Scope(context));
        return new ExpressionCheck(result.Types, result.IsOpen, result.IsMany, findings.InOrder);
    }

    /// <summary>The types of a node's result; what is wrong in it is reported on the way.</summary>
    public Typing Of(SyntaxNode node, Scope scope) => node switch
    {
        SyntaxNode.Literal literal => Typing.System(literal.Value.TypeName),
        SyntaxNode.Empty => Typing.Empty,
        SyntaxNode.Special special => special.Kind switch
        {
            SpecialVariable.This => scope.This,
            SpecialVariable.Index => scope.Index ?? Typing.Empty,
            _ => scope.Total ?? Typing.Empty,
        },
        SyntaxNode.Variable variable => Variable(variable),
        SyntaxNode.Member member => Member(member, scope),
        SyntaxNode.Call call => functions.Of(call, call.Target is null ? scope.This : Of(call.Target, scope), scope),
        SyntaxNode.Indexer indexer => Indexer(indexer, scope),
        SyntaxNode.Sign sign => operators.Sign(sign, Of(sign.Operand, scope)),
        SyntaxNode.Binary binary => operators.Of(binary, Of(binary.Left, scope), Of(binary.Right, scope)),
        SyntaxNode.TypeOperation operation => TypeOperation(operation.Position, operation.IsTest, Of(operation.Operand, scope), operation.Type),
        _ => throw new UnreachableException(),
    };

    /// <summary><c>is</c> gives a Boolean; <c>as</c> and <c>ofType()</c> what is left of the operand's types.</summary>
    public Typing TypeOperation(int position, bool isTest, Typing operand, TypeSpecifier type)
    {
        if (isTest) OperatorTyping.WarnIfMany(findings, position, "is", operand);
        if (types.Find(type) is not { } wanted)
        {
            var near = types.Nearest(type);
            findings.Error(position, CheckMessage.UnknownType, $"there is no type '{type}'{(near is null ? "." : $"; did you mean '{near}'?")}");
            return isTest ? Typing.System("Boolean") : Typing.Unknown;
        }

        var left = TypeCatalog.Narrow(operand, wanted, type.Namespace is null ? TypeCatalog.FindSystem(type.Name) : null);
        if (left.IsEmpty && !operand.IsEmpty)
            findings.Warning(position, CheckMessage.NeverOfType, $"what stands here is {operand}, never {wanted}.");
        return isTest ? Typing.System("Boolean") : left;
    }

    private Typing Indexer(SyntaxNode.Indexer indexer, Scope scope)
    {
        var target = Of(indexer.Target, scope);
        var index = Of(indexer.Index, scope);
        if (!index.CanBe("Integer")) findings.Error(indexer.Index.Position, CheckMessage.WrongType, $"[] expects an Integer, not {index}.");
        if (options.CheckOrderedFunctions && target.IsUnordered)
            findings.Error(indexer.Position, CheckMessage.Unordered, "[] needs an order, and the items here have none.");
        return target.Single;
    }

    private Typing Variable(SyntaxNode.Variable variable)
    {
        if (options.Variables.TryGetValue(variable.Name, out var stated)) return stated is null ? Typing.Unknown : Typing.Of(StaticType.Of(stated)).Many;
        switch (variable.Name)
        {
            case "context":
                return context;
            case "resource" or "rootResource":
                if (options.Resource is { } resource) return Typing.Of(StaticType.Of(resource));
                return context is { Types: [{ Fhir.Kind: TypeKind.Resource }] } ? context : Typing.Of(types.AnyResource);
            case "ucum" or "sct" or "loinc":
                return Typing.System("String");
            case var name when name.StartsWith("vs-", StringComparison.Ordinal) || name.StartsWith("ext-", StringComparison.Ordinal):
                return Typing.System("String");
        }

        string[] known = ["context", "resource", "rootResource", "ucum", "sct", "loinc", .. options.Variables.Keys];
        var near = NearestName.Find(variable.Name, known);
        findings.Error(variable.Position, CheckMessage.UnknownVariable,
            $"the variable %{variable.Name} is not defined{(near is null ? "." : $"; did you mean %{near}?")}");
        return Typing.Unknown;
    }

    private Typing Member(SyntaxNode.Member member, Scope scope)
    {
        if (member.Target is not null) return Step(member, Of(member.Target, scope));
        if (char.IsUpper(member.Name[0]) && types.FindFhir(member.Name) is { } root) return Root(member, root, scope.This);
        return Step(member, scope.This);
    }

    /// <summary><c>Patient</c> in <c>Patient.name</c>: the focus when it can be one, Empty when it is another resource.</summary>
    private Typing Root(SyntaxNode.Member member, TypeSchema type, Typing focus)
    {
        var left = TypeCatalog.Narrow(focus, StaticType.Of(type), null);
        if (!left.IsEmpty) return left;
        if (type.Kind == TypeKind.Resource)
        {
            findings.Remark(member.Position, CheckMessage.OtherResource, $"what stands here is {focus}; a path that begins with {type.Name} is Empty on it.");
            return Typing.Empty;
        }

        return Step(member, focus);
    }

    /// <summary>One step of a path: the element's types, over all types that can stand before the dot.</summary>
    private Typing Step(SyntaxNode.Member member, Typing target)
    {
        var result = types.Step(target, member.Name);
        if (result is not null) return result;
        findings.Error(member.Position, CheckMessage.UnknownElement, $"{target} has no element '{member.Name}'{TypeCatalog.Suggestion(target, member.Name)}");
        return Typing.Unknown;
    }
}
