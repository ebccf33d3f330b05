namespace Myeloma.Fhir.Search.Requests;

/// <summary>The left side of a parameter: <c>code</c>, <c>code:not</c>, <c>ingredient:Medication.code:text</c>.</summary>
/// <param name="Code">Of the search parameter.</param>
/// <param name="Modifier">After the colon; null when there is none. Before a chain: the type of the target.</param>
/// <param name="Chained">After the dot: a name on the target; null when nothing is chained.</param>
/// <remarks>https://hl7.org/fhir/R4/search.html#modifiers, https://hl7.org/fhir/R4/search.html#chaining</remarks>
internal readonly record struct ParameterName(string Code, string? Modifier, string? Chained)
{
    public static ParameterName Parse(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var head = dot < 0 ? name : name[..dot];
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        return new ParameterName(
            colon < 0 ? head : head[..colon],
            colon < 0 ? null : head[(colon + 1)..],
            dot < 0 ? null : name[(dot + 1)..]);
    }
}
