namespace Myeloma.Fhir.Server.Pages;

/// <summary>Addresses of the published package that the pages look for.</summary>
internal static class Vocabulary
{
    public const string DrugSystem = "http://myeloma-fhir.org/fhir/CodeSystem/drug";
    public const string AbbreviationSystem = "http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation";
    public const string DerivationReference = "http://hl7.org/fhir/StructureDefinition/derivation-reference";
    public const string PriorTherapy = "http://myeloma-fhir.org/fhir/StructureDefinition/prior-therapy";
    public const string DoseQualifier = "http://myeloma-fhir.org/fhir/StructureDefinition/dose-qualifier";
    public const string RouteQualifier = "http://myeloma-fhir.org/fhir/StructureDefinition/route-qualifier";
    public const string Modality = "http://myeloma-fhir.org/fhir/StructureDefinition/modality";
    public const string StatedRisk = "http://myeloma-fhir.org/fhir/StructureDefinition/stated-risk";
    public const string GivenAlone = "http://myeloma-fhir.org/fhir/StructureDefinition/given-alone";
    public const string CombinesWith = "http://myeloma-fhir.org/fhir/StructureDefinition/combines-with";

    /// <summary>Short names of code systems for people; the address itself where there is none.</summary>
    public static string SystemName(string? system) => system switch
    {
        null => "no system",
        "http://www.nlm.nih.gov/research/umls/rxnorm" => "RxNorm",
        "http://www.whocc.no/atc" => "ATC",
        "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl" => "NCI Thesaurus",
        "http://fdasis.nlm.nih.gov" => "UNII",
        "http://snomed.info/sct" => "SNOMED CT",
        "http://hl7.org/fhir/sid/icd-10-cm" => "ICD-10-CM",
        "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration" => "HL7 v3 RouteOfAdministration",
        DrugSystem => "Myeloma.Fhir drug",
        _ => system,
    };
}
