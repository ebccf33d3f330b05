using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>What became of each fact: used by a resource, or left out for a reason.</summary>
internal sealed class FactLedger
{
    private readonly HashSet<Fact> used = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Fact, string> leftOut = new(ReferenceEqualityComparer.Instance);
    private readonly List<(Citation Place, string Into)> merged = [];

    public void Use(Fact fact) => used.Add(fact);

    public void LeaveOut(Fact fact, string reason) => leftOut[fact] = reason;

    /// <summary>Says that the words at the place were taken for something that stands elsewhere too.</summary>
    public void Merge(Citation place, string into) => merged.Add((place, into));

    public bool IsUsed(Fact fact) => used.Contains(fact);

    /// <returns>The reason; null when the fact was not left out on purpose.</returns>
    public string? ReasonLeftOut(Fact fact) => leftOut.GetValueOrDefault(fact);

    public IReadOnlyList<(Citation Place, string Into)> Merged => merged;
}
