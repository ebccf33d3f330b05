using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>Evaluates the expressions of definitions: FHIRPath, and of CQL what means the same in FHIRPath. What can't be evaluated is said, never guessed.</summary>
/// <remarks>https://hl7.org/fhir/R4/metadatatypes.html#Expression, https://hl7.org/fhir/R4/fhirpath.html#variables</remarks>
internal sealed class ExpressionEvaluation(ApplySources sources, ApplyLimits limits, RequestVariables variables, CanonicalResolution definitions, DateTimeOffset now)
{
    /// <summary>Definitions that use one another.</summary>
    private const int MaxNesting = 32;

    private readonly FixedTime clock = new(now);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>?> libraries = new(StringComparer.Ordinal);

    /// <summary>Of named definitions, so that one that many others use is evaluated once.</summary>
    private readonly Dictionary<string, ExpressionAnswer> answers = new(StringComparer.Ordinal);

    /// <summary>Evaluates an Expression.</summary>
    public ExpressionAnswer Evaluate(Element expression, ExpressionScope scope)
    {
        var text = expression.TextOf("expression");
        switch (expression.TextOf("language")?.Replace('.', '-'))
        {
            case "text/fhirpath":
                return text is null ? Missing : FhirPath(text, scope);
            case "text/cql-identifier":
                return text is null ? Missing : Named(Unquoted(text), expression, scope, 0);
            case "text/cql" or "text/cql-expression":
                return text is null ? Missing : Cql(text, expression, scope, 0);
            case null:
                return ExpressionAnswer.Unknown("the expression does not name its language", IssueType.Required);
            case var other:
                return ExpressionAnswer.Unknown($"expressions in {other} are not supported; text/fhirpath is", IssueType.NotSupported);
        }
    }

    private static ExpressionAnswer Missing { get; } = ExpressionAnswer.Unknown("there is no expression in it", IssueType.Required);

    private ExpressionAnswer FhirPath(string text, ExpressionScope scope)
    {
        try
        {
            var parsed = FhirPathExpression.Parse(text);
            return SyntaxWalk.Variables(parsed.Syntax).Select(variables.WhyUnknown).FirstOrDefault(why => why is not null) is { } unknown
                ? ExpressionAnswer.Unknown(unknown)
                : Certain(Run(parsed, scope, null), parsed, scope);
        }
        catch (FhirException fault)
        {
            return Failed(fault);
        }
    }

    /// <summary>That a drug was not given is certain only when it is known of everything what it was.</summary>
    private ExpressionAnswer Certain(ExpressionAnswer answer, FhirPathExpression expression, ExpressionScope scope)
    {
        if (!IsFalse(answer) || !AsksForProducts(expression) || IsFalseWithoutProducts(expression, scope)) return answer;
        var syntax = expression.Syntax;
        var systems = SyntaxWalk.All(syntax).OfType<SyntaxNode.Literal>().Select(literal => literal.Value).OfType<SystemValue.String>()
            .Select(text => text.Value).Where(text => text.Contains(':', StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        return SyntaxWalk.Variables(syntax).Distinct().Select(name => variables.WhyUnrecognized(name, systems)).FirstOrDefault(why => why is not null) is { } why
            ? ExpressionAnswer.Unknown(why)
            : answer;
    }

    /// <summary>Whether a part of it decides that asks for something else: how many treatments there were.</summary>
    private bool IsFalseWithoutProducts(FhirPathExpression expression, ExpressionScope scope)
    {
        if (!AsksForProducts(expression)) return IsFalse(Run(expression, scope, null));
        if (expression.Syntax is not SyntaxNode.Binary { Operator: BinaryOperator.And, Position: var at } || !expression.Text.AsSpan(at).StartsWith("and", StringComparison.Ordinal)) return false;
        try
        {
            return IsFalseWithoutProducts(FhirPathExpression.Parse(expression.Text[..at]), scope) || IsFalseWithoutProducts(FhirPathExpression.Parse(expression.Text[(at + 3)..]), scope);
        }
        catch (FhirException)
        {
            // The operator stood in parentheses, so that the halves are none.
            return false;
        }
    }

    private static bool IsFalse(ExpressionAnswer answer) => answer.Items is { Count: 1 } items && items[0].ToSystem() is SystemValue.Boolean { Value: false };

    private static bool AsksForProducts(FhirPathExpression expression) => SyntaxWalk.All(expression.Syntax).Any(node => node is SyntaxNode.Member { Name: "product" });

    private ExpressionAnswer Run(FhirPathExpression expression, ExpressionScope scope, Dictionary<string, Collection>? named)
    {
        var startsAtSubject = SyntaxWalk.FirstName(expression.Syntax) == variables.SubjectType;
        if (startsAtSubject && variables.Subject is null) return ExpressionAnswer.Unknown(variables.WhyUnknown("subject")!);
        var focus = startsAtSubject ? variables.Subject!.Value : scope.Definition.Root;
        var all = named ?? [];
        foreach (var (name, items) in variables.Known) all.TryAdd(name, items);
        all["context"] = Collection.Of(scope.Definition.Root);
        if (scope.Action is { } action) all["action"] = Collection.Of(action);
        if (scope.Plan is { } plan) all["planDefinition"] = Collection.Of(plan.Root);
        if (scope.Definition.Type == "ActivityDefinition") all["activityDefinition"] = all["context"];
        try
        {
            return ExpressionAnswer.Of(expression.Evaluate(focus, sources.Environment with
            {
                Variables = all,
                Resource = scope.Definition.Root,
                RootResource = scope.Definition.Container,
                Resolve = reference => variables.Find(reference) ?? definitions.Find(reference, scope.Definition)?.Root,
                TimeProvider = clock,
                Limits = limits.Expression,
            }));
        }
        catch (FhirException fault)
        {
            return Failed(fault);
        }
    }

    private static ExpressionAnswer Failed(FhirException fault) => ExpressionAnswer.Unknown(fault.Issues[0].Diagnostics.TrimEnd('.'), fault.Issues[0].Type);

    /// <summary>A definition of a CQL library, or a parameter that was given under that name.</summary>
    private ExpressionAnswer Named(string name, Element expression, ExpressionScope scope, int depth)
    {
        if (variables.Known.TryGetValue(name, out var given)) return ExpressionAnswer.Of(given);
        if (depth > MaxNesting) return ExpressionAnswer.Unknown($"the definition '{name}' of the library uses itself, or too many others inside one another");
        var key = $"{scope.Definition.Name} {expression.TextOf("reference")} {name}";
        if (!answers.TryGetValue(key, out var answer)) answers[key] = answer = Defined(name, expression, scope, depth);
        return answer;
    }

    private ExpressionAnswer Defined(string name, Element expression, ExpressionScope scope, int depth)
    {
        var missing = new List<string>();
        foreach (var canonical in LibrariesOf(expression, scope))
        {
            if (LibraryOf(canonical, scope) is not { } library) missing.Add(canonical);
            else if (library.TryGetValue(name, out var body)) return Cql(body, expression, scope, depth + 1);
        }

        return ExpressionAnswer.Unknown(missing.Count > 0
            ? $"there is no library {string.Join(", ", missing)} with CQL text that would define '{name}', nor a parameter of that name"
            : $"no library of {scope.Definition.Name} defines '{name}', and no parameter of that name was given");
    }

    private ExpressionAnswer Cql(string text, Element expression, ExpressionScope scope, int depth)
    {
        if (CqlSubset.Name(text) is { } single && single is not ("true" or "false" or "null") && single != variables.SubjectType) return Named(single, expression, scope, depth);
        var known = LibrariesOf(expression, scope).Select(canonical => LibraryOf(canonical, scope)).ToList();
        var compiled = CqlSubset.Compile(text, name => variables.Known.ContainsKey(name) || known.Exists(library => library?.ContainsKey(name) == true), variables.SubjectType);
        if (compiled is null) return ExpressionAnswer.Unknown($"this CQL is beyond what can be evaluated here: {Shortened(text)}", IssueType.NotSupported);
        var named = new Dictionary<string, Collection>(StringComparer.Ordinal);
        foreach (var name in SyntaxWalk.Variables(compiled.Syntax).Distinct())
        {
            var answer = Named(name, expression, scope, depth + 1);
            if (answer.Items is null) return answer;
            named[name] = answer.Items;
        }

        return Run(compiled, scope, named);
    }

    private static IEnumerable<string> LibrariesOf(Element expression, ExpressionScope scope)
    {
        if (expression.TextOf("reference") is { } reference) yield return reference;
        foreach (var library in scope.Definition.Root.Children("library"))
            if (library.Text is { } canonical) yield return canonical;
    }

    private IReadOnlyDictionary<string, string>? LibraryOf(string canonical, ExpressionScope scope)
    {
        var key = $"{scope.Definition.Name} {canonical}";
        if (libraries.TryGetValue(key, out var known)) return known;
        return libraries[key] = definitions.Find(canonical, scope.Definition) is { Type: "Library" } library ? CqlLibrary.Read(library.Root) : null;
    }

    private static string Unquoted(string name) => name is ['"', .. var inner, '"'] ? inner : name;

    private static string Shortened(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
