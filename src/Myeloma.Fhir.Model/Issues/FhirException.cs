namespace Myeloma.Fhir.Model.Issues;

/// <summary>A request that can't be fulfilled: one or more issues. The only exception type thrown on purpose.</summary>
public sealed class FhirException : Exception
{
    /// <param name="issues">At least one; the first decides the HTTP status.</param>
    public FhirException(params IReadOnlyList<Issue> issues)
        : base(string.Join(" ", issues.Select(issue => issue.Diagnostics)))
    {
        ArgumentOutOfRangeException.ThrowIfZero(issues.Count);
        Issues = issues;
    }

    /// <summary>All faults found, in the order of the input.</summary>
    public IReadOnlyList<Issue> Issues { get; }
}
