using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Patch.Difference;

/// <summary>One operation of a difference. https://hl7.org/fhir/R4/fhirpatch.html#concept</summary>
internal abstract record Change(string Path)
{
    public sealed record Add(string Path, string Name, Element Value) : Change(Path);

    public sealed record Insert(string Path, int Index, Element Value) : Change(Path);

    public sealed record Delete(string Path) : Change(Path);

    public sealed record Replace(string Path, Element Value) : Change(Path);

    public sealed record Move(string Path, int Source, int Destination) : Change(Path);

    /// <summary>Roughly the bytes it takes: what decides between several small operations and a large one.</summary>
    public int Cost => Path.Length + this switch
    {
        Add add => OperationCost + SizeOf(add.Value),
        Insert insert => OperationCost + SizeOf(insert.Value),
        Replace replace => OperationCost + SizeOf(replace.Value),
        _ => OperationCost,
    };

    private const int OperationCost = 150;

    private static int SizeOf(Element element) => element.RawValue.Length + element.RawCompanion.Length;
}
