using System.Diagnostics;
using Myeloma.Fhir.FhirPath.Syntax;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Boolean logic, section 6.5: three values, null is Empty. https://hl7.org/fhirpath/N1/#boolean-logic</summary>
internal static class BooleanOperators
{
    /// <summary>The result when the left operand alone decides; null when the right one is needed.</summary>
    public static bool? Decide(BinaryOperator kind, bool? left) => (kind, left) switch
    {
        (BinaryOperator.And, false) => false,
        (BinaryOperator.Or, true) => true,
        (BinaryOperator.Implies, false) => true,
        _ => null,
    };

    public static bool? Combine(BinaryOperator kind, bool? left, bool? right) => kind switch
    {
        BinaryOperator.And => left & right,
        BinaryOperator.Or => left | right,
        BinaryOperator.Xor => left ^ right,
        BinaryOperator.Implies => !left | right,
        _ => throw new UnreachableException(),
    };
}
