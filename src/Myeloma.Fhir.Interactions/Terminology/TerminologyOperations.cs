using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Caching;
using Myeloma.Fhir.Terminology.Operations;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>The operations of terminology with the parameters they take: all of R4, and those of the HL7 terminology ecosystem.</summary>
/// <remarks>https://hl7.org/fhir/R4/terminology-service.html, https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/</remarks>
public static class TerminologyOperations
{
    private const int Any = int.MaxValue;
    private const string Core = "http://hl7.org/fhir/OperationDefinition/";

    /// <summary>Taken by all of them.</summary>
    private static readonly OperationParameter[] Everywhere =
    [
        new("tx-resource", "Resource", Max: Any), new("useSupplement", "canonical", Max: Any), new("displayLanguage", "code"),
        new("system-version", "canonical", Max: Any), new("default-system-version", "canonical", Max: Any), new("check-system-version", "canonical", Max: Any), new("force-system-version", "canonical", Max: Any),
        new("default-valueset-version", "canonical", Max: Any), new("check-valueset-version", "canonical", Max: Any), new("force-valueset-version", "canonical", Max: Any),
        new("default-to-latest-version", "boolean"), .. ManifestArguments.Parameters,
    ];

    private static readonly OperationParameter[] Validation =
    [
        new("code", "code"), new("version", "string"), new("display", "string"), new("coding", "Coding"), new("codeableConcept", "CodeableConcept"), new("date", "dateTime"),
        new("abstract", "boolean"), new("activeOnly", "boolean"), new("lenient-display-validation", "boolean"), new("valueset-membership-only", "boolean"), new("mode", "code"), new("valueSetMode", "code"), new("inferSystem", "boolean"),
    ];

    private static readonly OperationParameter[] Expansion =
    [
        new("url", "uri"), new("valueSet", "ValueSet"), new("valueSetVersion", "string"), new("context", "uri"), new("contextDirection", "code"), new("filter", "string"), new("date", "dateTime"),
        new("offset", "integer"), new("count", "integer"), new("includeDesignations", "boolean"), new("designation", "string", Max: Any), new("includeDefinition", "boolean"),
        new("activeOnly", "boolean"), new("excludeNested", "boolean"), new("excludeNotForUI", "boolean"), new("excludePostCoordinated", "boolean"), new("property", "string", Max: Any),
        new("versionsMatch", "boolean"), new("limitedExpansion", "boolean"), new("exclude-system", "canonical", Max: Any),
    ];

    private static readonly OperationParameter[] Translation =
    [
        new("url", "uri"), new("conceptMap", "ConceptMap"), new("conceptMapVersion", "string"), new("code", "code"), new("system", "uri"), new("version", "string"), new("source", "uri"),
        new("coding", "Coding"), new("codeableConcept", "CodeableConcept"), new("target", "uri"), new("targetsystem", "uri"), new("dependency", null, Max: Any), new("reverse", "boolean"),
        new("sourceCode", "code"), new("sourceCoding", "Coding"), new("sourceCodeableConcept", "CodeableConcept"), new("sourceSystem", "uri"), new("sourceScope", "uri"),
        new("targetCode", "code"), new("targetCoding", "Coding"), new("targetCodeableConcept", "CodeableConcept"), new("targetSystem", "uri"), new("targetScope", "uri"),
    ];

    /// <summary>All of them, in the order of their names.</summary>
    public static IEnumerable<IOperation> All(CurrentDefinitions definitions, ResourceStore store, TerminologyCaches caches, TerminologyLimits limits, TimeProvider time)
    {
        var (expand, validate, lookup, subsumes) = (new ValueSetExpand(limits, time), new ValidateCode(limits), new Lookup(limits), new Subsumes(limits));
        var translate = new Translate(limits);
        TerminologyOperation Of(
            OperationDefinition definition, Func<TerminologyCatalog, TerminologyArguments, byte[]> answer, Func<Element, IEnumerable<TerminologyArgument>>? instance = null,
            Func<TerminologyCatalog, TerminologyArguments, ReadOnlyMemory<byte>, PreparedQuestion?>? prepare = null) => new(definition, definitions, store, caches, answer, instance, prepare);
        yield return new CacheControlOperation(caches);
        yield return Of(Batch("ValueSet"), (catalog, arguments) => validate.Batch(catalog, arguments, isValueSet: true));
        yield return Of(Batch("CodeSystem"), (catalog, arguments) => validate.Batch(catalog, arguments, isValueSet: false));
        yield return Of(Comparison, new ValueSetCompare(limits).Answer, resource => [new TerminologyArgument("thisValueSet", null, null, resource)]);
        yield return Of(
            Definition("$expand", "ValueSet-expand", "ValueSet", OperationLevels.Type | OperationLevels.Instance, Expansion), expand.Answer, AsValueSet);
        yield return Of(
            Definition("$find-matches", "CodeSystem-find-matches", "CodeSystem", OperationLevels.Type | OperationLevels.Instance,
                [new("system", "uri"), new("version", "string"), new("property", null, Max: Any), new("exact", "boolean", Min: 1), new("compositional", "boolean")]),
            new FindMatches(limits).Answer, resource => AsCodeSystem(resource, "system"));
        yield return Of(
            Definition("$lookup", "CodeSystem-lookup", "CodeSystem", OperationLevels.Type,
                [new("code", "code"), new("system", "uri"), new("version", "string"), new("coding", "Coding"), new("date", "dateTime"), new("property", "code", Max: Any)]),
            lookup.Answer, prepare: (catalog, arguments, answer) => lookup.Prepare(catalog, arguments, answer.Span));
        yield return Of(
            Definition("$subsumes", "CodeSystem-subsumes", "CodeSystem", OperationLevels.Type | OperationLevels.Instance,
                [new("codeA", "code"), new("codeB", "code"), new("system", "uri"), new("version", "string"), new("codingA", "Coding"), new("codingB", "Coding")]),
            subsumes.Answer, resource => AsCodeSystem(resource, "system"), (catalog, arguments, answer) => subsumes.Prepare(catalog, arguments, answer.Span));
        yield return Of(
            Definition("$translate", "ConceptMap-translate", "ConceptMap", OperationLevels.Type | OperationLevels.Instance, Translation), translate.Answer,
            resource => [new TerminologyArgument("conceptMap", null, null, resource)], (catalog, arguments, answer) => translate.Prepare(catalog, arguments, answer.Span));
        yield return Of(
            Definition("$validate-code", "ValueSet-validate-code", "ValueSet", OperationLevels.Type | OperationLevels.Instance,
                [new("url", "uri"), new("context", "uri"), new("valueSet", "ValueSet"), new("valueSetVersion", "string"), new("system", "uri"), new("systemVersion", "string"), new("versionsMatch", "boolean"), .. Validation]),
            validate.ValueSet, AsValueSet, (catalog, arguments, answer) => validate.Prepare(catalog, arguments, isValueSet: true, answer.Span));
        yield return Of(
            Definition("$validate-code", "CodeSystem-validate-code", "CodeSystem", OperationLevels.Type | OperationLevels.Instance,
                [new("url", "uri"), new("codeSystem", "CodeSystem"), new("system", "uri"), .. Validation]),
            validate.CodeSystem, resource => AsCodeSystem(resource, "url"), (catalog, arguments, answer) => validate.Prepare(catalog, arguments, isValueSet: false, answer.Span));
    }

    private static readonly OperationDefinition Comparison = new()
    {
        Name = "$compare",
        Url = "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/ValueSet-compare",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["ValueSet"],
        Parameters =
        [
            new("thisUrl", "uri"), new("thisValueSet", "ValueSet"), new("otherUrl", "uri"), new("otherValueSet", "ValueSet"), new("valueSetVersion", "string"), new("version-policy", "code"),
            new("diagnostics", "boolean"), .. Everywhere,
        ],
    };

    private static OperationDefinition Batch(string type) => new()
    {
        Name = "$batch-validate-code",
        Url = $"http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/{type}-batch-validate-code",
        Levels = OperationLevels.Type,
        ResourceTypes = [type],
        Parameters =
        [
            new("validation", "Parameters", Max: Any), new("url", "uri"), new("valueSet", "ValueSet"), new("valueSetVersion", "string"), new("system", "uri"), new("systemVersion", "string"),
            .. Validation.Where(parameter => parameter.Name is not ("code" or "coding" or "codeableConcept" or "display")), .. Everywhere,
        ],
    };

    private static OperationDefinition Definition(string name, string id, string type, OperationLevels levels, IEnumerable<OperationParameter> parameters) => new()
    {
        Name = name,
        Url = Core + id,
        Levels = levels,
        ResourceTypes = [type],
        Parameters = [.. parameters, .. Everywhere],
    };

    private static IEnumerable<TerminologyArgument> AsValueSet(Element resource) => [new TerminologyArgument("valueSet", null, null, resource)];

    /// <summary>A stored code system is named by its canonical; it stands before all others in the catalog of the request.</summary>
    private static IEnumerable<TerminologyArgument> AsCodeSystem(Element resource, string name)
    {
        if (resource.TextOf("url") is { } url) yield return new TerminologyArgument(name, url, null);
        if (resource.TextOf("version") is { } version) yield return new TerminologyArgument("version", version, null);
    }
}
