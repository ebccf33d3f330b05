using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>
/// The snapshot of a base definition of R4 from the schema: facts (cardinality, types, bindings, constraints, flags); instead of a definition the name of the element that has it.
/// https://hl7.org/fhir/R4/structuredefinition.html
/// </summary>
internal static class BaseSnapshot
{
    private const string Definitions = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly string[] SystemTyped = ["Element.id", "Resource.id", "Extension.url"];

    private static readonly ConcurrentDictionary<string, SnapshotNode> Trees = new(StringComparer.Ordinal);

    /// <returns>Shared: to be copied before it is changed. Children of data types are not unfolded.</returns>
    public static SnapshotNode Of(TypeSchema type) => Trees.GetOrAdd(type.Name, _ => Root(type));

    private static SnapshotNode Root(TypeSchema type)
    {
        var definition = new JsonObject { ["definition"] = Words(type.Name), ["min"] = 0, ["max"] = "*", ["base"] = Base(type.Name, 0, "*") };
        AddConstraints(definition, type.Constraints);
        var node = new SnapshotNode(type.Name, definition);
        AddChildren(node, type);
        if (type.Kind == TypeKind.Primitive && type.Name != "xhtml") node.Children.Add(PrimitiveValue(type));
        return node;
    }

    /// <summary>What a primitive holds is of a type of FHIRPath.</summary>
    private static SnapshotNode PrimitiveValue(TypeSchema type)
    {
        var kind = type.Name switch
        {
            "boolean" => "Boolean",
            "integer" or "positiveInt" or "unsignedInt" => type.Name == "integer" ? "Integer" : "String",
            "decimal" => "Decimal",
            "date" => "Date",
            "dateTime" or "instant" => "DateTime",
            "time" => "Time",
            _ => "String",
        };
        var root = type;
        while (root.BaseType is { Kind: TypeKind.Primitive } parent) root = parent;
        return new SnapshotNode("value", new JsonObject
        {
            ["representation"] = new JsonArray("xmlAttr"),
            ["definition"] = Words($"{root.Name}.value"),
            ["min"] = 0,
            ["max"] = "1",
            ["base"] = Base($"{root.Name}.value", 0, "1"),
            ["type"] = new JsonArray(SystemType(kind, type.Name)),
            ["isModifier"] = false,
            ["isSummary"] = false,
        });
    }

    private static void AddChildren(SnapshotNode node, TypeSchema type)
    {
        foreach (var element in type.Elements)
        {
            var child = new SnapshotNode(element.IsChoice ? element.Name + "[x]" : element.Name, Definition(type, element));
            node.Children.Add(child);
            if (IsInline(element)) AddChildren(child, element.Types[0].Type);
        }
    }

    private static bool IsInline(ElementSchema element) => element.Types is [{ Type.Kind: TypeKind.Backbone } only] && only.Type.Name == element.Path;

    private static JsonObject Definition(TypeSchema type, ElementSchema element)
    {
        var max = element.Max == int.MaxValue ? "*" : FormattableString.Invariant($"{element.Max}");
        var origin = Origin(type, element);
        var definition = new JsonObject();
        if (origin.Path is "Element.id" or "Extension.url") definition["representation"] = new JsonArray("xmlAttr");
        if (origin.Path == "Narrative.div") definition["representation"] = new JsonArray("xhtml");
        var originMax = origin.Max == int.MaxValue ? "*" : FormattableString.Invariant($"{origin.Max}");
        definition["definition"] = Words(origin.Path);
        definition["min"] = element.Min;
        definition["max"] = max;
        definition["base"] = Base(origin.Path, origin.Min, originMax);
        if (element.Types is [{ Type.Kind: TypeKind.Backbone } only])
        {
            if (IsInline(element)) definition["type"] = new JsonArray(new JsonObject { ["code"] = only.Type.BaseType!.Name });
            else definition["contentReference"] = "#" + only.Type.Name;
        }
        else
        {
            definition["type"] = new JsonArray([.. element.Types.Select(reference => (JsonNode)Type(reference, origin.Path))]);
        }

        AddConstraints(definition, [.. Inherited(element, origin), .. element.Constraints]);
        definition["isModifier"] = element.IsModifier;
        if (element.IsModifier) definition["isModifierReason"] = Words(origin.Path);
        definition["isSummary"] = element.IsSummary;
        if (element.Binding is { } binding)
            definition["binding"] = new JsonObject { ["strength"] = binding.Strength.ToString().ToLowerInvariant(), ["valueSet"] = binding.ValueSet };
        if (IsSlicedByUrl(type, element)) definition["slicing"] = ExtensionSlicing();
        return definition;
    }

    /// <summary>Those of data types say so; in resources the differential does, where it first needs it.</summary>
    private static bool IsSlicedByUrl(TypeSchema type, ElementSchema element) => element.Name switch
    {
        "extension" => type.Kind == TypeKind.Complex || type is { Kind: TypeKind.Backbone, BaseType.Name: "Element" } || type.Name == "DomainResource",
        "modifierExtension" => type.Name == "DomainResource",
        _ => false,
    };

    /// <summary>How extensions are always sliced.</summary>
    public static JsonObject ExtensionSlicing() => new()
    {
        ["discriminator"] = new JsonArray(new JsonObject { ["type"] = "value", ["path"] = "url" }),
        ["description"] = "Extensions are always sliced by (at least) url",
        ["rules"] = "open",
    };

    /// <summary>The element of the type that introduced it.</summary>
    private static ElementSchema Origin(TypeSchema type, ElementSchema element)
    {
        var origin = element;
        for (var at = type.BaseType; at is not null; at = at.BaseType)
            if (at.FindElement(element.Name) is { } inherited) origin = inherited;
        return origin;
    }

    /// <summary>What a snapshot repeats of the types: that elements are not empty, and what holds of extensions.</summary>
    private static IEnumerable<ConstraintSchema> Inherited(ElementSchema element, ElementSchema origin)
    {
        if (IsInline(element)) return element.Types[0].Type.Constraints;
        return SystemTyped.Contains(origin.Path) ? [] : element.Types[0].Type.Constraints.Where(constraint => constraint.Key is "ele-1" or "ext-1");
    }

    private static JsonObject Type(TypeReference reference, string path)
    {
        if (SystemTyped.Contains(path)) return SystemType("String", reference.Type.Name == "id" ? "string" : reference.Type.Name);
        var type = new JsonObject { ["code"] = reference.Type.Name };
        if (reference.TargetTypes.Count > 0) type["targetProfile"] = new JsonArray([.. reference.TargetTypes.Select(target => (JsonNode)(Definitions + target))]);
        if (reference.Type.Name == "Quantity" && SimpleQuantities.Paths.Contains(path)) type["profile"] = new JsonArray(SimpleQuantities.Profile);
        return type;
    }

    private static JsonObject SystemType(string kind, string fhirType) => new()
    {
        ["extension"] = new JsonArray(new JsonObject { ["url"] = TypeCode.FhirTypeExtension, ["valueUrl"] = fhirType }),
        ["code"] = TypeCode.SystemTypes + kind,
    };

    /// <summary>A snapshot is not valid without a definition of every element (sdf-3) and a reason why one modifies (eld-18): these name the place where they are.</summary>
    private static string Words(string path) => $"As FHIR R4 defines {path}.";

    private static JsonObject Base(string path, int min, string max) => new() { ["path"] = path, ["min"] = min, ["max"] = max };

    public static void AddConstraints(JsonObject definition, IReadOnlyList<ConstraintSchema> constraints)
    {
        if (constraints.Count == 0) return;
        definition["constraint"] = new JsonArray([.. constraints.Select(constraint => (JsonNode)Constraint(constraint))]);
    }

    private static JsonObject Constraint(ConstraintSchema constraint)
    {
        var written = new JsonObject
        {
            ["key"] = constraint.Key,
            ["severity"] = constraint.IsError ? "error" : "warning",
            ["human"] = constraint.Human,
            ["expression"] = constraint.Expression,
        };
        if (constraint.Source is { } source) written["source"] = source;
        return written;
    }
}
