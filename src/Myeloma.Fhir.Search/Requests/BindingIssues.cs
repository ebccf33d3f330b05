using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Search.Requests;

/// <summary>What is wrong with a request, gathered until all of it was read.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#errors</remarks>
internal sealed class BindingIssues(bool strict)
{
    private readonly List<Issue> errors = [];
    private readonly List<Issue> warnings = [];

    public IReadOnlyList<Issue> Warnings => warnings;

    public bool Strict => strict;

    public int ErrorCount => errors.Count;

    /// <summary>Whether a condition holds for every fault so far.</summary>
    public bool All(Func<Issue, bool> condition) => errors.TrueForAll(issue => condition(issue));

    /// <summary><c>http.</c> and the name: how an OperationOutcome points at a parameter. https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.location</summary>
    public static string ExpressionOf(string parameter) => $"http.{parameter}";

    /// <summary>A fault whatever the handling.</summary>
    public void Refuse(Issue issue)
    {
        if (!errors.Contains(issue)) errors.Add(issue);
    }

    /// <summary>A value that can't be read.</summary>
    public void RefuseValue(string parameter, string diagnostics) => Refuse(Issue.Value(diagnostics, ExpressionOf(parameter)));

    /// <summary>Something unknown here: ignored with a warning, or a fault when handling is strict.</summary>
    public void Ignore(IssueType type, string parameter, string diagnostics)
    {
        var expression = ExpressionOf(parameter);
        if (strict) Refuse(new Issue(IssueSeverity.Error, type, diagnostics, expression));
        else TakeWarning(Issue.Warning(type, $"{diagnostics} It was ignored.", expression));
    }

    public void TakeWarning(Issue warning)
    {
        if (!warnings.Contains(warning)) warnings.Add(warning);
    }

    /// <exception cref="FhirException">All faults, if there is one.</exception>
    public void ThrowIfRefused()
    {
        if (errors.Count > 0) throw new FhirException(errors);
    }

    /// <summary>Takes over what another reading of the same parameter found.</summary>
    public void TakeErrors(BindingIssues other)
    {
        foreach (var error in other.errors) Refuse(error);
    }
}
