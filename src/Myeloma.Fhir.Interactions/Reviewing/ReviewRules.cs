using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>What writes other than a review's may not do: make decisions, take them away, or make active what the loader made.</summary>
/// <remarks>src/decisions/review.md has the reasons. The loader itself is held to them, too: it writes drafts.</remarks>
internal static partial class ReviewRules
{
    internal const string TagSystem = "http://myeloma-fhir.org/fhir/CodeSystem/resource-origin";
    internal const string LoaderTag = "loader";
    internal const string ReviewTag = "review";

    /// <summary>What the loader made becomes active by a review only.</summary>
    internal const string ReleaseByReview = "release-by-review";

    /// <summary>
    /// The types that the loader makes drafts of. Its terminologies only name what documents name, and are active from the start; a Medication has no draft in R4.
    /// </summary>
    internal static readonly string[] Releasable = ["ActivityDefinition", "Evidence", "EvidenceVariable", "Library", "PlanDefinition"];

    /// <summary>The reference of the Provenance that holds the decision about a statement.</summary>
    public static string ProvenanceOf(string statement) => $"Provenance/review-{statement}";

    /// <summary>Whether a resource bears a tag of its origin.</summary>
    public static bool HasTag(ResourceDocument document, string code)
    {
        if (document.Root.Child("meta") is not { } meta) return false;
        foreach (var tag in meta.Children("tag"))
            if (tag.TextOf("system") == TagSystem && tag.TextOf("code") == code) return true;
        return false;
    }

    /// <returns>Why a client may not store the resource, 422 each; empty for what anybody may.</returns>
    public static IReadOnlyList<Issue> Check(ResourceDocument document)
    {
        if (document.ResourceType == "Provenance")
            return HasTag(document, ReviewTag) || (document.Id is { } id && DecisionId().IsMatch(id))
                ? [Issue.BusinessRule("A decision about a statement is made by $review-decide, which knows who makes it (setting Fhir:Review:Protect).", "Provenance")]
                : [];
        return document.Root.TextOf("status") == "active" && Releasable.Contains(document.ResourceType) && HasTag(document, LoaderTag)
            ? [new Issue(IssueSeverity.Error, IssueType.BusinessRule, $"{Name(document)} was made by the loader and becomes active by its review only: GET $review-queue?resource={Name(document)} lists the statements that are open, $review-decide decides about them, and POST {Name(document)}/$review-release makes it active when none is open (setting Fhir:Review:Protect).", $"{document.ResourceType}.status", MessageId: ReleaseByReview)]
            : [];
    }

    /// <summary>Refuses operations that take decisions away.</summary>
    /// <exception cref="FhirException"><c>business-rule</c>: one issue an operation.</exception>
    public static void RefuseDeletions(IEnumerable<WriteOperation> operations)
    {
        List<Issue> issues = [.. operations.Where(operation => operation is WriteOperation.Delete && operation.Key.Type == "Provenance" && DecisionId().IsMatch(operation.Key.Id))
            .Select(operation => Issue.BusinessRule($"{operation.Key} is the decision of a reviewer and stays; decide anew by $review-decide (setting Fhir:Review:Protect)."))];
        if (issues.Count > 0) throw new FhirException(issues);
    }

    private static string Name(ResourceDocument document) => $"{document.ResourceType}/{document.Id}";

    [GeneratedRegex("^review-[0-9a-f]{32}$")]
    private static partial Regex DecisionId();
}
