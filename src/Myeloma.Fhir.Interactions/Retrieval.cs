using Myeloma.Fhir.Interactions.Bundles;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>The reading interactions behind one door, for the GET entries of bundles: read, vread, history, search, capabilities, and operations.</summary>
public sealed class Retrieval(
    ReadInteraction read, VReadInteraction vread, HistoryInteraction history, SearchInteraction search, MetadataRetrieval metadata, OperationTable operations)
{
    /// <exception cref="FhirException">As the interaction that is addressed.</exception>
    internal async Task<FhirResponse> HandleAsync(BundleEntry entry, InteractionContext context, CancellationToken cancellationToken)
    {
        var target = entry.Target;
        var parameters = QueryText.Parse(entry.Query);
        parameters.RemoveAll(parameter => parameter.Key is "_format" or "_pretty");
        var answer = target.Kind switch
        {
            TargetKind.Instance => (await read.HandleAsync(new ResourceKey(target.Type!, target.Id!), cancellationToken)).Viewed(ResourceView.Parse(parameters, context.IsStrict)),
            TargetKind.Version => (await vread.HandleAsync(new ResourceKey(target.Type!, target.Id!), target.VersionId, cancellationToken)).Viewed(ResourceView.Parse(parameters, context.IsStrict)),
            TargetKind.InstanceHistory or TargetKind.TypeHistory or TargetKind.SystemHistory =>
                await history.HandleAsync(target.Type, target.Id, parameters, context, cancellationToken),
            TargetKind.System or TargetKind.Type => await search.HandleAsync(target.Type, parameters, context, cancellationToken),
            TargetKind.SystemOperation or TargetKind.TypeOperation or TargetKind.InstanceOperation =>
                await InvokeAsync(entry, parameters, context, cancellationToken),
            TargetKind.Metadata => await metadata.HandleAsync(parameters, context, cancellationToken),
            _ => throw new FhirException(Issue.NotSupported("GET is not offered there.", $"{entry.Expression}.request.url")),
        };

        var unchanged = entry.IfNoneMatch is { } tags && answer.VersionId > 0 && EntityTag.Matches(tags, answer.VersionId);
        if (unchanged) return answer with { Status = 304, Content = null };
        return entry.Method == "HEAD" ? answer with { Content = null } : answer;
    }

    private async Task<FhirResponse> InvokeAsync(
        BundleEntry entry, IReadOnlyList<KeyValuePair<string, string>> parameters, InteractionContext context, CancellationToken cancellationToken)
    {
        var operation = entry.Method == "POST" ? operations.Get(entry.Target) : operations.GetForReading(entry.Target);
        return await operation.HandleAsync(new OperationRequest(operation.Definition, entry.Target, parameters, entry.Resource, context), cancellationToken);
    }
}
