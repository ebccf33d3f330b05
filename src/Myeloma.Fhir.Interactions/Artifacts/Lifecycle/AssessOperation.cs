using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary><c>$approve</c> and <c>$review</c>: that somebody has approved or reviewed an artifact, on which day, and what there is to say about it. Its status stays what it is.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-approve.html, https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-review.html</remarks>
/// <param name="newId">Gives ids that were never used.</param>
internal sealed class AssessOperation(bool isApproval, LifecycleAccess access, ArtifactWriting writing, Func<string> newId) : IOperation
{
    /// <summary>https://hl7.org/fhir/R5/valueset-artifactassessment-information-type.html</summary>
    private static readonly string[] Kinds = ["comment", "classifier", "rating", "container", "response", "change-request"];

    private readonly string dateName = isApproval ? "approvalDate" : "reviewDate";

    public OperationDefinition Definition { get; } = ArtifactOperations.DefineWriting(
        isApproval ? "$approve" : "$review", isApproval ? "approve" : "review",
        [
            .. LifecycleAccess.Selecting, new(isApproval ? "approvalDate" : "reviewDate", "date"), new("artifactAssessmentType", "code"), new("artifactAssessmentSummary", "string"),
            new("artifactAssessmentTarget", "canonical"), new("artifactAssessmentRelatedArtifact", "uri"), new("artifactAssessmentAuthor", "Reference"),
        ]);

    /// <returns>
    /// 200 with a Bundle of type transaction-response: the artifact, what it is composed of when it is approved, and a Basic with the assessment, which names the version that was assessed.
    /// </returns>
    /// <exception cref="FhirException">
    /// What <see cref="LifecycleAccess.SelectAsync"/> names; <c>code-invalid</c>: a kind of assessment there is not; <c>business-rule</c>: the target is another artifact or version.
    /// </exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        if (request.Text("artifactAssessmentType") is { } kind && !Kinds.Contains(kind))
            throw new FhirException(Issue.CodeInvalid($"The parameter 'artifactAssessmentType' is one of {string.Join(", ", Kinds)}, not '{kind}'.", request.Arguments("artifactAssessmentType").First().Expression));
        var date = request.Text(dateName) ?? access.Today;
        return writing.StoreAsync(request, async () =>
        {
            var selected = await access.SelectAsync(request, request.Text("version"), [], cancellationToken);
            CheckTarget(request, selected.Root);
            var assessed = isApproval ? access.TreeOf(selected, isOwned: null).All : [selected.Root];
            return new ArtifactChange([.. assessed.Select(document => Dated(document, date)), ArtifactWriting.Create(Assessment(request, selected.Root, date))], []);
        }, cancellationToken);
    }

    private static void CheckTarget(OperationRequest request, ResourceDocument root)
    {
        if (request.Text("artifactAssessmentTarget") is not { } target) return;
        var canonical = ArtifactMetadata.CanonicalOf(root.Root);
        if (target != canonical)
            throw new FhirException(Issue.BusinessRule($"The target {target} is not the artifact, which is {canonical ?? TracedArtifacts.NameOf(root)}; an assessment is about one version.", request.Arguments("artifactAssessmentTarget").First().Expression));
    }

    private WriteOperation Dated(ResourceDocument read, string date)
    {
        var edit = new ArtifactEdit(read);
        edit.Set("date", access.Today);
        edit.Set(isApproval ? "approvalDate" : "lastReviewDate", date);
        return ArtifactWriting.Update(read, edit.ToDocument());
    }

    /// <summary>An ArtifactAssessment as R4 can have it. https://hl7.org/fhir/R5/artifactassessment.html</summary>
    private ResourceDocument Assessment(OperationRequest request, ResourceDocument root, string date)
    {
        const string url = "http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-artifactAssessment";
        var author = request.Value("artifactAssessmentAuthor");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Basic"u8);
            writer.WriteString("id"u8, newId());
            writer.WriteStartArray("extension"u8);
            if (ArtifactMetadata.CanonicalOf(root.Root) is { } canonical) Extension(writer, url + "Artifact", "valueCanonical", canonical);
            Extension(writer, url + "Date", "valueDateTime", access.Today);
            Extension(writer, url + (isApproval ? "ApprovalDate" : "LastReviewDate"), "valueDate", date);
            writer.WriteStartObject();
            writer.WriteStartArray("extension"u8);
            Extension(writer, "informationType", "valueCode", request.Text("artifactAssessmentType") ?? "comment");
            if (request.Text("artifactAssessmentSummary") is { } summary) Extension(writer, "summary", "valueMarkdown", summary);
            if (author is { } written) Raw(writer, "author", "valueReference", written);
            if (request.Text("artifactAssessmentRelatedArtifact") is { } related) Related(writer, related);
            writer.WriteEndArray();
            writer.WriteString("url"u8, url + "Content");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WritePropertyName("code"u8);
            writer.WriteRawValue("""{"coding":[{"system":"http://hl7.org/fhir/fhir-types","code":"ArtifactAssessment"}]}""");
            writer.WriteStartObject("subject"u8);
            writer.WriteString("reference"u8, TracedArtifacts.NameOf(root));
            writer.WriteEndObject();
            writer.WriteString("created"u8, access.Today);
            writer.WriteEndObject();
        }

        return ResourceDocument.Parse(stream.ToArray());
    }

    private static void Extension(Utf8JsonWriter writer, string url, string property, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteString(property, value);
        writer.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter writer, string url, string property, Element value)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WritePropertyName(property);
        writer.WriteRawValue(value.RawValue, skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static void Related(Utf8JsonWriter writer, string related)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, "relatedArtifact"u8);
        writer.WriteStartObject("valueRelatedArtifact"u8);
        writer.WriteString("type"u8, "citation"u8);
        writer.WriteString("resource"u8, related);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
