using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>The lines of an error file: an OperationOutcome for each line of the input with something to say about, its issues at that line.</summary>
internal static class ImportFaults
{
    /// <summary>The issues of a line of the input, whose columns are theirs already.</summary>
    public static byte[] LineOf(long number, IEnumerable<Issue> issues) => LineOf([.. issues.Select(issue => At(number, issue))]);

    /// <summary>A reference that leads nowhere, of a resource that is stored all the same.</summary>
    public static ReadOnlyMemory<byte> LineOf(MissingTarget missing) => LineOf(missing.Line,
    [
        Issue.Warning(IssueType.BusinessRule, $"{missing.Source} is stored, but refers to {NameOf(missing)}, which is not on this server; store that, too (setting Fhir:Bulk:References).", missing.Expression),
    ]);

    /// <summary>Why a line with such a reference is not stored.</summary>
    public static Issue Refusal(MissingTarget missing) => Issue.BusinessRule(
        $"{missing.Source} refers to {NameOf(missing)}, which is not on this server; import that before (setting Fhir:Bulk:References).", missing.Expression);

    private static Issue At(long number, Issue issue) => issue with { Line = (int)Math.Min(number, int.MaxValue), Column = Math.Max(1, issue.Column) };

    private static string NameOf(MissingTarget missing) => missing.Version is { } version ? FormattableString.Invariant($"{missing.Target}/_history/{version}") : missing.Target.ToString();

    private static byte[] LineOf(List<Issue> issues) => [.. OperationOutcome.ToJson(issues), (byte)'\n'];
}
