namespace Myeloma.Fhir.FhirPath.Syntax;

/// <summary>Operators as an expression writes them.</summary>
public static class OperatorSpelling
{
    public static string Of(BinaryOperator kind) => kind switch
    {
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Concatenate => "&",
        BinaryOperator.Union => "|",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Equivalent => "~",
        BinaryOperator.NotEquivalent => "!~",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
