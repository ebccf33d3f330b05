using System.Text.Json;

namespace Myeloma.Fhir.Patch.Json;

/// <summary>One operation. https://www.rfc-editor.org/rfc/rfc6902#section-4</summary>
/// <param name="Label">Names it in messages: <c>patch[3] (replace /name/0)</c>.</param>
internal abstract record JsonPatchOperation(string Label, JsonPointer Path)
{
    public sealed record Add(string Label, JsonPointer Path, JsonElement Value) : JsonPatchOperation(Label, Path);

    public sealed record Remove(string Label, JsonPointer Path) : JsonPatchOperation(Label, Path);

    public sealed record Replace(string Label, JsonPointer Path, JsonElement Value) : JsonPatchOperation(Label, Path);

    public sealed record Move(string Label, JsonPointer Path, JsonPointer From) : JsonPatchOperation(Label, Path);

    public sealed record Copy(string Label, JsonPointer Path, JsonPointer From) : JsonPatchOperation(Label, Path);

    public sealed record Test(string Label, JsonPointer Path, JsonElement Value) : JsonPatchOperation(Label, Path);

    /// <summary>Members that the RFC does not define are passed over, as it asks.</summary>
    public static JsonPatchOperation Read(JsonElement element, int index, PatchLimits limits)
    {
        var place = FormattableString.Invariant($"patch[{index}]");
        if (element.ValueKind != JsonValueKind.Object) throw PatchFault.Malformed(place, "an operation is an object with 'op' and 'path'.");
        var op = Text(element, "op", place);
        if (op is not ("add" or "remove" or "replace" or "move" or "copy" or "test"))
            throw PatchFault.Malformed(place, $"'{PatchFault.Shortened(op)}' is no operation; there are add, remove, replace, move, copy and test.");
        var path = Pointer(element, "path", place, limits);
        var label = $"{place} ({op} {PatchFault.Shortened(path.Text.Length == 0 ? "\"\"" : path.Text)})";
        return op switch
        {
            "add" => new Add(label, path, ValueOf(element, label)),
            "remove" => new Remove(label, path),
            "replace" => new Replace(label, path, ValueOf(element, label)),
            "move" => new Move(label, path, Pointer(element, "from", label, limits)),
            "copy" => new Copy(label, path, Pointer(element, "from", label, limits)),
            _ => new Test(label, path, ValueOf(element, label)),
        };
    }

    private static JsonElement ValueOf(JsonElement element, string label) =>
        element.TryGetProperty("value", out var value) ? value : throw PatchFault.Malformed(label, "the operation has no 'value'.");

    private static string Text(JsonElement element, string name, string label) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw PatchFault.Malformed(label, $"the operation has no '{name}', a string.");

    private static JsonPointer Pointer(JsonElement element, string name, string label, PatchLimits limits)
    {
        var text = Text(element, name, label);
        if (text.Length > limits.MaxPathLength) throw PatchFault.Malformed(label, FormattableString.Invariant($"'{name}' is longer than {limits.MaxPathLength:N0} characters."));
        return JsonPointer.Parse(text, out var fault) ?? throw PatchFault.Malformed(label, fault!);
    }
}
