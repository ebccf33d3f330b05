using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>What was found in one resource of an input.</summary>
/// <param name="Name">The input's name; of a line of NDJSON with <c>:line</c>.</param>
/// <param name="Issues">By position; empty when there is nothing to say.</param>
internal sealed record ValidatedResource(string Name, IReadOnlyList<Issue> Issues)
{
    public int Errors => Issues.Count(issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error);

    public int Warnings => Issues.Count(issue => issue.Severity == IssueSeverity.Warning);
}
