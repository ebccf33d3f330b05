using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Invariants;

/// <summary>A constraint, compiled once. https://hl7.org/fhir/R4/conformance-rules.html#constraints</summary>
internal sealed class Invariant
{
    private readonly FhirPathExpression? expression;
    private readonly string? fault;
    private readonly Func<Element, ResourceScope, bool>? native;

    public Invariant(string key, bool isError, bool isBestPractice, string human, string text, string source)
    {
        Key = key;
        IsError = isError;
        IsBestPractice = isBestPractice;
        Human = human;
        Source = source;
        Text = text;
        native = NativeInvariants.Find(key, text);
        if (native is not null) return;
        try
        {
            expression = FhirPathExpression.Parse(text);
        }
        catch (FhirException exception)
        {
            fault = exception.Message;
        }
    }

    public string Key { get; }

    public bool IsError { get; }

    /// <summary>A recommendation: reported on demand.</summary>
    public bool IsBestPractice { get; }

    public string Human { get; }

    /// <summary>The FHIRPath.</summary>
    public string Text { get; }

    /// <summary>Canonical of the definition that states it.</summary>
    public string Source { get; }

    /// <summary>Reports when the element does not meet it, and when it can't be evaluated.</summary>
    public void Check(Element element, ResourceScope scope, IssueList issues)
    {
        if (native is not null)
        {
            if (!native(element, scope)) Report(element, issues);
            return;
        }

        if (expression is null)
        {
            CannotTell(element, issues, fault!);
            return;
        }

        try
        {
            // Empty means that it does not say anything of this element: name.matches(...) of a resource without a name.
            var result = expression.Evaluate(element, scope.Context);
            if (result.Count > 0 && !result.IsTrue) Report(element, issues);
        }
        catch (FhirException exception)
        {
            CannotTell(element, issues, exception.Message);
        }
    }

    private void Report(Element element, IssueList issues) =>
        issues.Add(IsError ? IssueSeverity.Error : IssueSeverity.Warning, IssueType.Invariant, Key, element, $"{Human.TrimEnd('.')} ({Key} of {Source}): not met here.");

    private void CannotTell(Element element, IssueList issues, string reason) =>
        issues.Warn(IssueType.Incomplete, "invariant-not-evaluated", element, $"Whether {Key} of {Source} ({Human.TrimEnd('.')}) is met is not known: {reason}");
}
