using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$resolve</c>: the resource that a canonical means here.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-resolve.html</remarks>
internal sealed class ResolveOperation(ArtifactSelection selection, CurrentDefinitions definitions) : IOperation
{
    private static readonly string[] Duplicates = ["error", "most-recent", "all"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$resolve",
        Url = ArtifactOperations.UrlOf("resolve"),
        Levels = OperationLevels.System | OperationLevels.Type,
        ResourceTypes = ArtifactOperations.Types,
        Parameters =
        [
            new("canonical", "canonical", Min: 1), new("resourceType", "code"), new("sourceCanonical", "canonical"), new("sourceReference", "string"), new("duplicateBehavior", "code"),
            new("manifest", "canonical"), new("manifestParameters", "Parameters"), .. ArtifactVersions.OfManifest.Keys.Select(name => new OperationParameter(name, "canonical", Max: int.MaxValue)),
        ],
    };

    /// <returns>200 with the resource; with <c>duplicateBehavior=all</c> Parameters, each version a <c>return</c>, the latest first.</returns>
    /// <exception cref="FhirException">
    /// <c>not-found</c>: nothing here has that url, or that version of it; <c>multiple-matches</c>: several versions, none of them named, and they are to be told apart (duplicateBehavior=error);
    /// <c>business-rule</c>: another version than the one to be checked; <c>invalid</c>: words of no meaning.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var behavior = request.Text("duplicateBehavior");
        if (behavior is not null && !Duplicates.Contains(behavior))
            throw new FhirException(Issue.Invalid($"The parameter 'duplicateBehavior' is one of {string.Join(", ", Duplicates)}, not '{behavior}'."));
        if (request.Arguments("manifest").Any() && request.Arguments("manifestParameters").Any())
            throw new FhirException(Issue.Invalid("The parameters 'manifest' and 'manifestParameters' exclude each other; give one of them."));
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var bindings = ArtifactVersions.Read(request, versions);
        var parts = request.Text("canonical")!.Split('#')[0].Split('|', 2);
        var named = new Dependency(DependencyKind.Canonical, parts[0], parts.Length > 1 ? parts[1] : null, default);
        if (bindings.Checked(named) is { } asked)
            throw new FhirException(Issue.BusinessRule($"{named.Canonical} names another version than the one to be checked, which is {asked}."));
        var version = bindings.Of(named);
        var type = request.Type ?? request.Text("resourceType");
        var known = await KnownAsync(type, parts[0], versions, cancellationToken);
        List<ResourceDocument> found = [.. known.Where(document => (type is null || document.ResourceType == type) && (version is null || ArtifactMetadata.Version(document.Root)?.Text == version))];
        if (found.Count == 0)
            throw new FhirException(Issue.NotFound($"{(type is null ? "Nothing" : $"No {type}")} with the url {parts[0]}{(version is null ? "" : $" and the version {version}")} is known here."));

        // An unversioned canonical means the latest version; only whoever asks for it is told that there are others.
        if (behavior == "all" && found.Count > 1) return FhirResponse.Ok(new ReturnedResources(found));
        if (behavior == "error" && found.Count > 1)
            throw new FhirException(Issue.MultipleMatches($"{found.Count} versions of {parts[0]} are known here: {string.Join(", ", found.Select(document => ArtifactMetadata.Version(document.Root)?.Text ?? "one without a version"))}; name one of them."));
        return FhirResponse.Ok(new ResourceContent(found[0].ResourceType, found[0].Bytes));
    }

    private async Task<IReadOnlyList<ResourceDocument>> KnownAsync(string? type, string url, Func<string, IReadOnlyList<ResourceDocument>> versions, CancellationToken cancellationToken) =>
        type is not null && !ArtifactMetadata.HasElements(type) ? await selection.ByExtensionAsync(type, url, cancellationToken) : versions(url);

    private sealed class ReturnedResources(IReadOnlyList<ResourceDocument> resources) : ResponseContent
    {
        public override string ResourceType => "Parameters";

        public override void WriteTo(IBufferWriter<byte> output)
        {
            using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            writer.WriteStartArray("parameter"u8);
            foreach (var resource in resources)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, "return"u8);
                writer.WritePropertyName("resource"u8);
                writer.WriteRawValue(resource.Bytes.Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
