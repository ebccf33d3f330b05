using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Puts the expansion into the value sets of a package, for targets that can't compute it.</summary>
internal sealed class ExpandedValueSets(CurrentDefinitions definitions, TerminologyLimits limits, TimeProvider time)
{
    private readonly ValueSetExpand expand = new(limits, time);

    /// <summary>The resources as they are, value sets with their expansion.</summary>
    /// <param name="issues">Takes a warning for each value set that can't be expanded; it stays as it is.</param>
    public async Task<IReadOnlyList<(ResourceDocument Document, ReadOnlyMemory<byte> Json)>> ExpandAsync(IReadOnlyList<ResourceDocument> documents, List<Issue> issues, CancellationToken cancellationToken)
    {
        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        return [.. documents.Select(document => (document, document.ResourceType == "ValueSet" && document.Root.Child("expansion") is null ? Expanded(document, catalog, issues) : document.Bytes))];
    }

    private ReadOnlyMemory<byte> Expanded(ResourceDocument valueSet, TerminologyCatalog catalog, List<Issue> issues)
    {
        try
        {
            var arguments = new TerminologyArguments([new TerminologyArgument("valueSet", null, null, valueSet.Root)], null);
            var json = (JsonObject)JsonNode.Parse(valueSet.Bytes.Span)!;
            json["expansion"] = JsonNode.Parse(expand.Answer(catalog, arguments))!["expansion"]!.DeepClone();
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        }
        catch (FhirException fault)
        {
            issues.Add(new Issue(
                IssueSeverity.Warning, IssueType.Processing, $"{TracedArtifacts.NameOf(valueSet)} could not be expanded, and is in the package without its expansion: {fault.Issues[0].Diagnostics}",
                "ValueSet", MessageId: ArtifactMessage.NotExpanded));
            return valueSet.Bytes;
        }
    }
}
