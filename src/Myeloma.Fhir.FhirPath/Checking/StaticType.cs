using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>A type that an item can have: one of FHIR's or one of System's. https://hl7.org/fhirpath/N1/#types-and-reflection</summary>
public sealed record StaticType
{
    private StaticType(TypeSchema? fhir, string? system, IReadOnlyList<string> targetTypes)
    {
        Fhir = fhir;
        System = system;
        TargetTypes = targetTypes;
    }

    /// <summary>The FHIR type; null for a System type.</summary>
    public TypeSchema? Fhir { get; }

    /// <summary>The name in the namespace System; null for a FHIR type.</summary>
    public string? System { get; }

    /// <summary>For a Reference or canonical: the resource types it may point at; empty: any.</summary>
    public IReadOnlyList<string> TargetTypes { get; }

    /// <summary>The System type an item of this type stands for in operators and functions; null for other complex types.</summary>
    /// <remarks>https://hl7.org/fhir/R4/fhirpath.html#types</remarks>
    public string? Value => System ?? Fhir!.Primitive switch
    {
        PrimitiveKind.None => Fhir.IsA("Quantity") ? "Quantity" : null,
        PrimitiveKind.Boolean => "Boolean",
        PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt => "Integer",
        PrimitiveKind.Decimal => "Decimal",
        PrimitiveKind.Date => "Date",
        PrimitiveKind.DateTime or PrimitiveKind.Instant => "DateTime",
        PrimitiveKind.Time => "Time",
        _ => "String",
    };

    public static StaticType Of(TypeSchema type) => new(type, null, []);

    public static StaticType Of(TypeReference reference) => new(reference.Type, null, reference.TargetTypes);

    internal static StaticType Of(string system) => new(null, system, []);

    /// <summary>By type and targets.</summary>
    public bool Equals(StaticType? other) =>
        other is not null && ReferenceEquals(Fhir, other.Fhir) && System == other.System && TargetTypes.SequenceEqual(other.TargetTypes);

    public override int GetHashCode() => HashCode.Combine(Fhir, System);

    /// <summary><c>FHIR.code</c>, <c>System.String</c>.</summary>
    public override string ToString() => Fhir is null ? $"System.{System}" : $"FHIR.{Fhir.Name}";
}
