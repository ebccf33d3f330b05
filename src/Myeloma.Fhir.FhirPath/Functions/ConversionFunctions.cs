using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Conversion, section 5.5. https://hl7.org/fhirpath/N1/#conversion</summary>
/// <remarks>Each <c>toX()</c> gives Empty for what does not convert; <c>convertsToX()</c> says whether it does.</remarks>
internal static class ConversionFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("iif", 2, 3, Iif),
        .. Pair("Boolean", Conversions.ToBoolean),
        .. Pair("Integer", Conversions.ToInteger),
        .. Pair("Decimal", Conversions.ToDecimal),
        .. Pair("Date", Conversions.ToDate),
        .. Pair("DateTime", Conversions.ToDateTime),
        .. Pair("Time", Conversions.ToTime),
        .. Pair("String", Conversions.ToText),
        new("toQuantity", 0, 1, (input, arguments) => Collection.Of(Quantity(input, arguments), true)),
        new("convertsToQuantity", 0, 1, (input, arguments) => input.Count == 0 ? input : Collection.Of(Quantity(input, arguments) is not null)),
    ];

    /// <summary><c>iif(criterion, true-result [, otherwise-result])</c>: only the result that is chosen is evaluated.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: more than one input item, or a criterion that is no Boolean.</exception>
    private static Collection Iif(Collection input, Arguments arguments)
    {
        input.SingleItem(arguments.Site);
        var criterion = arguments.With(0, input);
        if (criterion.Count > 0 && criterion.SingleValue(arguments.Site) is not SystemValue.Boolean)
            throw arguments.Site.Expected("a Boolean criterion", criterion);
        if (criterion.IsTrue) return arguments.With(1, input);
        return arguments.Has(2) ? arguments.With(2, input) : Collection.Empty;
    }

    private static FunctionEntry[] Pair(string type, Func<SystemValue, SystemValue?> convert) =>
    [
        new("to" + type, 0, 0, (input, arguments) => Collection.Of(Convert(input, arguments, convert), true)),
        new("convertsTo" + type, 0, 0, (input, arguments) => input.Count == 0 ? input : Collection.Of(Convert(input, arguments, convert) is not null)),
    ];

    private static SystemValue? Convert(Collection input, Arguments arguments, Func<SystemValue, SystemValue?> convert) =>
        input.SingleItem(arguments.Site)?.ToSystem() is { } value ? convert(value) : null;

    /// <summary><c>toQuantity([unit])</c>: with a unit only when it can be converted to it.</summary>
    private static SystemValue.Quantity? Quantity(Collection input, Arguments arguments)
    {
        if (input.SingleItem(arguments.Site)?.ToSystem() is not { } value || Conversions.ToQuantity(value) is not { } quantity) return null;
        return arguments.String(0) is { } unit ? Quantities.ConvertTo(quantity, unit) : quantity;
    }
}
