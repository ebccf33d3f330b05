using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>The faults found so far. A part that is gone through twice reports once.</summary>
internal sealed class CheckFindings(string expression)
{
    private readonly List<ExpressionIssue> found = [];

    public IReadOnlyList<ExpressionIssue> InOrder => [.. found.OrderBy(each => each.Position)];

    public void Error(int position, string messageId, string what) => Add(IssueSeverity.Error, position, messageId, what);

    public void Warning(int position, string messageId, string what) => Add(IssueSeverity.Warning, position, messageId, what);

    public void Remark(int position, string messageId, string what) => Add(IssueSeverity.Information, position, messageId, what);

    private void Add(IssueSeverity severity, int position, string messageId, string what)
    {
        var issue = new Issue(severity, IssueType.Invalid, SyntaxFault.Words(expression, position, what), MessageId: messageId);
        var finding = new ExpressionIssue(position, issue);
        if (!found.Contains(finding)) found.Add(finding);
    }
}
