using System.Buffers;
using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>A value against its primitive type. https://hl7.org/fhir/R4/datatypes.html#primitive</summary>
internal static class PrimitiveCheck
{
    private const int ShownLength = 60;

    /// <returns>Whether the value is sound; a fault has been reported when not.</returns>
    public static bool Value(FaultList faults, ResourceDocument document, int node, TypeSchema type)
    {
        ref var json = ref document.Nodes[node];
        var expected = type.Primitive switch
        {
            PrimitiveKind.Boolean => JsonKind.True,
            PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal => JsonKind.Number,
            _ => JsonKind.String,
        };
        if (json.Kind != expected && !(expected == JsonKind.True && json.Kind == JsonKind.False))
        {
            faults.Add(IssueType.Structure, "wrong-json-type", node, $"This is {KindName.Of(json.Kind)}; a value of type {type.Name} is {KindName.Of(expected)}.");
            return false;
        }

        if (expected == JsonKind.True) return true;
        if (Fault(type.Primitive, document.RawOf(node), json.Escaped) is not { } fault) return true;
        var shown = json.Kind == JsonKind.String && json.End - json.Start == 0 || type.Primitive == PrimitiveKind.Xhtml ? "This " : $"'{Shown(document, node)}' ";
        faults.Add(IssueType.Value, "invalid-" + type.Name, node, $"{shown}is no {type.Name}: {fault}");
        return false;
    }

    private static string? Fault(PrimitiveKind kind, ReadOnlySpan<byte> raw, bool escaped)
    {
        if (!escaped) return PrimitiveFormat.Fault(kind, raw);

        var rented = raw.Length > 512 ? ArrayPool<byte>.Shared.Rent(raw.Length) : null;
        var plain = rented ?? stackalloc byte[512];
        try
        {
            return PrimitiveFormat.Fault(kind, plain[..JsonText.Unescape(raw, plain)]);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string Shown(ResourceDocument document, int node)
    {
        var raw = document.RawOf(node);
        var text = Encoding.UTF8.GetString(raw.Length > ShownLength * 4 ? raw[..(ShownLength * 4)] : raw);
        return text.Length > ShownLength ? text[..ShownLength] + "…" : text;
    }
}
