using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>Who reviews; section <c>Fhir:Review</c> of the configuration.</summary>
/// <param name="HasReviewers">Whether anybody is configured.</param>
/// <param name="Protect">Whether decisions and the status of what the loader made are kept from other writes.</param>
/// <param name="MaxDecisions">Statements that one request may decide about.</param>
public sealed record ReviewSettings(bool HasReviewers, bool Protect = true, int MaxDecisions = 500)
{
    public static ReviewSettings Default { get; } = new(false);

    /// <summary>The reviewer of a request.</summary>
    /// <exception cref="FhirException"><c>forbidden</c> (403): nobody is configured; <c>login</c> (401): the request carries no token of a reviewer.</exception>
    public Reviewer Get(InteractionContext context)
    {
        if (!HasReviewers)
            throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Forbidden, "Nobody reviews on this server: no reviewer is configured. Name one, with the SHA-256 of a token, in the setting Fhir:Review:Reviewers."));
        return context.Reviewer
            ?? throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Login, "Reviews need to know who makes them: send the token of a reviewer as 'Authorization: Bearer …'."));
    }
}
