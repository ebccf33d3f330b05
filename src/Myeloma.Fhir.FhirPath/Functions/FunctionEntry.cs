using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Evaluation;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <param name="input">What stands before the dot; <c>$this</c> when nothing does.</param>
internal delegate Collection Function(Collection input, Arguments arguments);

/// <summary>A function as the table knows it.</summary>
/// <param name="IsTypeFunction">Its argument is a type's name, not an expression; the compiler makes an operator of it.</param>
internal sealed record FunctionEntry(string Name, int MinArguments, int MaxArguments, Function Invoke, bool IsTypeFunction = false)
{
    /// <summary>A function that the compiler makes an evaluator of its own for; it is never invoked.</summary>
    public static FunctionEntry Compiled(string name, int minArguments, int maxArguments, bool isTypeFunction = false) =>
        new(name, minArguments, maxArguments, (_, _) => throw new UnreachableException(), isTypeFunction);

    /// <summary><c>no arguments</c>, <c>1 argument</c>, <c>1 to 2 arguments</c>.</summary>
    public string Arity => (MinArguments, MaxArguments) switch
    {
        (0, 0) => "no arguments",
        (1, 1) => "1 argument",
        (_, int.MaxValue) => $"{MinArguments} or more arguments",
        _ when MinArguments == MaxArguments => $"{MinArguments} arguments",
        _ => $"{MinArguments} to {MaxArguments} arguments",
    };
}
