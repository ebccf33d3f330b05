using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary><c>$export</c>: begins an export of the system, of a type, or of all that belongs to patients; <see cref="ExportJob"/> does it.</summary>
/// <remarks>https://hl7.org/fhir/uv/bulkdata/STU2/export.html. <c>Patient/$export</c> is that of the guide; at other types it exports the type, which the guide has no operation for.</remarks>
public sealed class ExportOperation(JobQueue jobs, CurrentSearchParameters searchParameters, SearchOptions options, BulkLimits limits) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$export",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/export",
        Levels = OperationLevels.System | OperationLevels.Type,
        AnswersLater = true,
        Parameters =
        [
            new("_outputFormat", "string"),
            new("_since", "instant"),
            new("_type", "string", 0, int.MaxValue),
            new("_typeFilter", "string", 0, int.MaxValue),
            new("_elements", "string", 0, int.MaxValue),
            new("patient", "Reference", 0, int.MaxValue),
            new("includeAssociatedData", "string", 0, int.MaxValue),
            new("organizeOutputBy", "string"),
            new("allowPartialManifests", "boolean"),
        ],
    };

    /// <returns>202 with the job.</returns>
    /// <exception cref="FhirException">All faults of the parameters together; <c>throttled</c>: as many exports as may are open.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var export = ExportArguments.Read(request);

        // Bound for its faults: the client learns of them at once, and not when the job has failed.
        export.Select(searchParameters.Registry, options);
        var job = new NewJob(JobQueue.NewId(), ExportJob.KindName, export.ToBytes());
        return await jobs.AddAsync(job, limits.MaxOpen, cancellationToken)
            ? FhirResponse.Accepted(job.Id)
            : throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{limits.MaxOpen:N0} exports are open already (setting Fhir:Bulk:MaxOpen); try again later.")));
    }
}
