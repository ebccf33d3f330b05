namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>The elements of R4 whose quantity has no comparator. https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity</summary>
internal static class SimpleQuantities
{
    public const string Profile = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity";

    /// <summary>By path; all other types in R4 come without a profile.</summary>
    public static readonly HashSet<string> Paths = new(StringComparer.Ordinal)
    {
        "ActivityDefinition.quantity", "CarePlan.activity.detail.dailyAmount", "CarePlan.activity.detail.quantity", "Claim.item.detail.quantity",
        "Claim.item.detail.subDetail.quantity", "Claim.item.quantity", "ClaimResponse.addItem.detail.quantity",
        "ClaimResponse.addItem.detail.subDetail.quantity", "ClaimResponse.addItem.quantity", "Contract.term.asset.valuedItem.quantity",
        "Coverage.costToBeneficiary.value[x]", "CoverageEligibilityRequest.item.quantity", "Dosage.doseAndRate.dose[x]", "Dosage.doseAndRate.rate[x]",
        "Dosage.maxDosePerAdministration", "Dosage.maxDosePerLifetime", "ExplanationOfBenefit.addItem.detail.quantity",
        "ExplanationOfBenefit.addItem.detail.subDetail.quantity", "ExplanationOfBenefit.addItem.quantity",
        "ExplanationOfBenefit.item.detail.quantity", "ExplanationOfBenefit.item.detail.subDetail.quantity", "ExplanationOfBenefit.item.quantity",
        "Immunization.doseQuantity", "MedicationAdministration.dosage.dose", "MedicationAdministration.dosage.rate[x]",
        "MedicationDispense.daysSupply", "MedicationDispense.quantity",
        "MedicationKnowledge.administrationGuidelines.patientCharacteristics.characteristic[x]", "MedicationKnowledge.amount",
        "MedicationKnowledge.drugCharacteristic.value[x]", "MedicationKnowledge.kinetics.areaUnderCurve", "MedicationKnowledge.kinetics.lethalDose50",
        "MedicationKnowledge.packaging.quantity", "MedicationKnowledge.regulatory.maxDispense.quantity",
        "MedicationRequest.dispenseRequest.initialFill.quantity", "MedicationRequest.dispenseRequest.quantity",
        "NutritionOrder.enteralFormula.administration.quantity", "NutritionOrder.enteralFormula.administration.rate[x]",
        "NutritionOrder.enteralFormula.caloricDensity", "NutritionOrder.enteralFormula.maxVolumeToDeliver", "NutritionOrder.oralDiet.nutrient.amount",
        "NutritionOrder.supplement.quantity", "Observation.referenceRange.high", "Observation.referenceRange.low", "Range.high", "Range.low",
        "SampledData.origin", "Specimen.collection.quantity", "Specimen.container.capacity", "Specimen.container.specimenQuantity",
        "SpecimenDefinition.typeTested.container.capacity", "SpecimenDefinition.typeTested.container.minimumVolume[x]", "Substance.instance.quantity",
        "SupplyDelivery.suppliedItem.quantity", "VisionPrescription.lensSpecification.duration",
    };
}
