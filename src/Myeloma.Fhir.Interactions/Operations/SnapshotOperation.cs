using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$snapshot</c>: a StructureDefinition with the snapshot of its differential; bases are found in the database and among those of R4. Nothing is stored.</summary>
/// <remarks>https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html</remarks>
/// <param name="maxElements">As <see cref="SnapshotGeneration.Generate"/> has it.</param>
public sealed class SnapshotOperation(ResourceStore store, CurrentDefinitions definitions, int maxElements) : IOperation
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$snapshot",
        Url = "http://hl7.org/fhir/OperationDefinition/StructureDefinition-snapshot",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["StructureDefinition"],
        Parameters = [new("definition", "StructureDefinition"), new("url", "string")],
    };

    /// <returns>200 with the StructureDefinition; a profile of R4 that is named by its url has no descriptive words.</returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: no definition at all; <c>invalid</c>: more than one; <c>not-found</c>, <c>deleted</c>: the one that is named; what <see cref="SnapshotGeneration.Generate"/>
    /// finds in the differential, and the structural faults of a definition that is sent.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var current = await definitions.FollowDefinitionsAsync(cancellationToken);
        return FhirResponse.Ok(new ResourceContent("StructureDefinition", await GenerateAsync(request, current, cancellationToken)));
    }

    private async Task<byte[]> GenerateAsync(OperationRequest request, Func<string, ResourceDocument?> current, CancellationToken cancellationToken)
    {
        var isSent = request.TryResource("definition", out var sent);
        var url = request.Text("url");
        if ((isSent ? 1 : 0) + (url is null ? 0 : 1) + (request.Id is null ? 0 : 1) > 1)
            throw new FhirException(Issue.Invalid("There is more than one definition to make a snapshot of; name one by its id, by 'url', or send one as 'definition'."));

        if (isSent)
        {
            var errors = ResourceIntake.Errors(sent!.Document);
            if (errors.Count > 0) throw new FhirException(sent.InBody(errors));
            return SnapshotGeneration.Generate(sent.Document, current, maxElements);
        }

        var definition = request.Id is { } id ? await StoredAsync(new ResourceKey(request.Type!, id), cancellationToken)
            : url is not null ? Named(url, current)
            : throw new FhirException(Issue.Required("There is no definition to make a snapshot of: send one as the body or as 'definition', or name one by 'url' or by its id."));
        return SnapshotGeneration.Generate(definition, current, maxElements);
    }

    private async Task<ResourceDocument> StoredAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        return current.IsDeleted ? throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."))
            : ResourceDocument.Parse(current.Body, limits: Unlimited);
    }

    private static ResourceDocument Named(string url, Func<string, ResourceDocument?> current) =>
        current(url) ?? SnapshotGeneration.FindPublished(url)
            ?? throw new FhirException(Issue.NotFound($"No StructureDefinition with the url {url} is known here; base definitions of types have no differential to make a snapshot of."));
}
