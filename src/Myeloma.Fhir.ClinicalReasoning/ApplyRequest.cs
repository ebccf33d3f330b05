using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>For whom and in which context a definition is applied: the parameters of the operation for one subject.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-operation-apply.html, https://hl7.org/fhir/uv/cpg/OperationDefinition-cpg-plandefinition-apply.html</remarks>
public sealed record ApplyRequest
{
    /// <summary>The reference as it goes into the result: <c>Patient/1</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Now: of <c>now()</c> and <c>today()</c>, and the time of authoring.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>A reference; null when there is none in context.</summary>
    public string? Encounter { get; init; }

    /// <summary>A reference; null when there is none in context.</summary>
    public string? Practitioner { get; init; }

    /// <summary>A reference; null when there is none in context.</summary>
    public string? Organization { get; init; }

    /// <summary>
    /// <c>userType</c>, <c>userLanguage</c>, <c>userTaskContext</c>, <c>setting</c>, <c>settingContext</c> by name, each a CodeableConcept; and what the parameters
    /// <c>parameters</c> and <c>prefetchData</c> name. All are variables of expressions; an empty collection is one that is known to be empty.
    /// </summary>
    public IReadOnlyDictionary<string, Collection> Variables { get; init; } = new Dictionary<string, Collection>();

    /// <summary>Resources and Bundles of them that come before everything that <see cref="ApplySources"/> knows.</summary>
    public IReadOnlyList<Element> Data { get; init; } = [];

    /// <summary>Whether actions of nested plans become actions of the plan; otherwise each plan keeps a RequestGroup of its own.</summary>
    public bool MergeNestedCarePlans { get; init; }
}
