using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Bulk;
using Myeloma.Fhir.Store.Jobs;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary><c>CodeSystem/$import-release</c>: takes a terminology's release as its owner publishes it, sent as the body or in a Binary; <see cref="ReleaseImportJob"/> imports it.</summary>
/// <remarks>No operation of R4. What comes in is kept in the database until it is imported, so that any server may do it, or go on with it.</remarks>
public sealed class ImportReleaseOperation(ResourceStore store, JobQueue jobs, ReleaseLimits limits) : IOperation
{
    private const int PieceBytes = 1 << 20;

    /// <summary>What a release is sent as, each with the name it gets where none is told.</summary>
    public static readonly IReadOnlyDictionary<string, string> MediaTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["application/zip"] = "release.zip", ["application/x-zip-compressed"] = "release.zip", ["application/octet-stream"] = "release", ["text/csv"] = "release.csv", ["text/plain"] = "release.txt",
        ["text/tab-separated-values"] = "release.tsv", ["text/xml"] = "release.xml", ["application/ndjson"] = "release.ndjson", ["application/x-ndjson"] = "release.ndjson", ["application/fhir+ndjson"] = "release.ndjson",
    };

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$import-release",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/import-release",
        Levels = OperationLevels.Type,
        ResourceTypes = ["CodeSystem"],
        AffectsState = true,
        AnswersLater = true,
        Parameters =
        [
            new("binary", "uri", Min: 1), new("name", "string"), new("format", "code"), new("url", "uri"), new("version", "string"), new("edition", "string"), new("column", "string", Max: int.MaxValue),
        ],
    };

    /// <summary>Begins to import what a Binary holds.</summary>
    /// <returns>202 with the job.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: there is no such Binary, or nothing in it; <c>throttled</c>: as many imports as may are open; others as <see cref="ReleaseRequest.Of"/>.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var reference = request.GetText("binary", "for the Binary with the release (Binary/[id]); a release may also be sent as the body itself, with a content type like application/zip");
        var parts = reference.StartsWith(request.Context.BaseUrl + "/", StringComparison.Ordinal) ? reference[(request.Context.BaseUrl.Length + 1)..].Split('/') : reference.Split('/');
        if (parts is not ["Binary", { Length: > 0 } id]) throw new FhirException(Issue.Invalid($"The parameter 'binary' names a Binary of this server (Binary/[id]), not '{reference}'.", "Parameters.parameter"));
        var version = await store.FindAsync(new ResourceKey("Binary", id), cancellationToken);
        var binary = version is { IsDeleted: false } ? ResourceDocument.Parse(version.Body).Root : throw new FhirException(Issue.Invalid($"Binary/{id} is not known here.", "Parameters.parameter"));
        if (binary.TextOf("data") is not { Length: > 0 } data) throw new FhirException(Issue.Invalid($"Binary/{id} has no data to import.", "Parameters.parameter"));
        var arguments = request.All.Where(argument => argument.Name != "binary" && argument.Text is not null).Select(argument => KeyValuePair.Create(argument.Name, argument.Text!)).ToList();
        using var content = new MemoryStream(Convert.FromBase64String(data));
        return await HandleAsync(content, binary.TextOf("contentType"), arguments, cancellationToken);
    }

    /// <summary>Takes a release as it comes in, and begins to import it when all of it is here.</summary>
    /// <param name="content">Decompressed as the request says.</param>
    /// <param name="mediaType">Without parameters; null: not told.</param>
    /// <returns>202 with the job.</returns>
    /// <exception cref="FhirException"><c>too-long</c>: larger than the limit; <c>structure</c>: empty; <c>throttled</c>, and others as above. Nothing of it is kept then.</exception>
    public async Task<FhirResponse> HandleAsync(Stream content, string? mediaType, IReadOnlyList<KeyValuePair<string, string>> arguments, CancellationToken cancellationToken)
    {
        var request = ReleaseRequest.Of(arguments, mediaType is not null && MediaTypes.TryGetValue(mediaType, out var name) ? name : "release");
        var file = new BulkFile(JobQueue.NewId(), request.Name, 0, BulkRole.Input);
        try
        {
            request = await TakeAsync(content, file, request, cancellationToken);
            return await jobs.AddAsync(new NewJob(file.Owner, ReleaseImportJob.KindName, request.ToBytes()), limits.MaxOpen, cancellationToken)
                ? FhirResponse.Accepted(file.Owner)
                : throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Throttled, FormattableString.Invariant($"{limits.MaxOpen:N0} imports of releases are open already (setting Fhir:Terminology:MaxOpenReleases); try again later.")));
        }
        catch
        {
            await store.BulkFiles.RemoveAsync(file.Owner, CancellationToken.None);
            throw;
        }
    }

    /// <returns>The request, its name that of a zip when the content is one.</returns>
    private async Task<ReleaseRequest> TakeAsync(Stream content, BulkFile file, ReleaseRequest request, CancellationToken cancellationToken)
    {
        await store.BulkFiles.AddAsync(file, cancellationToken);
        var (total, piece, isZip) = (0L, new byte[PieceBytes], false);
        while (await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
        {
            if (total == 0) isZip = piece.AsSpan(0, length).StartsWith("PK\x03\x04"u8);
            if ((total += length) > limits.MaxBytes)
                throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The release is larger than {limits.MaxBytes >> 20:N0} megabytes, the limit of this server (setting Fhir:Terminology:MaxReleaseMegabytes).")));
            if (!await store.BulkFiles.AppendAsync(file.Owner, file.Name, piece.AsMemory(0, length), 1, cancellationToken)) throw new FhirException(Issue.Conflict("The release was taken away while it was received."));
        }

        if (total == 0) throw new FhirException(Issue.Structure("There is no release: the body is empty."));
        return isZip && !request.Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? request with { Name = request.Name + ".zip" } : request;
    }
}
