namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary>A place that rests on what is asked about.</summary>
/// <param name="How">Of <see cref="DependentHow"/>.</param>
/// <param name="Path">FHIRPath from its resource.</param>
/// <param name="Impact">What would become of it if that were retired.</param>
/// <param name="Breaks">Whether it would be left with something retired; false where another version takes the place.</param>
internal sealed record DependentPlace(string How, string Path, string Impact, bool Breaks);

/// <summary>How something rests on something.</summary>
internal static class DependentHow
{
    public const string Canonical = "canonical";
    public const string Code = "code";
    public const string Expression = "expression";
    public const string Filter = "filter";
    public const string Map = "map";
    public const string Member = "member";
    public const string Reference = "reference";
    public const string System = "system";
}

/// <summary>A resource that rests on what is asked about.</summary>
/// <param name="Depth">1 for what rests on it itself, 2 for what rests on that.</param>
/// <param name="Through">What it rests on it through; null at depth 1.</param>
internal sealed record Dependent(Model.Elements.ResourceDocument Document, int Depth, Store.ResourceKey? Through, IReadOnlyList<DependentPlace> Places);
