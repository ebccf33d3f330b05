using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath;

/// <summary>A FHIRPath expression, compiled once; immutable, shared by threads. https://hl7.org/fhirpath/N1/</summary>
public sealed class FhirPathExpression
{
    private readonly Evaluator evaluator;

    private FhirPathExpression(string text, SyntaxNode syntax)
    {
        Text = text;
        Syntax = syntax;
        evaluator = new Compiler(text).Compile(syntax);
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>The syntax tree, for those who look into an expression without evaluating it.</summary>
    public SyntaxNode Syntax { get; }

    /// <summary>Parses and compiles; functions and their number of arguments are checked here.</summary>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: not FHIRPath, an unknown function or a wrong number of arguments; the text names the place.
    /// <c>too-costly</c>: longer or deeper than <paramref name="limits"/> allow.
    /// </exception>
    public static FhirPathExpression Parse(string text, SyntaxLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FhirPathExpression(text, Parser.Parse(text, limits ?? SyntaxLimits.Default));
    }

    /// <summary>Evaluates with <paramref name="context"/> as <c>$this</c> and <c>%context</c>.</summary>
    /// <returns>The items in order; elements stay elements. Empty when nothing matches.</returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: an operation got what it can't work with; <c>not-supported</c>: the expression needs a service that the context lacks;
    /// <c>too-costly</c>: past a limit.
    /// </exception>
    public Collection Evaluate(Element context, EvaluationContext? environment = null) => Evaluate(new Focus(new Item(context)), environment);

    /// <summary>Evaluates with any items, or none, as context.</summary>
    /// <inheritdoc cref="Evaluate(Element, EvaluationContext?)"/>
    public Collection Evaluate(Collection context, EvaluationContext? environment = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Evaluate(new Focus(context), environment);
    }

    private Collection Evaluate(in Focus context, EvaluationContext? environment)
    {
        var frame = Frame.Rent(context, environment ?? EvaluationContext.Default, Text);
        try
        {
            return evaluator.Evaluate(frame, context);
        }
        finally
        {
            frame.Return();
        }
    }

    /// <summary>
    /// Checks without an instance: infers the types through paths, choices, <c>resolve()</c>, functions and operators, and reports elements, types and
    /// variables that are not there, arguments of types that can't work, comparisons that never match. Pure; costs about as much as parsing.
    /// </summary>
    /// <param name="context">The type of <c>$this</c>: a resource type, a data type, or an inline type such as <c>Patient.contact</c>; null: anything.</param>
    /// <returns>What the result can be, and the issues with their places. Never throws for what the expression says.</returns>
    /// <remarks>https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation</remarks>
    public ExpressionCheck Check(TypeSchema? context, CheckOptions? options = null) =>
        Check(context is null ? [] : [context], options);

    /// <summary>Checks for a context that may be of one of several types, as an element with a choice of types is.</summary>
    /// <param name="contexts">None: anything.</param>
    /// <inheritdoc cref="Check(TypeSchema?, CheckOptions?)"/>
    public ExpressionCheck Check(IReadOnlyList<TypeSchema> contexts, CheckOptions? options = null) =>
        new ExpressionChecker(Text, R4Schema.Instance, contexts, options ?? CheckOptions.Default).Check(Syntax);

    public override string ToString() => Text;
}
