using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What functions take and give, section 5. https://hl7.org/fhirpath/N1/#functions</summary>
internal sealed class FunctionTyping(ExpressionChecker checker, TypeCatalog types, CheckFindings findings, CheckOptions options)
{
    /// <summary>Rounds of repeat() and aggregate() after which their types are taken as they are: types nest no deeper in R4.</summary>
    private const int MaxRounds = 12;

    private static readonly Typing Boolean = Typing.System("Boolean");

    public Typing Of(SyntaxNode.Call call, Typing input, Scope scope)
    {
        switch (call.Name)
        {
            case "is" or "as" or "ofType":
                return checker.TypeOperation(call.Position, call.Name == "is", input, Compiler.TypeArgument(call.Arguments[0]) ?? throw new UnreachableException());
            case "exists" or "all":
                if (call.Arguments.Count > 0) Condition(call, 0, checker.Of(call.Arguments[0], scope.ForItemsOf(input)));
                return Boolean;
            case "where":
                Condition(call, 0, checker.Of(call.Arguments[0], scope.ForItemsOf(input)));
                return input;
            case "select":
                var projected = checker.Of(call.Arguments[0], scope.ForItemsOf(input));
                return projected with { IsMany = projected.IsMany || input.IsMany, IsUnordered = projected.IsUnordered || input.IsUnordered };
            case "repeat":
                return Repeat(call, input, scope);
            case "aggregate":
                return Aggregate(call, input, scope);
            case "iif":
                return Iif(call, input, scope);
            case "trace":
                Argument(call, 0, scope, "String");
                if (call.Arguments.Count > 1) checker.Of(call.Arguments[1], scope.ForItemsOf(input));
                return input;
            case "sort":
                foreach (var key in call.Arguments) checker.Of(key is SyntaxNode.Sign sign ? sign.Operand : key, scope.ForItemsOf(input));
                return input with { IsUnordered = false };
            case "union" or "combine":
                return input.And(checker.Of(call.Arguments[0], scope));
            case "children":
                return TypeCatalog.Children(input);
            case "descendants":
                return Typing.Unknown with { IsUnordered = true };
            case "extension":
                Argument(call, 0, scope, "String");
                return Typing.Of(StaticType.Of(types.FindFhir("Extension")!)).Many;
            case "elementDefinition":
                return Typing.Of(StaticType.Of(types.FindFhir("ElementDefinition")!)) with { IsMany = input.IsMany };
            case "getValue":
                return new Typing([.. input.Types.Select(type => type.Value).OfType<string>().Distinct().Select(StaticType.Of)], input.IsOpen);
            case "type":
                return Typing.System("TypeInfo") with { IsMany = input.IsMany };
            case "resolve":
                return Resolve(call, input);
            default:
                return Signed(call, FunctionSignature.Find(call.Name) ?? throw new UnreachableException(call.Name), input, scope);
        }
    }

    private Typing Signed(SyntaxNode.Call call, FunctionSignature signature, Typing input, Scope scope)
    {
        if (signature.Input.Length > 0 && !input.CanBe(signature.Input))
            findings.Error(call.Position, CheckMessage.WrongType, $"{call.Name}() works on {Alternatives(signature.Input)}, not on {input}.");
        if (signature.NeedsOne) OperatorTyping.WarnIfMany(findings, call.Position, call.Name + "()", input);
        if (signature.NeedsOrder && options.CheckOrderedFunctions && input.IsUnordered)
            findings.Error(call.Position, CheckMessage.Unordered, $"{call.Name}() needs an order, and the items here have none.");
        for (var i = 0; i < call.Arguments.Count; i++)
            Argument(call, i, scope, signature.Arguments.Length == 0 ? [] : signature.Arguments[Math.Min(i, signature.Arguments.Length - 1)]);

        if (signature.Result is { } result) return Typing.System(result) with { IsMany = signature.GivesMany };
        return signature.GivesOne ? input.Single : input;
    }

    /// <summary>An argument that is evaluated where the call stands.</summary>
    private void Argument(SyntaxNode.Call call, int index, Scope scope, params string[] expected)
    {
        var argument = call.Arguments[index];
        var found = checker.Of(argument, scope);
        if (expected.Length > 0 && !found.CanBe(expected))
            findings.Error(argument.Position, CheckMessage.WrongType, $"{call.Name}() expects {Alternatives(expected)} as argument {index + 1}, not {found}.");
        else if (expected.Length > 0)
            OperatorTyping.WarnIfMany(findings, argument.Position, $"argument {index + 1} of {call.Name}()", found);
    }

    private static string Alternatives(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private void Condition(SyntaxNode.Call call, int index, Typing found)
    {
        OperatorTyping.WarnIfMany(findings, call.Arguments[index].Position, $"the condition of {call.Name}()", found);
        if (!found.CanBe("Boolean"))
            findings.Warning(call.Arguments[index].Position, CheckMessage.NotBoolean, $"the condition of {call.Name}() is {found}, which counts as true: write exists().");
    }

    /// <summary><c>iif(criterion, then [, otherwise])</c>: on one item, as what its arguments see.</summary>
    private Typing Iif(SyntaxNode.Call call, Typing input, Scope scope)
    {
        var inner = call.Target is null ? scope : scope with { This = input.Single };
        OperatorTyping.WarnIfMany(findings, call.Position, "iif()", call.Target is null ? Typing.Empty : input);
        var criterion = checker.Of(call.Arguments[0], inner);
        if (!criterion.CanBe("Boolean"))
            findings.Error(call.Arguments[0].Position, CheckMessage.NotBoolean, $"iif() expects a Boolean as criterion, not {criterion}.");
        var result = checker.Of(call.Arguments[1], inner);
        return call.Arguments.Count > 2 ? result.Or(checker.Of(call.Arguments[2], inner)) : result;
    }

    /// <summary>
    /// The types of the projection, of the projection of those, and so on. Each round looks at all types so far together: that some of them lack an element
    /// is how repeat() ends.
    /// </summary>
    private Typing Repeat(SyntaxNode.Call call, Typing input, Scope scope)
    {
        var result = Typing.Empty;
        for (var round = 0; round < MaxRounds; round++)
        {
            var next = checker.Of(call.Arguments[0], scope.ForItemsOf(input.Or(result)));
            var isStable = next.IsOpen || next.Types.All(result.Types.Contains);
            result = result.Or(next);
            if (isStable) break;
        }

        return result.Many;
    }

    /// <summary><c>$total</c> is what the initial value and the aggregator give.</summary>
    private Typing Aggregate(SyntaxNode.Call call, Typing input, Scope scope)
    {
        var total = call.Arguments.Count > 1 ? checker.Of(call.Arguments[1], scope) : Typing.Empty;
        for (var round = 0; round < MaxRounds; round++)
        {
            var next = total.Or(checker.Of(call.Arguments[0], scope.ForItemsOf(input) with { Total = total }));
            if (next.IsOpen == total.IsOpen && next.Types.Count == total.Types.Count) return next;
            total = next;
        }

        return total;
    }

    /// <summary><c>resolve()</c>: the target types of References and canonicals; of a plain uri any resource.</summary>
    private Typing Resolve(SyntaxNode.Call call, Typing input)
    {
        if (input.IsOpen) return Typing.Of(types.AnyResource) with { IsMany = input.IsMany };
        var targets = new List<StaticType>();
        foreach (var type in input.Types)
        {
            if (type.Fhir?.Name != "Reference" && type.Value != "String") continue;
            if (type.TargetTypes.Count == 0) targets.Add(types.AnyResource);
            else targets.AddRange(type.TargetTypes.Select(name => types.FindFhir(name)).OfType<TypeSchema>().Select(StaticType.Of));
        }

        if (targets.Count == 0 && !input.IsEmpty)
            findings.Error(call.Position, CheckMessage.WrongType, $"resolve() works on References, canonicals and uris, not on {input}.");
        return new Typing([.. targets.Distinct()], targets.Count == 0, input.IsMany);
    }
}
