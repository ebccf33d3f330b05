using System.Collections.Frozen;
using Myeloma.Fhir.Store.Reading;

namespace Myeloma.Fhir.Store;

/// <summary>Changes of definitions.</summary>
public sealed partial class ResourceStore
{
    /// <summary>The resource types that canonicals lead to.</summary>
    public static IReadOnlyList<string> DefinitionTypes { get; } =
    [
        "StructureDefinition", "ValueSet", "CodeSystem", "ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CompartmentDefinition", "ConceptMap", "EffectEvidenceSynthesis", "EventDefinition", "Evidence",
        "EvidenceVariable", "ExampleScenario", "GraphDefinition", "ImplementationGuide", "Library", "Measure", "MessageDefinition", "ObservationDefinition", "OperationDefinition", "PlanDefinition",
        "Questionnaire", "ResearchDefinition", "ResearchElementDefinition", "RiskEvidenceSynthesis", "SearchParameter", "SpecimenDefinition", "StructureMap", "TerminologyCapabilities", "TestScript",
    ];

    private static readonly FrozenSet<string> Definitions = DefinitionTypes.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether canonicals lead to resources of a type.</summary>
    public static bool IsDefinition(string type) => Definitions.Contains(type);

    /// <summary>How often resources that canonicals lead to were changed, by what is committed now.</summary>
    /// <remarks>Answered from memory like a read of a resource: every change of it is a write that takes it out there.</remarks>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public ValueTask<long> FindDefinitionGenerationAsync(CancellationToken cancellationToken) =>
        hot.Find(DefinitionGeneration.Key) is { } known ? new(known.VersionId) : new(ReadDefinitionGenerationAsync(cancellationToken));

    private async Task<long> ReadDefinitionGenerationAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ticket = hot.Begin(DefinitionGeneration.Key);
            var generation = await DefinitionGeneration.FindAsync(dataSource, cancellationToken).ConfigureAwait(false);
            if (generation <= int.MaxValue) hot.Add(new ResourceVersion(DefinitionGeneration.Key, (int)generation, default, IsDeleted: false, "", default), ticket);
            return generation;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }
}
