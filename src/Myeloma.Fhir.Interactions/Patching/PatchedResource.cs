using System.Globalization;
using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Patching;

/// <summary>Finds the resource a patch is for and makes its new content; nothing is stored here.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#patch</remarks>
public sealed class PatchedResource(ResourceStore store, ResourceIntake intake, CriteriaBinding criteria, PatchLimits limits)
{
    /// <summary><see cref="Issue.MessageId"/> of a patch whose resource others change faster than it can be done.</summary>
    public const string Overtaken = "patch-overtaken";

    /// <summary>How often a patch that names no version is done anew when somebody else was faster.</summary>
    public const int MaxRepeats = 5;

    /// <summary>The one resource that criteria select.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: none; <c>multiple-matches</c> (412): several; <c>invalid</c>: no criteria, or ones that are not known.</exception>
    public async Task<ResourceKey> FindAsync(
        string resourceType, IReadOnlyList<KeyValuePair<string, string>> query, InteractionContext context, CancellationToken cancellationToken)
    {
        var page = await store.SearchAsync(criteria.Bind(resourceType, query, "conditional patch", 2, context.BaseUrl).Search with { Total = TotalMode.None }, cancellationToken);
        return page.Matches.Count switch
        {
            1 => page.Matches[0].Key,
            0 => throw new FhirException(Issue.NotFound($"No {resourceType} matches the criteria of the conditional patch.")),
            _ => throw new FhirException(ConditionIssues.SeveralMatch(resourceType, "conditional patch")),
        };
    }

    /// <summary>Patches the current version.</summary>
    /// <param name="ifMatch">The version that has to be the current one; null when any will do.</param>
    /// <returns>The new content with the id it had, and the version it was made of.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>, <c>deleted</c>; <c>conflict</c> when another version is current; what makes the patch impossible; <c>business-rule</c> when it changes type, id or version;
    /// all faults of the result against the schema together, as for an update, without lines, since nobody has seen that text.
    /// </exception>
    public async Task<(ResourceDocument Document, int Version)> MakeAsync(ResourceKey key, PatchDocument patch, int? ifMatch, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        if (current.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."));
        if (ifMatch is { } expected && expected != current.VersionId)
        {
            throw new FhirException(Issue.Conflict($"{key} is expected to be at version {expected}, but the current version is {current.VersionId}.") with
            {
                MessageId = OutcomeStatus.VersionConflict,
            });
        }

        var before = ResourceDocument.Parse(current.Body, limits: limits.Parse);
        var made = patch.ApplyTo(before, limits);
        return (Checked(made, key, current.VersionId), current.VersionId);
    }

    private ResourceDocument Checked(ReadOnlyMemory<byte> made, ResourceKey key, int version)
    {
        ResourceDocument document;
        try
        {
            document = intake.Parse(made);
            RefuseIdentity(document, key, version);
            return intake.Read(made, key.Type);
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue => issue with { Line = 0, Column = 0 })]);
        }
    }

    /// <summary>A patch changes what a resource says, not which resource it is, nor which version comes next.</summary>
    private static void RefuseIdentity(ResourceDocument document, ResourceKey key, int version)
    {
        var issues = new List<Issue>();
        if (document.ResourceType != key.Type)
            issues.Add(Issue.BusinessRule($"A patch can't make {document.ResourceType} of {key.Type}.", key.Type));
        if (document.Id != key.Id)
            issues.Add(Issue.BusinessRule($"A patch can't change the id '{key.Id}'{(document.Id is { } id ? $" to '{id}'" : "")}.", $"{key.Type}.id"));
        if (document.Root.Child("meta")?.TextOf("versionId") is { } text && text != version.ToString(CultureInfo.InvariantCulture))
            issues.Add(Issue.BusinessRule($"A patch can't change meta.versionId, which the server gives; it is '{version}'.", $"{key.Type}.meta.versionId"));
        if (issues.Count > 0) throw new FhirException(issues);
    }
}
