using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary>The JSON of FHIR types as schemas, those that are asked for and all they lead to. https://hl7.org/fhir/R4/json.html</summary>
internal sealed class OpenApiSchemas
{
    /// <summary>A required binding with more codes is told by its value set alone.</summary>
    private const int MostCodes = 60;

    private const string ExtensionsOfPrimitive = "ExtensionsOfPrimitive";

    private readonly SortedDictionary<string, TypeSchema> wanted = new(StringComparer.Ordinal);

    /// <summary>Where a schema is.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>Takes a type, with every type that its elements have, into the document.</summary>
    public void Want(string name)
    {
        var type = R4Schema.Instance.FindType(name) ?? throw new ArgumentException($"R4 has no type {name}.", nameof(name));
        if (!wanted.TryAdd(name, type) || type.Kind == TypeKind.Primitive || IsAnyResource(type)) return;
        foreach (var element in type.Elements)
            foreach (var reference in element.Types) Want(reference.Type.Name);
    }

    public JsonObject Components()
    {
        Want("OperationOutcome");
        Want("Bundle");
        Want("Parameters");
        var components = new JsonObject();
        foreach (var (name, type) in wanted) components[name] = type.Kind == TypeKind.Primitive ? Primitive(type) : IsAnyResource(type) ? AnyResource() : Structure(type);
        components[ExtensionsOfPrimitive] = new JsonObject
        {
            ["type"] = "object",
            ["nullable"] = true,
            ["description"] = "Id and extensions of a primitive value, which stand beside it under its name with an underscore",
            ["properties"] = new JsonObject { ["id"] = new JsonObject { ["type"] = "string" }, ["extension"] = Array(Reference("Extension")) },
        };
        return components;
    }

    private static bool IsAnyResource(TypeSchema type) => type is { Kind: TypeKind.Resource, IsAbstract: true };

    /// <summary>What may be any resource: its own type says which.</summary>
    private static JsonObject AnyResource() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("resourceType"),
        ["properties"] = new JsonObject { ["resourceType"] = new JsonObject { ["type"] = "string" } },
        ["additionalProperties"] = true,
    };

    private static JsonObject Structure(TypeSchema type)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        if (type.Kind == TypeKind.Resource)
        {
            properties["resourceType"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(type.Name) };
            required.Add("resourceType");
        }

        foreach (var element in type.Elements)
        {
            foreach (var reference in element.Types) AddProperty(properties, element, reference.Type);
            // A primitive that is required may consist of extensions alone, and a choice is required under one of its names.
            if (element is { Min: > 0, IsChoice: false } && element.Types[0].Type.Kind != TypeKind.Primitive) required.Add(element.Name);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0) schema["required"] = required;
        return schema;
    }

    private static void AddProperty(JsonObject properties, ElementSchema element, TypeSchema type)
    {
        var name = element.IsChoice ? $"{element.Name}{char.ToUpperInvariant(type.Name[0])}{type.Name[1..]}" : element.Name;
        var value = Codes(element, type) ?? Reference(type.Name);
        properties[name] = element.IsArray ? Array(value) : value;
        if (type.Kind == TypeKind.Primitive && name is not ("id" or "div"))
            properties["_" + name] = element.IsArray ? Array(Reference(ExtensionsOfPrimitive)) : Reference(ExtensionsOfPrimitive);
    }

    private static JsonObject? Codes(ElementSchema element, TypeSchema type) =>
        type.Name == "code" && element.Binding is { Strength: BindingStrength.Required, Codes.Members: { Count: <= MostCodes } members }
            ? new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. members.Select(member => member.Code).Distinct().Select(code => JsonValue.Create(code))]) }
            : null;

    private static JsonObject Array(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    /// <summary>https://hl7.org/fhir/R4/datatypes.html#primitive</summary>
    private static JsonObject Primitive(TypeSchema type) => type.Primitive switch
    {
        PrimitiveKind.Boolean => new JsonObject { ["type"] = "boolean" },
        PrimitiveKind.Integer => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        PrimitiveKind.UnsignedInt => new JsonObject { ["type"] = "integer", ["format"] = "int32", ["minimum"] = 0 },
        PrimitiveKind.PositiveInt => new JsonObject { ["type"] = "integer", ["format"] = "int32", ["minimum"] = 1 },
        PrimitiveKind.Decimal => new JsonObject { ["type"] = "number" },
        PrimitiveKind.Instant => Text("date-time", null, "A point in time with seconds and time zone"),
        PrimitiveKind.Base64Binary => Text("byte", null, null),
        PrimitiveKind.Date => Text(null, @"^\d{4}(-\d{2}(-\d{2})?)?$", "YYYY, YYYY-MM or YYYY-MM-DD"),
        PrimitiveKind.DateTime => Text(null, @"^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$", "A date, or a date with time and time zone"),
        PrimitiveKind.Time => Text(null, @"^\d{2}:\d{2}:\d{2}(\.\d+)?$", "hh:mm:ss"),
        PrimitiveKind.Id => Text(null, @"^[A-Za-z0-9\-.]{1,64}$", null),
        PrimitiveKind.Code => Text(null, @"^\S+( \S+)*$", null),
        _ => new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Text(string? format, string? pattern, string? description)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (format is not null) schema["format"] = format;
        if (pattern is not null) schema["pattern"] = pattern;
        if (description is not null) schema["description"] = description;
        return schema;
    }
}
