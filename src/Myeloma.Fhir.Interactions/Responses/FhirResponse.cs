using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>The answer of an interaction, without HTTP: the server's edge turns it into a response, a batch into an entry.</summary>
/// <param name="Status">Status code as the specification names it for the interaction. https://hl7.org/fhir/R4/http.html#summary</param>
/// <param name="Content">Null when nothing is carried.</param>
/// <param name="VersionId">The version the answer is about: its ETag; 0 when it is about none.</param>
/// <param name="LastUpdated">When that version came to be; null when the answer is about none.</param>
/// <param name="Location">Relative to the base URL: <c>Patient/1/_history/2</c>; null unless a version was written.</param>
public sealed record FhirResponse(int Status, ResponseContent? Content, int VersionId = 0, DateTimeOffset? LastUpdated = null, string? Location = null)
{
    /// <summary>What validation has to say of a resource that was stored; no errors. Shown in the OperationOutcome of a write, and in the entry of a bundle.</summary>
    public IReadOnlyList<Issue> Remarks { get; init; } = [];

    /// <summary>Id of the job that works on what was asked, for an answer that comes later; else null.</summary>
    public string? Job { get; init; }

    /// <summary>The resource that <see cref="VersionId"/> is a version of; null when the answer is about none.</summary>
    public ResourceKey? Key { get; init; }

    /// <summary>The version as an entity tag, made once for each answer.</summary>
    public string ETag => eTag ??= Requests.EntityTag.Of(VersionId);

    /// <summary>The instant of the version as HTTP writes it, made once for each answer; null when the answer is about none.</summary>
    public string? LastModified => lastModified ??= LastUpdated?.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where the version is found, below the base URL: <c>/Patient/1/_history/2</c>; null unless the answer carries that version.</summary>
    public string? ContentPath => contentPath ??= Key is { } key && Content is ResourceContent
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/{key.Type}/{key.Id}/_history/{VersionId}")
        : null;

    private string? eTag, lastModified, contentPath;

    /// <summary>200 with a stored version.</summary>
    public static FhirResponse Ok(ResourceVersion version) =>
        new(200, new ResourceContent(version.Key.Type, version.Body), version.VersionId, version.LastUpdated) { Key = version.Key };

    /// <summary>200 with a resource that has no version: a Bundle, a CapabilityStatement.</summary>
    public static FhirResponse Ok(ResponseContent content) => new(200, content);

    /// <summary>202: a job works on it, whose URL tells how far it is, and in the end the answer. https://hl7.org/fhir/R4/async.html</summary>
    public static FhirResponse Accepted(string job) => new(202, null) { Job = job };

    /// <summary>The answer to a write: 201 with Location for a new id, 200 for a new version or none, 204 without content for a deletion.</summary>
    public static FhirResponse Written(WriteResult result)
    {
        var version = result.Version;
        return result.Outcome switch
        {
            WriteOutcome.Created => new(201, ContentOf(version), version.VersionId, version.LastUpdated, LocationOf(version)) { Key = version.Key },
            WriteOutcome.Deleted => new(204, null, version.VersionId, version.LastUpdated),
            _ when version.IsDeleted => new(204, null, version.VersionId, version.LastUpdated),
            _ => new(200, ContentOf(version), version.VersionId, version.LastUpdated, LocationOf(version)) { Key = version.Key },
        };
    }

    /// <summary>An OperationOutcome with the status that its issues ask for.</summary>
    public static FhirResponse Fault(IReadOnlyList<Issue> issues, bool preconditionGiven = false) =>
        new(OutcomeStatus.Of(issues, preconditionGiven), new OutcomeContent(issues));

    /// <summary>The same answer with what the caller asked to get back from a write.</summary>
    public FhirResponse With(ReturnPreference preference) => preference switch
    {
        ReturnPreference.Minimal => this with { Content = null },
        ReturnPreference.OperationOutcome => this with
        {
            Status = Status == 204 ? 200 : Status,
            Content = new OutcomeContent([Issue.Information(Status switch
            {
                201 => $"Created {Location}.",
                204 => "Deleted.",
                _ => $"{Location} is the current version.",
            }), .. Remarks]),
            Remarks = [],
        },
        _ => this,
    };

    /// <summary>The same answer with a part of its resource; null leaves the whole.</summary>
    public FhirResponse Viewed(ResourceView? view) => view is not null && Content is ResourceContent { ResourceType: var type, Json: var json }
        ? this with { Content = new ResourceContent(type, view.Apply(json).ToArray()) }
        : this;

    /// <summary>The same answer with every issue in it changed: those of an OperationOutcome, and of the entries of a transaction or batch.</summary>
    public FhirResponse WithIssues(Func<IReadOnlyList<Issue>, IReadOnlyList<Issue>> change) => Content switch
    {
        OutcomeContent outcome => this with { Content = new OutcomeContent(change(outcome.Issues)) },
        ResponseBundleContent bundle => this with { Content = bundle.WithIssues(change) },
        _ => Remarks.Count == 0 ? this : this with { Remarks = change(Remarks) },
    };

    private static ResourceContent ContentOf(ResourceVersion version) => new(version.Key.Type, version.Body);

    private static string LocationOf(ResourceVersion version) => $"{version.Key.Type}/{version.Key.Id}/_history/{version.VersionId}";
}

/// <summary>What a write gives back. https://hl7.org/fhir/R4/http.html#ops</summary>
public enum ReturnPreference
{
    Representation,
    Minimal,
    OperationOutcome,
}
