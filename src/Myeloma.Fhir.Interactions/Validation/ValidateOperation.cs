using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Regimens;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search.Requests;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Validation;

/// <summary>
/// <c>$validate</c>: what is wrong with a resource, given or stored, and whether this server would take it, or take it away. Nothing is changed.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/resource-operation-validate.html</remarks>
public sealed class ValidateOperation(ResourceStore store, CurrentDefinitions definitions, ValidationPolicy policy, RegimenLinting linting) : IOperation
{
    private static readonly string[] Modes = ["create", "update", "delete", "profile"];

    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$validate",
        Url = "http://hl7.org/fhir/OperationDefinition/Resource-validate",
        Levels = OperationLevels.System | OperationLevels.Type | OperationLevels.Instance,
        AnswersBodyFaults = true,
        Parameters = [new("resource", "Resource"), new("mode", "code"), new("profile", "canonical", Max: int.MaxValue)],
    };

    /// <returns>
    /// 200 with an OperationOutcome: sorted by position, at most <see cref="ValidationPolicy.MaxIssues"/>; expressions start at the resource's own type, lines are those of the body.
    /// A resource that can't be read at all is answered so, too. "All OK." when there is nothing to say.
    /// </returns>
    /// <exception cref="FhirException">
    /// What is asked can't be told: <c>required</c> nothing to validate, or no profile where the mode needs one; <c>value</c> an unknown mode;
    /// <c>not-found</c>, <c>deleted</c> the stored resource; <c>invalid</c> a mode at a place where it has no meaning.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var mode = request.Text("mode");
        if (mode is not null && !Modes.Contains(mode)) throw new FhirException(Issue.Value($"The mode of $validate is create, update, delete or profile, not '{mode}'{Suggestion.For(mode, Modes)}"));
        if (mode == "create" && request.Id is not null)
            throw new FhirException(Issue.Invalid($"Mode create asks about a new resource, and {request.Type}/{request.Id} names one; ask at [base]/{request.Type}/$validate."));
        if (mode == "profile" && request.Texts("profile").Count == 0) throw new FhirException(Issue.Required("Mode profile needs the parameter 'profile', the canonical of the profile to conform to."));
        if (mode == "delete") return Outcome(await DeletionAsync(request, cancellationToken));
        if (request.BodyFaults.Count > 0) return Outcome(request.BodyFaults);

        return Outcome(request.TryResource("resource", out var given)
            ? given.InBody(await JudgeAsync(given.Document, request, mode, cancellationToken))
            : await StoredAsync(request, mode, cancellationToken));
    }

    private async Task<IReadOnlyList<Issue>> StoredAsync(OperationRequest request, string? mode, CancellationToken cancellationToken)
    {
        if (request.Id is null)
        {
            throw new FhirException(Issue.Required(
                $"There is nothing to validate: send a resource as the body, or as the parameter 'resource' of Parameters, or name a stored one: [base]/{request.Type ?? "[type]"}/[id]/$validate."));
        }

        var key = new ResourceKey(request.Type!, request.Id);
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        if (current.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."));
        var issues = await JudgeAsync(ResourceDocument.Parse(current.Body, limits: Unlimited), request, mode, cancellationToken);

        // Where there is a body, it is Parameters, and its lines are not those of the resource.
        return request.Body is null ? issues : [.. issues.Select(issue => issue with { Line = 0, Column = 0 })];
    }

    private async Task<IReadOnlyList<Issue>> JudgeAsync(ResourceDocument document, OperationRequest request, string? mode, CancellationToken cancellationToken)
    {
        var issues = new List<Issue>();
        if (request.Type is { } type && document.ResourceType != type)
            issues.Add(At(document, Issue.Structure($"The type here is {document.ResourceType}, the URL names {type}.", document.ResourceType) with { MessageId = "type-differs" }));
        if (mode is "create" or "update" && document.ResourceType == "SearchParameter") issues.AddRange(ResourceIntake.Errors(document));
        if (mode == "create" && document.Id is { } passedOver)
            issues.Add(Issue.Information($"The id '{passedOver}' would be passed over: a create gives a new one.", $"{document.ResourceType}.id"));
        if (mode == "update") await UpdateAsync(document, request, issues, cancellationToken);

        var validator = await definitions.FollowAsync(cancellationToken);
        var targets = await ReferenceTargets.FindAsync(document, request.Context.BaseUrl, policy.MaxReferences, store, cancellationToken);
        issues.AddRange(validator.Validate(document, new ValidationOptions
        {
            Profiles = request.Texts("profile"),
            MaxIssues = policy.MaxIssues,
            ResolveReference = targets.Resolve,
            CancellationToken = cancellationToken,
        }));
        issues.AddRange(targets.Missing());

        // A plan that is no valid resource has other troubles first.
        if (document.ResourceType == "PlanDefinition" && issues.TrueForAll(issue => issue.Severity is IssueSeverity.Warning or IssueSeverity.Information))
            issues.AddRange((await LintAsync(document, cancellationToken)).Take(Math.Max(0, policy.MaxIssues - issues.Count)));
        return issues;
    }

    private async Task<IReadOnlyList<Issue>> LintAsync(ResourceDocument document, CancellationToken cancellationToken)
    {
        try
        {
            return await linting.OfAsync(document, cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.TooCostly))
        {
            return [Issue.Information($"The rules of regimens were not looked at: {fault.Issues[0].Diagnostics}")];
        }
    }

    /// <summary>Whether the resource could take the place of the one it names. https://hl7.org/fhir/R4/http.html#update</summary>
    private async Task UpdateAsync(ResourceDocument document, OperationRequest request, List<Issue> issues, CancellationToken cancellationToken)
    {
        var (expression, own) = ($"{document.ResourceType}.id", document.Id);
        if (own is null)
        {
            issues.Add(At(document, Issue.Required($"An update carries the id in the body{(request.Id is null ? "." : $": '{request.Id}' was expected.")}", expression) with { MessageId = "id-missing" }));
            return;
        }

        if (request.Id is { } id && own != id)
        {
            issues.Add(At(document, Issue.Invalid($"The body has the id '{own}', the URL '{id}'; they have to be the same.", expression) with { MessageId = "id-differs" }));
            return;
        }

        var key = new ResourceKey(document.ResourceType, own);
        var current = await store.FindAsync(key, cancellationToken);
        if (current is null) issues.Add(Issue.Information($"{key} is not known here; an update would create it.", expression));
        else if (current.IsDeleted) issues.Add(Issue.Information($"{key} was deleted; an update would bring it back.", expression));
        else if (document.Root.Child("meta")?.Child("versionId") is { } version && version.Text != FormattableString.Invariant($"{current.VersionId}"))
        {
            var (line, column) = document.PositionOf(version);
            issues.Add(new Issue(
                IssueSeverity.Warning, IssueType.Conflict, $"This is version {version.Text} of {key}, the current one is {current.VersionId}: an update would be taken, but with If-Match it would be refused.",
                document.ExpressionOf(version), line, column, "version-differs"));
        }
    }

    /// <summary>No reference stands in the way of a deletion here, and what is not there is deleted already. https://hl7.org/fhir/R4/http.html#delete</summary>
    private async Task<IReadOnlyList<Issue>> DeletionAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        ResourceDocument? given = request.TryResource("resource", out var resource) ? resource.Document : null;
        var (type, id) = (request.Type ?? given?.ResourceType, request.Id ?? given?.Id);
        if (type is null || id is null) throw new FhirException(Issue.Required("Mode delete asks about a stored resource: name it as [base]/[type]/[id]/$validate."));
        var key = new ResourceKey(type, id);
        var current = await store.FindAsync(key, cancellationToken);
        return current is { IsDeleted: false }
            ? [Issue.Information($"{key} may be deleted. References to it would stay and lead nowhere.")]
            : [Issue.Information($"{key} {(current is null ? "is not known here" : "was deleted already")}; a delete would be answered as done and change nothing.")];
    }

    private static Issue At(ResourceDocument document, Issue issue)
    {
        var place = issue.Expression == $"{document.ResourceType}.id" ? document.Root.Child("id") ?? document.Root : document.Root;
        var (line, column) = document.PositionOf(place);
        return issue with { Line = line, Column = column };
    }

    private FhirResponse Outcome(IReadOnlyList<Issue> issues)
    {
        // The validator has its own remark when it finds more than it may tell; it stays the last.
        var sorted = issues.Distinct().OrderBy(issue => issue.MessageId == "too-many-issues").ThenBy(issue => issue.Line).ThenBy(issue => issue.Column).ThenBy(issue => issue.Severity).ToList();
        if (sorted.Count > policy.MaxIssues)
        {
            sorted.RemoveRange(policy.MaxIssues - 1, sorted.Count - policy.MaxIssues + 1);
            sorted.Add(Issue.TooCostly($"More than {policy.MaxIssues - 1} issues were found; the others are left out (setting Fhir:Validation:MaxIssues).") with { MessageId = "too-many-issues" });
        }

        return FhirResponse.Ok(new OutcomeContent(sorted));
    }
}
