using System.Collections.Frozen;
using System.Text;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>
/// <c>target.resolve() is Type</c>, as most reference search parameters have it: without a resolver the type is read off the reference's bytes. All that is
/// not a plain <c>…/Type/id</c> goes the general way.
/// </summary>
internal sealed class ReferencedTypeEvaluator(Evaluator target, TypeMatch match, TypeEvaluator general) : Evaluator
{
    private const int LongestTypeName = 64;
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ResourceTypes =
        R4Schema.Instance.ResourceTypes.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly PathStep reference = new("reference");
    private readonly PathStep type = new("type");

    public override Collection Evaluate(Frame frame, in Focus focus) =>
        TryTest(frame, focus, out var result) ? Collection.Of(result) : general.Evaluate(frame, focus);

    public override bool? Holds(Frame frame, in Focus focus, Site site) =>
        TryTest(frame, focus, out var result) ? result : general.Holds(frame, focus, site);

    /// <returns>False when the general way has to be taken.</returns>
    private bool TryTest(Frame frame, in Focus focus, out bool result)
    {
        result = false;
        if (frame.Context.Resolve is not null) return false;
        frame.Step();
        var items = default(CollectionBuilder);
        target.EvaluateInto(frame, focus, ref items);
        if (items.Count != 1 || !items[0].IsElement || Text(items[0].Element) is not { Kind: JsonKind.String, IsEscaped: false } text) return false;

        Span<char> name = stackalloc char[LongestTypeName];
        var written = TypeIn(text.RawValue);
        if (written.IsEmpty || written.Length > LongestTypeName || Ascii.ToUtf16(written, name, out var length) != System.Buffers.OperationStatus.Done) return false;
        if (!ResourceTypes.Contains(name[..length])) return false;
        result = match.IsResource(name[..length]);
        return true;
    }

    /// <summary>The text of a Reference that does not state its type beside it.</summary>
    private Element? Text(Element element)
    {
        if (element.IsPrimitive || reference.On(element.Type) is not { } step) return null;
        if (type.On(element.Type) is { } stated)
            foreach (var _ in element.Children(stated)) return null;
        foreach (var child in element.Children(step)) return child;
        return null;
    }

    /// <summary>The part before the id; empty where the reference has parts that need a closer look.</summary>
    private static ReadOnlySpan<byte> TypeIn(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny("?#|"u8) >= 0 || text.IndexOf("/_history/"u8) >= 0) return default;
        var slash = text.LastIndexOf((byte)'/');
        return slash <= 0 ? default : text[(text[..slash].LastIndexOf((byte)'/') + 1)..slash];
    }
}
