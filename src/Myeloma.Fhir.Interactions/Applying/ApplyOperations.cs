using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary>The operations that apply definitions, with the parameters they take: those of R4 and of Clinical Practice Guidelines.</summary>
public static class ApplyOperations
{
    private const int Any = int.MaxValue;

    private static readonly OperationParameter[] Shared =
    [
        new("url", "uri"), new("version", "string"), new("encounter", "string"), new("practitioner", "string"), new("organization", "string"), new("userType", "CodeableConcept"),
        new("userLanguage", "CodeableConcept"), new("userTaskContext", "CodeableConcept"), new("setting", "CodeableConcept"), new("settingContext", "CodeableConcept"), new("parameters", "Parameters"),
        new("useServerData", "boolean"), new("data", "Bundle"), new("prefetchData", null, Max: Any), new("dataEndpoint", "Endpoint"), new("contentEndpoint", "Endpoint"),
        new("terminologyEndpoint", "Endpoint"), new("artifactEndpointConfiguration", null, Max: Any),
    ];

    /// <summary>All of them, in the order of their names.</summary>
    public static IEnumerable<IOperation> All(
        ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ApplySettings settings, TimeProvider time)
    {
        OperationParameter[] plan = [new("planDefinition", "PlanDefinition"), new("subject", "string", Min: 1, Max: Any), new("mergeNestedCarePlans", "boolean"), .. Shared];
        ApplyOperation Of(string name, string url, string type, ApplyForm form, OperationParameter[] parameters) => new(
            new OperationDefinition { Name = name, Url = url, Levels = OperationLevels.Type | OperationLevels.Instance, ResourceTypes = [type], Parameters = parameters },
            form, store, definitions, searchParameters, options, settings, time);
        yield return Of(
            "$apply", "http://hl7.org/fhir/OperationDefinition/ActivityDefinition-apply", "ActivityDefinition", ApplyForm.Request,
            [new("activityDefinition", "ActivityDefinition"), new("subject", "string", Min: 1), .. Shared]);
        yield return Of("$apply", "http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply", "PlanDefinition", ApplyForm.CarePlan, plan);
        yield return new ScheduleOperation(store, definitions, settings);
        yield return Of("$r5.apply", "http://myeloma-fhir.org/fhir/OperationDefinition/r5-apply", "PlanDefinition", ApplyForm.Bundle, plan);
    }
}
