using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Utility functions, section 5.9, and reflection. https://hl7.org/fhirpath/N1/#utility-functions</summary>
internal static class UtilityFunctions
{
    private const int MillisecondDigits = 3;

    public static readonly FunctionEntry[] Entries =
    [
        new("trace", 1, 2, Trace),
        new("now", 0, 0, (_, arguments) => Collection.Of(new SystemValue.DateTime(Now(arguments.Frame)))),
        new("today", 0, 0, (_, arguments) => Collection.Of(new SystemValue.Date(Today(arguments.Frame)))),
        new("timeOfDay", 0, 0, (_, arguments) => Collection.Of(new SystemValue.Time(TimeOfDay(arguments.Frame)))),
        new("type", 0, 0, Type),
    ];

    /// <summary><c>trace(name [, projection])</c>: the input unchanged; the context's listener gets it, or its projection.</summary>
    private static Collection Trace(Collection input, Arguments arguments)
    {
        var name = arguments.String(0) ?? "";
        if (arguments.Frame.Context.Trace is not { } listener) return input;
        if (!arguments.Has(1))
        {
            listener(name, input);
            return input;
        }

        var projected = default(CollectionBuilder);
        var index = 0;
        foreach (var item in input) projected.AddRange(arguments.ForItem(1, item, index++));
        listener(name, projected.ToCollection());
        return input;
    }

    private static PartialDateTime Now(Frame frame)
    {
        var ticks = frame.Clock.Now.DateTime.Ticks;
        return new PartialDateTime(ticks - (ticks % TimeSpan.TicksPerMillisecond), TemporalPrecision.Fraction, MillisecondDigits, frame.Clock.OffsetMinutes);
    }

    private static PartialDateTime Today(Frame frame) => new(frame.Clock.Now.DateTime.Date.Ticks, TemporalPrecision.Day);

    private static PartialDateTime TimeOfDay(Frame frame) => new(Now(frame).Ticks % TimeSpan.TicksPerDay, TemporalPrecision.Fraction, MillisecondDigits);

    /// <summary><c>type()</c>: namespace and name of each item's type.</summary>
    private static Collection Type(Collection input, Arguments arguments)
    {
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            var name = item.TypeName;
            var split = name.IndexOf('.', StringComparison.Ordinal);
            result.Add(new SystemValue.TypeInfo(name[..split], name[(split + 1)..]));
        }

        return result.ToCollection();
    }
}
