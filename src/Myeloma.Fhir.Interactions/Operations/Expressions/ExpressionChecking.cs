using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>What is known of an expression from the types alone. https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation</summary>
internal static class ExpressionChecking
{
    /// <returns>The check of the expression; its issues begin with those of the context expression.</returns>
    public static ExpressionCheck Check(ExpressionRequest request, FhirPathExpression expression, FhirPathExpression? context)
    {
        var resource = request.Resource?.Root.Type;
        var options = new CheckOptions
        {
            Resource = resource,
            Variables = request.Variables.ToDictionary(variable => variable.Key, variable => TypeOf(variable.Value)),
        };
        if (context is null) return expression.Check(resource, options);

        var outer = context.Check(resource, options);
        var isKnown = !outer.IsOpen && outer.Types.All(type => type.Fhir is not null);
        var inner = expression.Check(isKnown ? [.. outer.Types.Select(type => type.Fhir!)] : [], options);
        return inner with { Issues = [.. outer.Issues, .. inner.Issues] };
    }

    /// <summary>The type of the result for people: <c>string</c>, <c>HumanName[]</c>, <c>Quantity | string</c>.</summary>
    /// <returns>Null when it can't be told.</returns>
    public static string? Name(ExpressionCheck check)
    {
        if (check.IsOpen || check.Types.Count == 0) return null;
        var names = check.Types.Select(type => type.Fhir?.Name ?? char.ToLowerInvariant(type.System![0]) + type.System[1..]).Distinct(StringComparer.Ordinal);
        return string.Join(" | ", names.Select(name => check.IsMany ? $"{name}[]" : name));
    }

    /// <summary>The one type of a variable's items; null for none, several, or computed ones.</summary>
    private static TypeSchema? TypeOf(Collection items)
    {
        TypeSchema? type = null;
        foreach (var item in items)
        {
            if (!item.IsElement || (type is not null && type != item.Element.Type)) return null;
            type = item.Element.Type;
        }

        return type;
    }
}
