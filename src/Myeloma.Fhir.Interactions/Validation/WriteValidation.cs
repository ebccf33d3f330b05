using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Interactions.Subscriptions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Validation;

/// <summary>What validation says of a resource that is to be stored.</summary>
/// <param name="Refusals">Why it is not stored, in the order of the document, errors all of them; empty when it may be.</param>
/// <param name="Remarks">What else was found, no errors among it; empty also when nobody asked.</param>
public sealed record WriteVerdict(IReadOnlyList<Issue> Refusals, IReadOnlyList<Issue> Remarks)
{
    public static readonly WriteVerdict Sound = new([], []);
}

/// <summary>Validation of what is to be stored, beyond the structural check that every body has passed by then.</summary>
/// <remarks>
/// Work whose result nobody would see is not done: where errors are stored all the same, they are looked for only when the client asks for the
/// OperationOutcome, or the policy always tells. References are followed within a transaction and no further.
/// </remarks>
/// <param name="validator">The validator of now.</param>
/// <param name="report">Takes faults of the validator itself.</param>
/// <param name="subscriptions">What Subscriptions have to be, whatever the policy; null: nothing is held against it.</param>
/// <param name="protectsReviews">Whether decisions of reviewers, and the status of what the loader made, are kept from all writes but those of reviews.</param>
public sealed class WriteValidation(
    Func<CancellationToken, ValueTask<Validator>> validator, ValidationPolicy policy, Action<string, Exception?> report, SubscriptionRules? subscriptions = null, bool protectsReviews = false)
{
    /// <summary>Whether decisions of reviewers are kept from deletions, too.</summary>
    public bool ProtectsReviews => protectsReviews;

    /// <summary>Judges one resource.</summary>
    /// <param name="isSeen">Whether the client gets to see remarks.</param>
    /// <param name="resolve">Finds resources of the same transaction by reference.</param>
    /// <param name="isReview">Whether it is what a review came to.</param>
    /// <exception cref="FhirException"><c>exception</c>: the validator failed, so that nothing may be stored; <c>transient</c>: the database can't be reached.</exception>
    public async ValueTask<WriteVerdict> JudgeAsync(
        ResourceDocument document, bool isSeen, Func<string, ResourceDocument?>? resolve, CancellationToken cancellationToken, bool isReview = false)
    {
        if (protectsReviews && !isReview && ReviewRules.Check(document) is { Count: > 0 } kept) return new WriteVerdict(kept, []);
        if (subscriptions?.Check(document) is { Count: > 0 } faults) return new WriteVerdict(faults, []);
        var mode = policy.ModeOf(document);
        isSeen |= policy.AlwaysTells;
        if (mode == ValidationMode.Off || (mode == ValidationMode.Warn && !isSeen)) return WriteVerdict.Sound;
        var current = await validator(cancellationToken);
        var options = new ValidationOptions { MaxIssues = policy.MaxIssues, ResolveReference = resolve, CancellationToken = cancellationToken };
        try
        {
            return Judge(current, document, mode, isSeen, options);
        }
        catch (Exception fault) when (fault is not (FhirException or OperationCanceledException))
        {
            report($"The validator failed on {document.ResourceType}; it was not stored.", fault);
            throw new FhirException(new Issue(
                IssueSeverity.Fatal, IssueType.Exception, $"The {document.ResourceType} could not be validated, because something went wrong inside the server; nothing was stored.", document.ResourceType));
        }
    }

    /// <summary>As <see cref="JudgeAsync"/>, for a write that stands alone.</summary>
    /// <returns>The remarks.</returns>
    /// <exception cref="FhirException">The refusals; as above.</exception>
    public async ValueTask<IReadOnlyList<Issue>> CheckAsync(ResourceDocument document, bool isSeen, CancellationToken cancellationToken)
    {
        var verdict = await JudgeAsync(document, isSeen, null, cancellationToken);
        return verdict.Refusals.Count == 0 ? verdict.Remarks : throw Refusal(verdict.Refusals, verdict.Remarks);
    }

    /// <summary>The exception that refuses a write: 422, whatever the types of the issues.</summary>
    public static FhirException Refusal(IReadOnlyList<Issue> refusals, IReadOnlyList<Issue> remarks)
    {
        var issues = new List<Issue>();

        // An error of type not-found is about something in the body here, not about the place that was addressed.
        if (OutcomeStatus.Of(refusals) != 422)
            issues.Add(Issue.BusinessRule($"Nothing was stored: validation found {(refusals.Count == 1 ? "a fault" : $"{refusals.Count} faults")} that this server refuses (settings Fhir:Validation)."));
        issues.AddRange(refusals.Concat(remarks).OrderBy(issue => issue.Line).ThenBy(issue => issue.Column).ThenBy(issue => issue.Severity));
        return new FhirException(issues);
    }

    private static WriteVerdict Judge(Validator validator, ResourceDocument document, ValidationMode mode, bool isSeen, ValidationOptions options)
    {
        var required = mode == ValidationMode.Default ? validator.RequiredBindings(document, options) : [];
        if (!isSeen && mode == ValidationMode.Default) return required.Count == 0 ? WriteVerdict.Sound : new WriteVerdict(required, []);

        var (refusals, remarks) = (new List<Issue>(required), new List<Issue>());
        foreach (var issue in validator.Validate(document, options))
        {
            if (mode == ValidationMode.Reject && IsError(issue)) refusals.Add(issue);
            else if (mode == ValidationMode.Reject && issue.Type == IssueType.Incomplete)
                refusals.Add(issue with { Severity = IssueSeverity.Error, Type = IssueType.BusinessRule });
            else if (!required.Contains(issue)) remarks.Add(IsError(issue) ? issue with { Severity = IssueSeverity.Warning } : issue);
        }

        return new WriteVerdict(refusals, remarks);
    }

    private static bool IsError(Issue issue) => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal;
}
