using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>Writing elements: what is null or empty is left out, since FHIR knows no empty elements.</summary>
internal static class Elements
{
    /// <summary>Sets the property unless the value is null, an empty array or an empty object.</summary>
    public static JsonObject Set(this JsonObject element, string name, JsonNode? value)
    {
        if (value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 })) element[name] = value;
        return element;
    }

    /// <summary>Sets a primitive with extensions on it: <c>name</c> and <c>_name</c>.</summary>
    public static JsonObject Set(this JsonObject element, string name, JsonNode? value, JsonArray extensions)
    {
        if (value is null) return element;
        element[name] = value;
        if (extensions.Count > 0) element["_" + name] = new JsonObject { ["extension"] = extensions };
        return element;
    }

    /// <summary>Appends to an array property, made when it is not there.</summary>
    public static JsonObject Append(this JsonObject element, string name, JsonNode value)
    {
        if (element[name] is not JsonArray array) element[name] = array = [];
        array.Add(value);
        return element;
    }

    /// <summary>An array of the nodes that are not null.</summary>
    public static JsonArray ToArray(this IEnumerable<JsonNode?> nodes)
    {
        var array = new JsonArray();
        foreach (var node in nodes)
            if (node is not null) array.Add(node);
        return array;
    }

    /// <summary>The extensions of <paramref name="first"/> and then those of <paramref name="second"/>.</summary>
    public static JsonArray Then(this JsonArray first, JsonArray second)
    {
        foreach (var node in second.ToList())
        {
            second.Remove(node);
            first.Add(node);
        }

        return first;
    }
}

/// <summary>Codings, concepts and references. https://hl7.org/fhir/R4/datatypes.html#CodeableConcept</summary>
internal static class Concepts
{
    public static JsonObject Coding(string system, string code, string? display = null) =>
        new JsonObject { ["system"] = system, ["code"] = code }.Set("display", display);

    public static JsonObject Of(string system, string code, string? display = null, string? text = null) =>
        new JsonObject { ["coding"] = new JsonArray(Coding(system, code, display)) }.Set("text", text);

    public static JsonObject Text(string text) => new() { ["text"] = text };

    public static JsonObject Reference(string reference, string? display = null) =>
        new JsonObject { ["reference"] = reference }.Set("display", display);

    public static JsonObject WithExtensions(this JsonObject element, JsonArray extensions)
    {
        if (extensions.Count == 0) return element;
        if (element["extension"] is JsonArray present) present.Then(extensions);
        else element.Insert(Start(element), "extension", extensions);
        return element;
    }

    /// <summary>Extensions stand where R4 puts them: after resourceType, id and meta.</summary>
    private static int Start(JsonObject element)
    {
        var start = 0;
        while (start < element.Count && element.GetAt(start).Key is ("resourceType" or "id" or "meta")) start++;
        return start;
    }
}

/// <summary>Extensions of our own. https://hl7.org/fhir/R4/extensibility.html</summary>
internal static class Extensions
{
    /// <summary>With one value; the places it was taken from go on the value, since such an extension holds no other.</summary>
    public static JsonObject Simple(string name, string valueName, JsonNode value, JsonArray? places = null)
    {
        var extension = new JsonObject { ["url"] = Canonicals.Extension(name) };
        if (value is not JsonObject element) return extension.Set(valueName, value, places ?? []);
        extension[valueName] = places is null ? element : element.WithExtensions(places);
        return extension;
    }

    /// <summary>With parts; parts that are null are left out, the places it was taken from come last.</summary>
    public static JsonObject Complex(string name, JsonArray places, params ReadOnlySpan<JsonObject?> parts) =>
        Nested(Canonicals.Extension(name), places, parts);

    /// <summary>As <see cref="Complex"/>, for a part that has parts itself.</summary>
    public static JsonObject Nested(string url, JsonArray places, params ReadOnlySpan<JsonObject?> parts)
    {
        var extensions = new JsonArray();
        foreach (var part in parts)
            if (part is not null) extensions.Add(part);
        return new JsonObject { ["extension"] = extensions.Then(places), ["url"] = url };
    }

    /// <summary>A part of a complex extension; null when there is no value.</summary>
    public static JsonObject? Part(string name, string valueName, JsonNode? value) =>
        value is null ? null : new JsonObject { ["url"] = name, [valueName] = value };

    /// <summary>Words that R4 has no element for.</summary>
    public static JsonObject Statement(string kind, string? text, JsonArray places, string? state = null) =>
        Complex("statement", places, Part("kind", "valueCode", kind), Part("text", "valueString", text), Part("state", "valueString", state));
}
