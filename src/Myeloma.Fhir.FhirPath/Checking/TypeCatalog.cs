using System.Collections.Concurrent;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>Types by name, and what their elements are.</summary>
internal sealed class TypeCatalog(R4Schema schema)
{
    private static readonly string[] SystemTypes = ["Any", "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"];

    /// <summary>What the concrete resource types have under a name, asked for by steps on any resource.</summary>
    private static readonly ConcurrentDictionary<string, Typing?> OfAnyResource = new(StringComparer.Ordinal);

    public StaticType AnyResource { get; } = StaticType.Of(schema.FindType("Resource")!);

    public TypeSchema? FindFhir(string name) => schema.FindType(name);

    public static StaticType? FindSystem(string name) => SystemTypes.Contains(name) ? StaticType.Of(name) : null;

    /// <summary>The type that an expression names: without a namespace FHIR's comes before System's.</summary>
    public StaticType? Find(TypeSpecifier type)
    {
        if (type.Namespace != "System" && schema.FindType(type.Name) is { } fhir) return StaticType.Of(fhir);
        return type.Namespace == "FHIR" ? null : FindSystem(type.Name);
    }

    public string? Nearest(TypeSpecifier type) => NearestName.Find(
        type.Name, SystemTypes.Concat(schema.Types.Where(known => known.Kind != TypeKind.Backbone).Select(known => known.Name)));

    /// <summary>Those of the types that are <paramref name="wanted"/> or, where they are more general, can be.</summary>
    /// <param name="orSystem">The System type of the same name, for computed values.</param>
    public static Typing Narrow(Typing operand, StaticType wanted, StaticType? orSystem)
    {
        var left = new List<StaticType>();
        foreach (var type in operand.Types)
        {
            if (type.Fhir is { } fhir && wanted.Fhir is { } target)
            {
                if (fhir.IsA(target.Name)) left.Add(type);
                else if (target.IsA(fhir.Name)) left.Add(wanted);
            }
            else if (type.System is { } system && (system == wanted.System || system == orSystem?.System || wanted.System == "Any"))
            {
                left.Add(type);
            }
        }

        if (operand.IsOpen && left.Count == 0) left.Add(wanted);
        return operand with { Types = [.. left.Distinct()], IsOpen = false };
    }

    /// <returns>Null when none of the types has such an element.</returns>
    public Typing? Step(Typing target, string name)
    {
        if (target.IsOpen) return Typing.Unknown with { IsUnordered = target.IsUnordered };
        if (target.Types.Count == 0) return target;
        Typing? result = null;
        foreach (var type in target.Types)
            if (Step(type, name) is { } found) result = result is null ? found : result.Or(found);
        return result is null ? null : result with { IsMany = result.IsMany || target.IsMany, IsUnordered = target.IsUnordered };
    }

    private Typing? Step(StaticType type, string name) => type switch
    {
        { System: "Quantity" } => name switch
        {
            "value" => Typing.System("Decimal"),
            "unit" or "code" => Typing.System("String"),
            _ => null,
        },
        { System: "TypeInfo" } => name is "name" or "namespace" ? Typing.System("String") : null,
        { System: not null } => null,
        { Fhir: { Kind: TypeKind.Resource, IsAbstract: true } } => OfAnyResource.GetOrAdd(name, StepOfAnyResource),
        _ => type.Fhir!.FindElement(name) is { } element ? Of(element) : null,
    };

    private Typing? StepOfAnyResource(string name)
    {
        Typing? result = null;
        foreach (var resource in schema.ResourceTypes)
        {
            if (schema.FindType(resource)!.FindElement(name) is not { } element) continue;
            var found = Of(element);
            result = result is null ? found : result.Or(found);
        }

        return result;
    }

    /// <summary>The types an element may have.</summary>
    public static Typing Of(ElementSchema element) => new([.. element.Types.Select(StaticType.Of).Distinct()], IsMany: element.Max > 1);

    /// <summary>The elements of all types; their order means nothing.</summary>
    public static Typing Children(Typing target)
    {
        if (target.IsOpen || target.Types.Any(type => type.Fhir is { IsAbstract: true })) return Typing.Unknown with { IsUnordered = true };
        var result = Typing.Empty;
        foreach (var element in target.Types.Where(type => type.Fhir is not null).SelectMany(type => type.Fhir!.Elements)) result = result.And(Of(element));
        return result with { IsMany = true, IsUnordered = true };
    }

    /// <summary>What follows "has no element": the choice spelled as FHIRPath spells it, or a name that is near.</summary>
    public static string Suggestion(Typing target, string name)
    {
        foreach (var type in target.Types)
            if (type.Fhir?.FindProperty(name) is { Element.IsChoice: true } property)
                return $"; the choice is written {property.Element.Name}.ofType({property.Type.Name}).";
        var names = target.Types.Where(type => type.Fhir is not null).SelectMany(type => type.Fhir!.Elements).Select(element => element.Name).Distinct();
        return NearestName.Find(name, names) is { } near ? $"; did you mean '{near}'?" : ".";
    }
}
