using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>The issues found so far. Nothing is allocated before the first.</summary>
internal sealed class FaultList(ResourceDocument document, int maxIssues)
{
    private List<Issue>? issues;

    /// <summary>Nothing more is taken; the walk may stop.</summary>
    public bool IsFull { get; private set; }

    public IReadOnlyList<Issue> Issues => issues is null ? [] : issues;

    /// <summary>A fault of the value at a node.</summary>
    public void Add(IssueType type, string messageId, int node, string diagnostics) =>
        Add(type, messageId, node, document.ExpressionOf(node), diagnostics);

    /// <param name="node">Where line and column point.</param>
    public void Add(IssueType type, string messageId, int node, string expression, string diagnostics)
    {
        if (IsFull) return;
        issues ??= [];
        if (issues.Count == maxIssues)
        {
            IsFull = true;
            issues[^1] = Issue.TooCostly($"More than {maxIssues - 1} faults were found; the others are left out.") with { MessageId = "too-many-issues" };
            return;
        }

        var (line, column) = document.PositionOf(node);
        issues.Add(new Issue(IssueSeverity.Error, type, diagnostics, expression, line, column, messageId));
    }
}
