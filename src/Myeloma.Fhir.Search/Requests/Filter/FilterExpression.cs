namespace Myeloma.Fhir.Search.Requests.Filter;

/// <summary>The text of <c>_filter</c> as a tree. https://hl7.org/fhir/R4/search_filter.html</summary>
internal abstract record FilterExpression
{
    private FilterExpression()
    {
    }

    public sealed record And(FilterExpression Left, FilterExpression Right) : FilterExpression;

    public sealed record Or(FilterExpression Left, FilterExpression Right) : FilterExpression;

    public sealed record Not(FilterExpression Inner) : FilterExpression;

    /// <param name="Path">One or more steps; all but the last are references, or elements with a filter.</param>
    /// <param name="Operator">One of <see cref="FilterParser.Operators"/>.</param>
    /// <param name="Value">Without the quotes of a string.</param>
    public sealed record Test(IReadOnlyList<FilterStep> Path, string Operator, string Value) : FilterExpression;
}

/// <summary>One name of a path, <c>subject</c> or <c>subject:Patient</c>, with the filter in brackets behind it; null without one.</summary>
internal sealed record FilterStep(string Name, FilterExpression? Filter);
