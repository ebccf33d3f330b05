using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>What data of the subject an expression reads when its definition is applied.</summary>
public static class ExpressionRequirements
{
    /// <param name="expression">An Expression.</param>
    /// <returns>
    /// Resource types, each once: of the variables that are resources (<c>%subject</c>, <c>%encounter</c>, <c>%priorTreatments</c>), and of the subject where a path begins with
    /// its type. Empty for languages other than FHIRPath, and for what can't be parsed.
    /// </returns>
    public static IReadOnlyList<string> Of(Element expression)
    {
        if (expression.TextOf("language") != "text/fhirpath" || expression.TextOf("expression") is not { } text) return [];
        try
        {
            var syntax = FhirPathExpression.Parse(text).Syntax;
            return [.. SyntaxWalk.Variables(syntax).SelectMany(TypesOf).Concat(FirstNames(syntax).Where(R4Schema.Instance.IsResourceType)).Distinct()];
        }
        catch (FhirException)
        {
            return [];
        }
    }

    private static IEnumerable<string> FirstNames(SyntaxNode syntax) => SyntaxWalk.All(syntax).OfType<SyntaxNode.Member>().Where(member => member.Target is null).Select(member => member.Name);

    private static string[] TypesOf(string variable) => variable switch
    {
        "subject" or "patient" => ["Patient"],
        "encounter" => ["Encounter"],
        "practitioner" => ["Practitioner"],
        "organization" => ["Organization"],
        "priorTreatments" or "currentTreatments" => ["CarePlan", "MedicationAdministration", "EpisodeOfCare", "Medication"],
        _ => [],
    };
}
