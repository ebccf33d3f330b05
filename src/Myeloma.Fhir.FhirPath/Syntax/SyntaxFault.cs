using System.Diagnostics.CodeAnalysis;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>How faults of an expression are worded: the expression, the one-based place, what is wrong.</summary>
internal static class SyntaxFault
{
    private const int ShownLength = 200;

    [DoesNotReturn]
    public static void Throw(string expression, int position, string what) => throw At(expression, position, what);

    public static FhirException At(string expression, int position, string what) =>
        new(Issue.Invalid(Words(expression, position, what)));

    public static string Words(string expression, int position, string what) =>
        $"FHIRPath '{Shown(expression)}', character {position + 1}: {what}";

    public static string Shown(string expression) =>
        expression.Length <= ShownLength ? expression : string.Concat(expression.AsSpan(0, ShownLength), "…");
}
