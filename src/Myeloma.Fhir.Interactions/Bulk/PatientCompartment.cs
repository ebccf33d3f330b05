using System.Collections.Frozen;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>The resources that belong to patients, and the search parameters they do by. https://hl7.org/fhir/R4/compartmentdefinition-patient.html</summary>
public static class PatientCompartment
{
    public const string Owner = "Patient";

    private static readonly FrozenDictionary<string, string[]> ByType = """
        Account subject; AdverseEvent subject; AllergyIntolerance patient recorder asserter; Appointment actor; AppointmentResponse actor; AuditEvent patient; Basic patient author;
        BodyStructure patient; CarePlan patient performer; CareTeam patient participant; ChargeItem subject; Claim patient payee; ClaimResponse patient; ClinicalImpression subject;
        Communication subject sender recipient; CommunicationRequest subject sender recipient requester; Composition subject author attester; Condition patient asserter; Consent patient;
        Coverage policy-holder subscriber beneficiary payor; CoverageEligibilityRequest patient; CoverageEligibilityResponse patient; DetectedIssue patient; DeviceRequest subject performer;
        DeviceUseStatement subject; DiagnosticReport subject; DocumentManifest subject author recipient; DocumentReference subject author; Encounter patient; EnrollmentRequest subject;
        EpisodeOfCare patient; ExplanationOfBenefit patient payee; FamilyMemberHistory patient; Flag patient; Goal patient; Group member; ImagingStudy patient; Immunization patient;
        ImmunizationEvaluation patient; ImmunizationRecommendation patient; Invoice subject patient recipient; List subject source; MeasureReport patient; Media subject;
        MedicationAdministration patient performer subject; MedicationDispense subject patient receiver; MedicationRequest subject; MedicationStatement subject; MolecularSequence patient;
        NutritionOrder patient; Observation subject performer; Patient link; Person patient; Procedure patient performer; Provenance patient; QuestionnaireResponse subject author;
        RelatedPerson patient; RequestGroup subject participant; ResearchSubject individual; RiskAssessment subject; Schedule actor; ServiceRequest subject performer; Specimen subject;
        SupplyDelivery patient; SupplyRequest subject; VisionPrescription patient
        """
        .Split(';', StringSplitOptions.TrimEntries).Select(entry => entry.Split(' ')).ToFrozenDictionary(words => words[0], words => words[1..], StringComparer.Ordinal);

    /// <summary>The types with resources in it, in the order of their names.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. ByType.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The parameters of a type.</summary>
    /// <returns>None for a type that is not in it.</returns>
    public static IReadOnlyList<string> ParametersOf(string type) => ByType.TryGetValue(type, out var parameters) ? parameters : [];

    /// <summary>How resources of a type belong to patients.</summary>
    /// <param name="patients">Ids; null: any.</param>
    /// <exception cref="FhirException"><c>transient</c>: resources are still being indexed by one of the parameters.</exception>
    public static CompartmentMembership Of(string type, IReadOnlyList<string>? patients, SearchParameterRegistry registry)
    {
        var parameters = ParametersOf(type).Select(code => registry.Find(type, code)).OfType<SearchParameter>().ToList();
        if (parameters.Find(parameter => !parameter.IsIndexed) is { } pending)
            throw new FhirException(Issue.Transient($"Resources are still being indexed by '{pending.Code}' of {type}; export them again later."));
        return new CompartmentMembership(Owner, [.. parameters.Select(parameter => parameter.Id)], patients);
    }
}
