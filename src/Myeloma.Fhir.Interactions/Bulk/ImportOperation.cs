using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary><c>$import</c>: begins an import of lines that are sent, or of files that are named; <see cref="ImportJob"/> does it.</summary>
/// <remarks>No operation of R4 or of the guide for bulk data; the parameters are those of the manifest of https://github.com/smart-on-fhir/bulk-import.</remarks>
public sealed class ImportOperation(ResourceStore store, JobQueue jobs, ImportSources sources, BulkLimits limits) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$import",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/import",
        Levels = OperationLevels.System,
        AffectsState = true,
        AnswersLater = true,
        Parameters = [new("inputFormat", "code"), new("inputSource", "uri"), new("input", null, 0, int.MaxValue), new("storageDetail", null), new("mode", "code")],
    };

    /// <summary>Begins an import of files that are named.</summary>
    /// <returns>202 with the job.</returns>
    /// <exception cref="FhirException">All faults of the inputs together; <c>throttled</c>: as many imports as may are open.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var context = request.Context;
        var inputs = ImportArguments.Read(request, limits.MaxInputs);
        List<Issue> issues = [];
        foreach (var (input, expression) in inputs)
            if (await sources.JudgeAsync(input.Url!, context.BaseUrl, expression, cancellationToken) is { } issue) issues.Add(issue);
        if (issues.Count > 0) throw new FhirException(issues);
        return await AddAsync(JobQueue.NewId(), [.. inputs.Select(each => each.Input)], context, cancellationToken);
    }

    /// <summary>Takes lines as they come in, and begins to import them when the last is here.</summary>
    /// <param name="resourceType">Of every line; null when they may differ.</param>
    /// <param name="lines">Decompressed.</param>
    /// <returns>202 with the job.</returns>
    /// <exception cref="FhirException"><c>too-long</c>: a line or all of it passes a limit; <c>structure</c>: there is no line; <c>throttled</c> as above. Nothing of it is kept then.</exception>
    public async Task<FhirResponse> HandleAsync(string? resourceType, Stream lines, InteractionContext context, CancellationToken cancellationToken)
    {
        var id = JobQueue.NewId();
        try
        {
            var (_, bytes) = await sources.TakeAsync(lines, ImportJob.InputOf(id, 0, new ImportInput(resourceType, null), context.RequestUrl ?? context.BaseUrl), cancellationToken);
            if (bytes == 0) throw new FhirException(Issue.Structure("The request has no body; a resource a line was expected."));
            return await AddAsync(id, [new ImportInput(resourceType, null)], context, cancellationToken);
        }
        catch
        {
            await store.BulkFiles.RemoveAsync(id, CancellationToken.None);
            throw;
        }
    }

    private async Task<FhirResponse> AddAsync(string id, IReadOnlyList<ImportInput> inputs, InteractionContext context, CancellationToken cancellationToken)
    {
        var request = new ImportRequest(context.RequestUrl ?? $"{context.BaseUrl}/{Definition.Name}", context.BaseUrl, inputs);
        return await jobs.AddAsync(new NewJob(id, ImportJob.KindName, request.ToBytes()), limits.MaxOpen, cancellationToken)
            ? FhirResponse.Accepted(id)
            : throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{limits.MaxOpen:N0} imports are open already (setting Fhir:Bulk:MaxOpen); try again later.")));
    }
}
