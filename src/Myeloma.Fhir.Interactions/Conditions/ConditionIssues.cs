using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Conditions;

/// <summary>What stands against a conditional interaction, in words; one place for single requests and bundles.</summary>
internal static class ConditionIssues
{
    public static Issue SeveralMatch(string resourceType, string what, string? expression = null) =>
        Issue.MultipleMatches($"More than one {resourceType} matches the criteria of the {what}; it has to be one at most.", expression);

    public static Issue TooManyMatch(string resourceType, int most, string? expression = null) => Issue.MultipleMatches(
        most == 1
            ? $"More than one {resourceType} matches the criteria of the conditional delete, and this server deletes one at most; nothing was deleted (setting Fhir:MaxConditionalDeletes)."
            : FormattableString.Invariant($"More than {most:N0} resources of type {resourceType} match the criteria of the conditional delete; nothing was deleted (setting Fhir:MaxConditionalDeletes)."),
        expression);

    public static Issue NoneToMatch(string resourceType, int version, string? expression = null) =>
        Issue.Conflict($"A {resourceType} is expected to be at version {version}, but none matches the criteria.", expression) with { MessageId = OutcomeStatus.VersionConflict };

    public static Issue OtherId(string resourceType, string own, string matched, string? expression = null) => Issue.Invalid(
        $"The body has the id '{own}', but the criteria select {resourceType}/{matched}; leave the id out, or send that one.", expression ?? $"{resourceType}.id");

    /// <summary>Something matches although <c>If-None-Match: *</c> asks that nothing does: 412.</summary>
    public static Issue MustNotMatch(ResourceKey found, string? expression = null) =>
        Issue.Conflict($"{found} matches the criteria, and If-None-Match asks that nothing does.", expression) with { MessageId = OutcomeStatus.PreconditionFailed };
}
