using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation;

/// <summary>The issues of one validation; nothing is allocated before the first. Used by one thread.</summary>
/// <param name="isSilent">Only whether there was an error is kept: for trying whether an element conforms.</param>
internal sealed class IssueList(int maxIssues, bool isSilent = false)
{
    private readonly HashSet<(string, string, string)>? said = isSilent ? null : [];
    private List<Issue>? issues;

    /// <summary>Whether an error was found.</summary>
    public bool HasErrors { get; private set; }

    public bool IsSilent => isSilent;

    public bool IsEmpty => issues is null;

    /// <summary>Nothing more would change the answer: the walk may stop.</summary>
    public bool IsFull => isSilent ? HasErrors : issues?.Count > maxIssues;

    /// <param name="element">Where expression, line and column point.</param>
    public void Add(IssueSeverity severity, IssueType type, string messageId, Element element, string diagnostics)
    {
        if (severity is IssueSeverity.Error or IssueSeverity.Fatal) HasErrors = true;
        if (isSilent || IsFull) return;
        var expression = element.Document.ExpressionOf(element);

        // Two profiles that state the same rule say it once.
        if (!said!.Add((expression, messageId, diagnostics))) return;
        var (line, column) = element.Document.PositionOf(element);
        (issues ??= []).Add(new Issue(severity, type, diagnostics, expression, line, column, messageId));
    }

    public void Error(IssueType type, string messageId, Element element, string diagnostics) => Add(IssueSeverity.Error, type, messageId, element, diagnostics);

    public void Warn(IssueType type, string messageId, Element element, string diagnostics) => Add(IssueSeverity.Warning, type, messageId, element, diagnostics);

    /// <summary>These and those of the structural check, by position; the last says so when some are left out.</summary>
    public IReadOnlyList<Issue> Sorted(IReadOnlyList<Issue> structural)
    {
        if (issues is null && structural.Count <= maxIssues) return structural;
        var all = structural.Concat(issues ?? []).OrderBy(issue => issue.Line).ThenBy(issue => issue.Column).ThenBy(issue => issue.Severity).ToList();
        if (all.Count <= maxIssues) return all;
        return
        [
            .. all.Take(maxIssues - 1),
            Issue.TooCostly($"More than {maxIssues - 1} issues were found; the others are left out.") with { MessageId = "too-many-issues" },
        ];
    }
}
