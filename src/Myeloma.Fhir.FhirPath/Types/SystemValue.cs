using System.Globalization;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>A value of FHIRPath's own types. https://hl7.org/fhirpath/N1/#literals</summary>
public abstract record SystemValue
{
    private SystemValue()
    {
    }

    /// <summary>The name in the namespace System.</summary>
    public abstract string TypeName { get; }

    /// <summary>true or false; there are two objects only.</summary>
    public sealed record Boolean : SystemValue
    {
        public static readonly Boolean True = new(true);
        public static readonly Boolean False = new(false);

        private Boolean(bool value) => Value = value;

        public bool Value { get; }

        public override string TypeName => "Boolean";

        public static Boolean Of(bool value) => value ? True : False;

        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>32 bits, signed.</summary>
    public sealed record Integer(int Value) : SystemValue
    {
        public override string TypeName => "Integer";

        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Up to 28 digits; the scale is the written one: 1.50 stays 1.50.</summary>
    public sealed record Decimal(decimal Value) : SystemValue
    {
        public override string TypeName => "Decimal";

        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Text in UTF-16.</summary>
    public sealed record String(string Value) : SystemValue
    {
        public override string TypeName => "String";

        public override string ToString() => Value;
    }

    /// <summary>A year, month or day.</summary>
    public sealed record Date(PartialDateTime Value) : SystemValue
    {
        public override string TypeName => "Date";

        public override string ToString() => Value.ToDateText();
    }

    /// <summary>A date with or without a time, known to some precision.</summary>
    public sealed record DateTime(PartialDateTime Value) : SystemValue
    {
        public override string TypeName => "DateTime";

        public override string ToString() => Value.ToDateTimeText();
    }

    /// <summary>A time of day.</summary>
    public sealed record Time(PartialDateTime Value) : SystemValue
    {
        public override string TypeName => "Time";

        public override string ToString() => Value.ToTimeText();
    }

    /// <summary>A number with a unit.</summary>
    /// <param name="Unit">A UCUM code (<c>1</c> for none), or the singular of a calendar word (<c>year</c>).</param>
    /// <param name="IsCalendar">Whether <paramref name="Unit"/> is a calendar word.</param>
    public sealed record Quantity(decimal Value, string Unit, bool IsCalendar = false) : SystemValue
    {
        public override string TypeName => "Quantity";

        public override string ToString()
        {
            var number = Value.ToString(CultureInfo.InvariantCulture);
            if (!IsCalendar) return $"{number} '{Unit}'";
            return Value == 1 ? $"{number} {Unit}" : $"{number} {Unit}s";
        }
    }

    /// <summary>What <c>type()</c> gives. https://hl7.org/fhirpath/N1/#reflection</summary>
    public sealed record TypeInfo(string Namespace, string Name) : SystemValue
    {
        public override string TypeName => "TypeInfo";

        public override string ToString() => $"{Namespace}.{Name}";
    }

    /// <summary>A resource that <c>resolve()</c> could not fetch, but whose type the reference names.</summary>
    /// <param name="Reference">As written.</param>
    public sealed record ReferenceTarget(string Reference, string ResourceType) : SystemValue
    {
        public override string TypeName => ResourceType;

        public override string ToString() => Reference;
    }
}
