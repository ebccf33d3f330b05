namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>What supplements add to the concepts of a system, by ordinal. https://hl7.org/fhir/R4/codesystem.html#supplements</summary>
internal sealed class SupplementedConcepts
{
    private readonly Dictionary<int, List<(CompiledCodeSystem Supplement, int Place)>> places = [];

    public SupplementedConcepts(CompiledCodeSystem system, IReadOnlyList<CompiledCodeSystem> supplements)
    {
        Supplements = supplements;
        foreach (var supplement in supplements)
        {
            for (var place = 0; place < supplement.Count; place++)
            {
                // Of a code that a supplement names twice its first place counts, as everywhere.
                var code = supplement.Code(place);
                if (supplement.Find(code) != place || system.Find(code) is not (>= 0 and var ordinal)) continue;
                if (!places.TryGetValue(ordinal, out var own)) places.Add(ordinal, own = []);
                own.Add((supplement, place));
            }
        }
    }

    public IReadOnlyList<CompiledCodeSystem> Supplements { get; }

    /// <summary>Displays and designations of all concepts, each with its ordinal.</summary>
    public IEnumerable<(int Ordinal, string Name)> Names =>
        from concept in places
        from each in concept.Value
        from name in each.Supplement.Designations(each.Place).ToArray().Select(designation => designation.Value).Append(each.Supplement.Display(each.Place)).OfType<string>()
        select (concept.Key, name);

    public string? Display(int ordinal) => places.TryGetValue(ordinal, out var own) ? own.Select(each => each.Supplement.Display(each.Place)).FirstOrDefault(each => each is not null) : null;

    /// <returns>Null when there are none.</returns>
    public List<Designation>? Designations(int ordinal) => Added(ordinal, each => each.Supplement.Designations(each.Place).ToArray());

    /// <inheritdoc cref="Designations"/>
    public List<ConceptProperty>? Properties(int ordinal) => Added(ordinal, each => each.Supplement.Properties(each.Place).ToArray());

    /// <inheritdoc cref="Designations"/>
    public List<ConceptExtension>? Extensions(int ordinal) => Added(ordinal, each => each.Supplement.Extensions(each.Place).ToArray());

    /// <summary>The values of one property, each with the ordinal of its concept.</summary>
    public IEnumerable<(int Ordinal, string Value)> Values(string property) =>
        places.Keys.SelectMany(ordinal => Properties(ordinal)!.Where(each => each.Code == property).Select(each => (ordinal, each.Value)));

    private List<T>? Added<T>(int ordinal, Func<(CompiledCodeSystem Supplement, int Place), T[]> select) =>
        places.TryGetValue(ordinal, out var own) ? [.. own.SelectMany(select)] : null;
}
